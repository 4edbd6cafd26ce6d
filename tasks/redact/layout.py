"""The same number in another layout: +1 (415) 329-8841 and 4153298841."""

import re
from collections.abc import Iterable, Iterator

from tasks.redact.rule import Span
from tasks.redact.tags import NUMERIC, normal

LEAST = 7  # digits of a number that is known by them alone
MOST = 22  # digits that are read on from where a number may begin
PLAIN = 9  # digits from which on a dot between them is none of a decimal number
_GROUP = re.compile(r"\d+")
_GAP = re.compile(r"\)? ?[-./]? ?\(?")
_LEFT = re.compile(r"(?<![\w.+-])\+?\(?\Z")
_END = re.compile(r"(?![\w-]|\.\d)")


class Layouts:
    """Numbers that go, by their digits."""

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        self._kinds = {
            key: entity
            for value, entity in values
            if entity in NUMERIC
            for key in [normal(entity, value)]
            if key.isdecimal() and len(key) >= LEAST
        }

    def find(self, text: str) -> Iterator[Span]:
        """Where one of them stands again, however its digits are parted."""
        groups = list(_GROUP.finditer(text)) if self._kinds else []
        for at, group in enumerate(groups):
            left = _LEFT.search(text, max(0, group.start() - 3), group.start())
            if left:
                yield from self._from(text, groups[at : at + MOST], left.start())

    def _from(self, text: str, groups: list[re.Match[str]], start: int) -> Iterator[Span]:
        digits, end = "", groups[0].start()
        for group in groups:
            gap = text[end : group.start()]
            digits, end = digits + group[0], group.end()
            if len(digits) > MOST or (gap and not _GAP.fullmatch(gap)):
                return
            entity = self._kind(digits, text[start:end])
            if entity and _END.match(text, end):
                yield Span(start + _unopened(text[start:end]), end, entity)

    def _kind(self, digits: str, written: str) -> str | None:
        if "." in written and len(digits) < PLAIN:
            return None
        entity = self._kinds.get(digits)
        if entity or not (written.startswith("+") or digits.startswith("1")):
            return entity
        code = len(digits) - 10  # digits of a country
        short = self._kinds.get(digits[code:]) if 0 < code <= 3 else None
        return short if short == "PHONE_NUMBER" else None


def _unopened(written: str) -> int:
    """1 where a bracket before the number is not closed in it."""
    return int(written.startswith("(") and ")" not in written)
