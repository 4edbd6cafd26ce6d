"""Tags in place of numbers of JSON that stands in a text: in quotation marks, so it stays JSON."""

import re
from bisect import bisect
from functools import lru_cache

_BEFORE = 12  # characters before a number in which the end of its key stands
_KEY = re.compile(r"(\\{0,7}\")\s{0,2}:\s{0,2}\Z")
_AFTER = re.compile(r"\s{0,80}(?:[,}\]]|\\n|\Z)")
_GAP = 80  # characters of white space before an element
_BEGINS = re.compile(r"[\[,](?:\s|\\n)*\Z")
_ELEMENT = r"(?:-?\d[\d.eE+-]*+|\\{0,7}\"[^\"\n]*+\"|true|false|null)(?:\s|\\n)*+"
_ARRAY = re.compile(
    r"(?:(?P<mark>\\{0,7}\")\s{0,2}:\s{0,2}|\A\s*+)\[(?:\s|\\n)*+"
    rf"(?:{_ELEMENT},(?:\s|\\n)*+)*+{_ELEMENT}\]"
)


def quoted(body: str, start: int, end: int, tag: str) -> tuple[int, str]:
    """`tag` as it has to stand in `body` in place of what is from `start` to `end`.

    In JSON within JSON a mark has a backslash before it, as that of the key has.

    Returns:
        From where on it stands, which is before the sign of a negative number, and what.
    """
    if not body[start:end].isdecimal() or tag.isdecimal():
        return start, tag
    first = start - 1 if body[start - 1 : start] == "-" else start
    key = _KEY.search(body, max(0, first - _BEFORE), first)
    mark = key[1] if key else _mark_of_array(body, first)
    return (first, f"{mark}{tag}{mark}") if mark and _AFTER.match(body, end) else (start, tag)


def _mark_of_array(body: str, at: int) -> str:
    """The mark of strings in the array of JSON around `at`, where an element begins; or nothing."""
    arrays = _arrays(body)
    place = bisect(arrays, (at, len(body), "")) - 1
    inside = place >= 0 and at < arrays[place][1]
    starts = inside and _BEGINS.search(body, max(0, at - _GAP), at)
    return arrays[place][2] if starts else ""


@lru_cache(maxsize=1)
def _arrays(body: str) -> list[tuple[int, int, str]]:
    """Where `body` has arrays of JSON without arrays in them, and the marks of strings there."""
    return [(*m.span(), m["mark"] or '"') for m in _ARRAY.finditer(body)]
