"""A text as a person reads it: without what hides a value from a rule, and the way back.

`john＠example.de` with a full-width sign, a card number in Arabic digits or with thin spaces, a
soft hyphen or an invisible character inside an address: people see the value, patterns do not. So
rules look at plain letters, and what they find is a place in the text as it stands.
"""

import re
import unicodedata
from functools import cache

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
"""What takes no room: soft hyphens, joiners, marks of direction, variation selectors."""
HIDING = r"\p{Nd}\x{FF01}-\x{FF5E}\x{AD}\x{61C}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}"
"""For Polars, inside brackets: a digit of any script, and what may hide a letter from a rule."""
_DASHES = "\u2010\u2011\u2012\u2013\u2212\ufe58\ufe63\uff0d"
_SPACES = "\u00a0\u2000-\u200a\u202f\u205f\u3000"


def plain(text: str) -> tuple[str, list[int] | None]:
    """`text` in plain letters, and the place in `text` of each of its characters and of its end.

    Returns:
        The text, and its places; None where they are the same.
    """
    if text.isascii():
        return text, None
    same = text.translate(_table())
    if not INVISIBLE.search(same):
        return same, None
    places = [at for at, c in enumerate(same) if not INVISIBLE.match(c)]
    return "".join(same[at] for at in places), [*places, len(text)]


@cache
def _table() -> dict[int, str]:
    """Other forms of a sign, of the same length: full width, digits of other scripts, dashes."""
    table = {ord(c): "-" for c in _DASHES} | {0xFF07: "'", 0x2024: "."}
    for point in (*range(0x80, 0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x1FC00)):
        c = chr(point)
        if unicodedata.category(c) == "Nd":
            table[point] = str(unicodedata.digit(c))
        elif unicodedata.category(c) == "Zs":
            table[point] = " "
        elif 0xFF01 <= point <= 0xFF5E:
            table[point] = chr(point - 0xFEE0)
    return table
