"""Text of rows as a page may show it: cut, harmless, and with the evidence marked.

Everything in a row is untrusted. A text is cut before anything is computed on it, characters that
steer a terminal or turn the direction of reading are shown instead of obeyed, and what comes back
is escaped HTML.
"""

import json
import re
from difflib import SequenceMatcher
from itertools import takewhile

from markupsafe import Markup, escape

LINES = 14  # of one text on the page
LEAD = 60  # characters shown before the first difference
FAR = 20_000  # characters within which the first difference is looked for

# controls but tab and line feed, bidi marks and overrides, fillers of no width, halves of pairs;
# not the joiners U+200C and U+200D, which emoji and Persian need
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_PLACE = re.compile(r"\b(char|column|col)\s*(\d+)", re.IGNORECASE)


def plain(value: object, limit: int = 160) -> str:
    """`value` as one harmless line of about `limit` characters at most, not escaped."""
    text = str(value)
    line = re.sub(r"\s+", " ", text[: limit + 1])
    return _shown(line if len(text) <= limit else line[:limit] + "…")


def excerpt(text: str, limit: int, lines: int = LINES) -> Markup:
    """The start of `text`: at most `limit` characters and `lines` lines."""
    window = _lines(text[:limit], lines)
    if text and not window.strip():
        return Markup("<i>{:,} characters that start with white space alone</i>").format(len(text))
    return _html(window) + _more(len(text) - len(window))


def compared(one: str, other: str, limit: int) -> tuple[Markup, Markup]:
    """Both texts around their first difference, with the words that differ marked.

    Args:
        one: The text that was dropped, or was there before an edit.
        other: Its twin, or the text after the edit.
        limit: Most characters of each.

    Returns:
        HTML of both, in this order; nothing is marked where they are equal.
    """
    start = max(0, _common(one, other) - LEAD)
    windows = [_lines(text[start : start + limit]) for text in (one, other)]
    left, right = (_WORDS.findall(window) for window in windows)
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    first = Markup("").join(_marked(left[a:b], how) for how, a, b, _, _ in blocks)
    second = Markup("").join(_marked(right[c:d], how) for how, _, _, c, d in blocks)
    lead = "…" if start else ""
    tails = (len(t) - start - len(w) for t, w in zip((one, other), windows, strict=True))
    return lead + first + _more(next(tails)), lead + second + _more(next(tails))


def broken(text: str, detail: str, limit: int, is_json: bool) -> Markup:
    """A record that could not be read, with a caret where it breaks, if that is known.

    Args:
        text: The record, perhaps cut.
        detail: What is wrong; may name the place ("char 17", counted from 0, or "column 18").
        limit: Most characters to show.
        is_json: Whether the record should have been JSON.
    """
    place = _place(text, detail, is_json)
    if place is None:
        return excerpt(text, limit)
    start = max(0, place - limit // 2)
    before = "\n".join(text[start:place].split("\n")[-LINES:])
    after = _lines(text[place : place + limit // 2])
    caret = Markup('<b class="caret" title="it breaks here">▲</b>')
    lead = "…" if len(before) < place else ""
    return lead + _html(before) + caret + _html(after) + _more(len(text) - place - len(after))


def _place(text: str, detail: str, is_json: bool) -> int | None:
    """Position of the fault in `text`, from 0.

    But for a record that ends too early, reading the text again is asked first, since masking
    may have moved what `detail` counts. A text that was cut before it came here breaks where it
    was cut, which says nothing.
    """
    told = _told(detail)
    if told == len(text):
        return told
    read = _fault(text) if is_json else None
    if read is not None and read < len(text.rstrip()):
        return read
    return told if told is not None and 0 <= told < len(text) else None


def _told(detail: str) -> int | None:
    found = _PLACE.search(detail)
    if found is None or "of the file" in detail:
        return None
    return int(found[2]) - (found[1].lower() != "char")


def _fault(text: str) -> int | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos
    except (ValueError, RecursionError):
        return None
    return None


def _common(one: str, other: str) -> int:
    """Length of the common start of two texts, in whole words."""
    both = zip(one[:FAR], other[:FAR], strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], both))
    if same in (max(len(one), len(other)), FAR):
        return 0
    return max(one.rfind(" ", 0, same), one.rfind("\n", 0, same)) + 1


def _lines(text: str, most: int = LINES) -> str:
    return "\n".join(text.split("\n", most)[:most])


def _more(characters: int) -> Markup:
    return Markup("<i>… {:,} more characters</i>").format(characters) if characters else Markup("")


def _marked(words: list[str], how: str) -> Markup:
    text = _html("".join(words))
    return text if how == "equal" or not words else Markup("<mark>{}</mark>").format(text)


def _html(text: str) -> Markup:
    return escape(_shown(text))


def _shown(text: str) -> str:
    """`text` with every steering character in a form that one can see."""
    return _STEERING.sub(lambda found: _picture(ord(found[0])), text)


def _picture(code: int) -> str:
    return "↵" if code == 0x0D else f"⟨U+{code:04X}⟩"  # few fonts have the symbols for controls
