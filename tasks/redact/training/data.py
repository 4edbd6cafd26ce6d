"""Made and borrowed sentences with labels: what the name model learns from.

Made ones come from templates. Real ones are optional and stay outside the repository: texts of
files that the caller names, in which the stock model's persons are taken for true once what is
plainly wrong has been struck out, and half of the persons get other names. They teach what a
capital letter in an instruction means when it means no name. No rule has a say, so that a change of
one changes no weights.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tasks.redact.names import find_names
from tasks.redact.places import Place
from tasks.redact.training.people import People
from tasks.redact.training.templates import NAMED, UNNAMED
from tasks.redact.training.values import Value, Values

NEGATIVE = 0.4  # share of made sentences without any label
JOINED = 0.25  # share of made sentences that stand beside others
SMALL = 0.16  # share of texts that are written in small letters all through
LARGE = 0.02  # and in capitals
SWAPPED = 0.5  # share of persons in real sentences that get other names
_SLOT = re.compile(r"\{([A-Z])\}")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(
    r"(?i)\b\d{1,5}[a-z]? (?:[\w.'-]{1,20} ){1,3}(?:street|st|avenue|ave|road|rd|lane|drive"
    r"|boulevard|blvd|rue)\b|\bp\.?o\.? box\b"
)
GAPS = (" ", "\n", "\n\n", " ")


Label = tuple[int, int, str]
"""Start, end, kind."""


class Sentence(NamedTuple):
    """A text and where it holds what."""

    text: str
    spans: list[Label]


def made(count: int, values: Values) -> list[Sentence]:
    """`count` sentences from templates."""
    found: list[Sentence] = []
    while len(found) < count:
        templates = UNNAMED if values.chance(NEGATIVE) else NAMED
        sentence = _filled(values.random.choice(templates), values)
        if found and values.chance(JOINED):
            sentence = _joined(found.pop(), sentence, values.random.choice(GAPS))
        found.append(sentence)
    return [_recased(sentence, values) for sentence in found]


def _joined(first: Sentence, second: Sentence, gap: str) -> Sentence:
    lead = len(first.text) + len(gap)
    moved = [(a + lead, b + lead, label) for a, b, label in second.spans]
    return Sentence(first.text + gap + second.text, [*first.spans, *moved])


def _recased(sentence: Sentence, values: Values) -> Sentence:
    """A sentence as it is or, now and then, in small letters or capitals all through."""
    draw, text = values.random.random(), sentence.text
    other = text.lower() if draw < SMALL else text.upper() if draw < SMALL + LARGE else text
    return sentence._replace(text=other) if len(other) == len(text) else sentence


def _filled(template: str, values: Values) -> Sentence:
    text, done = "", 0
    spans: list[Label] = []
    for slot in _SLOT.finditer(template):
        text += template[done : slot.start()]
        text, spans = _appended(text, spans, values.slots[slot[1]]())
        done = slot.end()
    text += template[done:]
    return Sentence(text.replace("{{", "{ ").replace("}}", " }"), spans)


def _appended(text: str, spans: list[Label], value: Value) -> tuple[str, list[Label]]:
    end = len(text) + len(value.text)
    if value.label:
        spans = [*spans, (len(text), end, value.label)]
    return text + value.text, spans


def borrowed(texts: Sequence[str], values: People) -> list[Sentence]:
    """Real `texts` with the names that are believed, half of them swapped.

    Texts that may hold an address are left out, as nobody says where it is.
    """
    names, _ = find_names(texts, model="spacy")
    lower = Counter(word for text in texts for word in _WORD.findall(text) if word.islower())
    upper = Counter(word.lower() for text in texts for word in _WORD.findall(text)
                    if word[0].isupper())  # fmt: skip
    words = {word for word, often in lower.items() if often > upper[word]}
    found = []
    for text in (text for text in texts if not may_hold_address(text)):
        persons = _believed(text, names[text], words)
        found.append(_recased(_swapped(text, persons, values), values))
    return found


def may_hold_address(text: str) -> bool:
    """Whether `text` holds a number before a word for a street, or a post office box."""
    return _ADDRESS.search(text) is not None


def _believed(text: str, persons: Sequence[Place], words: set[str]) -> list[Place]:
    """Those of `persons` that are more than everyday words, and their parts named again."""
    sure = [
        (a, b) for a, b in persons
        if not all(word.lower() in words for word in _WORD.findall(text[a:b]))
    ]  # fmt: skip
    parts = {word for a, b in sure for word in _WORD.findall(text[a:b])
             if len(word) > 2 and word[0].isupper() and word.lower() not in words}  # fmt: skip
    again = [m.span() for m in _WORD.finditer(text) if m[0] in parts]
    taken = list(sure)
    for a, b in again:
        if not any(a < end and start < b for start, end in taken):
            taken.append((a, b))
    return sorted(taken)


def _swapped(text: str, persons: Sequence[Place], values: People) -> Sentence:
    """`text` with labels; every mention of a swapped name gets the same other name."""
    other: dict[str, str] = {}
    changed, done = "", 0
    spans: list[Label] = []
    for start, end in persons:
        name = text[start:end]
        if name not in other:
            other[name] = _like(name, values) if values.chance(SWAPPED) else name
        changed, spans = _appended(changed + text[done:start], spans, Value(other[name], "PERSON"))
        done = end
    return Sentence(changed + text[done:], spans)


def _like(name: str, values: People) -> str:
    """Another name of as many words."""
    if len(name.split()) == 1:
        return values.first() if values.chance(0.6) else values.last()
    return f"{values.first()} {values.last()}"
