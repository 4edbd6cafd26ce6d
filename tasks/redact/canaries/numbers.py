"""Invented numbers, with the check digits and ranges of real ones."""

import string
from collections.abc import Callable
from random import Random

from tasks.redact.canaries.people import BANK

Maker = Callable[[Random], str]


def digits(chance: Random, pattern: str) -> str:
    """`pattern` with a digit for every #, and a capital for every ?."""
    made = {"#": string.digits, "?": string.ascii_uppercase.replace("O", "")}
    return "".join(chance.choice(made[c]) if c in made else c for c in pattern)


def card(chance: Random) -> str:
    """Of three issuers, with a valid last digit."""
    body = digits(chance, chance.choice(["4##############", "53#############", "37############"]))
    number = body + _luhn(body)
    groups = (4, 6, 5) if len(number) == 15 else (4, 4, 4, 4)
    return chance.choice(["", " ", "-"]).join(_cut(number, groups))


def _luhn(body: str) -> str:
    twice = [int(c) * (2 if i % 2 == 0 else 1) for i, c in enumerate(reversed(body))]
    return str(-sum(n // 10 + n % 10 for n in twice) % 10)


def _cut(text: str, sizes: tuple[int, ...]) -> list[str]:
    ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
    return [text[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def iban(chance: Random) -> str:
    """Of five countries, with valid check digits, in groups of four or without spaces."""
    country, pattern = chance.choice(
        [("DE", "#" * 18), ("GB", chance.choice(BANK) + "#" * 14), ("FR", "#" * 23),
         ("NL", chance.choice(BANK) + "#" * 10), ("ES", "#" * 20)]
    )  # fmt: skip
    account = digits(chance, pattern)
    as_number = "".join(str(int(c, 36)) for c in account + country + "00")
    whole = f"{country}{98 - int(as_number) % 97:02d}{account}"
    return chance.choice([whole, " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))])


def ssn(chance: Random) -> str:
    """In an area, group and series that are given out."""
    area, group = chance.randrange(100, 660), chance.randrange(10, 99)
    return f"{area}-{group}-{chance.randrange(1000, 9999)}"


def number(*patterns: str) -> Maker:
    """A maker of numbers after one of `patterns`."""
    return lambda chance: digits(chance, chance.choice(patterns))
