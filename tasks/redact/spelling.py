"""One name in two spellings: José and Jose, O’Connor and O'Connor."""

import unicodedata
from functools import cache


def alike(text: str) -> str:
    """`text` without accents on Latin letters and with straight apostrophes, of the same length."""
    return text if text.isascii() else text.translate(_table())


@cache
def _table() -> dict[int, str]:
    table = dict.fromkeys(map(ord, "‘’ʼ"), "'")
    for point in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(point))[0]
        if base.isascii():
            table[point] = base
    return table
