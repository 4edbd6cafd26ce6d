"""What a rule is: one kind of personal data, how it is written, and how it is proved.

A pattern alone is never enough (every run of sixteen digits looks like a card), so a rule also
has a check: a check sum, a range, or words that must stand nearby. To be fast, a rule names what
a text must hold for the pattern to be tried at all.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

QUOTE = r"(?:\\{0,3}[\"'`“”‘’„«»])?"
"""A quotation mark; in JSON inside JSON with a backslash before it."""
TAG = (
    r"(?:</?(?:td|th|tr|b|i|u|em|strong|span|div|p|dt|dd|li|label|code|br|h[1-6])"
    r"(?:\s[^<>\n]{0,80})?\s?/?>)"
)
"""A tag of HTML that may stand around a label or a value."""
_MARK = rf"\\{{0,3}}[\"'`“”‘’„«»]|[*\])]|\|(?![^\S\n]{{0,3}}\n)|{TAG}"
_SIGN = (
    rf"(?>[^\S\n]{{1,40}})|{_MARK}|(?>\.{{2,40}})|is\b|was\b|number|num\b|no\b\.?|nr\b\.?|id\b"
    r"|[#:=_→-]"
)
TIE = rf"(?:{_SIGN}){{0,12}}+(?:\n{{1,2}}+(?:{_SIGN}){{0,6}}+)?"
"""What may stand between a label and its value: 'number is', '#', '": "', ':** ', '</td><td>'."""
S = "[ _-]?"
"""What may stand between two words of a label, which is also the name of a field."""


class Span(NamedTuple):
    """Where a value stands in a text: characters `start` to `end`, and what it is."""

    start: int
    end: int
    entity: str


def always(_match: re.Match[str]) -> bool:
    """The check of a rule whose pattern is proof enough."""
    return True


@dataclass(frozen=True, eq=False)  # rules are looked up by what they are, not by what they say
class Rule:
    """One way in which one kind of personal data is written.

    Attributes:
        entity: Name of the kind, Presidio's where it has one.
        pattern: The value is its group `value`, or the whole match where it has no such group.
        cues: Lower-case literals; a text without any of them is not searched. Empty: always.
        digits: Whether the value has a digit, so that a text without one is not searched.
        check: Proves a match, such as by its check sum.
        shapes: The same as `cues` in the shape of the text (`shape_of`), for values that have no
            word in common. Only for rules with digits.
    """

    entity: str
    pattern: re.Pattern[str]
    cues: tuple[str, ...] = ()
    digits: bool = True
    check: Callable[[re.Match[str]], bool] = always
    shapes: tuple[str, ...] = ()

    def find(self, text: str) -> Iterator[Span]:
        """Every value of this kind in `text`."""
        group = "value" if "value" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text):
            if match.start(group) < match.end(group) and self.check(match):
                yield Span(*match.span(group), self.entity)


def holds(text: str, parts: tuple[str, ...]) -> bool:
    """Whether one of `parts` is in `text`."""
    for part in parts:  # noqa: SIM110 (any takes twice as long, and this is asked of every text)
        if part in text:
            return True
    return False


def lowered_of(text: str) -> str:
    """`text` in lower case, as cues are looked for in it.

    White space is a space, for a line may end inside a value, and one stands at the end. A line
    break behind that says that there is one, for rules that want two lines.
    """
    lowered = text.lower()
    if not _ODD_SPACE.search(lowered):
        return f"{lowered} "
    return lowered.translate(_BREAKS) + (" \n" if "\n" in lowered else " ")


def shape_of(text: str) -> str:
    """`text` with 0 for each digit, A for each capital, a for each small letter without accents.

    White space is a space. To look for a shape costs a hundredth of what a pattern does that begins
    with any letter or any digit.
    """
    return text.translate(_SHAPES)


_ODD_SPACE = re.compile(r"[^\S ]")
_BREAKS = {point: " " for point in range(0x3001) if chr(point).isspace()}
_SHAPES = _BREAKS | {
    **{ord(c): "0" for c in "0123456789"},
    **{ord(c): "a" for c in "abcdefghijklmnopqrstuvwxyz"},
    **{point: "A" for point in range(0x250) if chr(point).isupper()},
}


def value_of(match: re.Match[str]) -> str:
    """The text of the value in `match`."""
    return match["value"] if "value" in match.re.groupindex else match[0]


def before(match: re.Match[str], characters: int) -> str:
    """The text that stands just before `match`, in lower case."""
    return match.string[max(0, match.start() - characters) : match.start()].lower()


def digits_of(value: str) -> str:
    """The digits of `value` alone."""
    return "".join(c for c in value if c.isdigit())
