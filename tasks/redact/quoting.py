"""Tags in place of numbers of JSON that stands in a text: in quotation marks, so it stays JSON."""

import re

_BEFORE = 12  # characters before a number in which the end of its key stands
_KEY = re.compile(r"(\\{0,7}\")\s{0,2}:\s{0,2}\Z")
_AFTER = re.compile(r"\s{0,80}(?:[,}\]]|\\n|\Z)")


def quoted(body: str, start: int, end: int, tag: str) -> str:
    """`tag` as it has to stand in `body` in place of what is from `start` to `end`.

    In JSON within JSON a mark has a backslash before it, as that of the key has.
    """
    if not body[start:end].isdecimal() or tag.isdecimal():
        return tag
    key = _KEY.search(body, max(0, start - _BEFORE), start)
    return f"{key[1]}{tag}{key[1]}" if key and _AFTER.match(body, end) else tag
