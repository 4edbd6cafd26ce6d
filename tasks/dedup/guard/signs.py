"""Signs that tell texts apart and are no words: operators, currencies, and the n't of a denial."""

import re

# sign first, and then what is before and behind it: so texts without a sign are soon read
_SYMBOL = re.compile(
    r"""[-+=<>^%÷×≤≥≠±√&|*/−#](?:
        (?<=[+=<>^%÷×≤≥≠±√])
        | (?<=&)& | (?<=\|)\|
        | (?:(?<=\d[-*/]) | (?<=\d\s[-*/]))(?=\s?\d)  # between numbers
        | (?<=[-−])(?<![\w-][-−])(?=\.?\d)  # a minus
        | (?<=\b[CFcf]\#)
    )""",
    re.VERBOSE,
)
_DENIAL = re.compile(r"(?i)n['’]t\b")
_CURRENCY = re.compile("[$€£¥₽₹]")

Symbols = tuple[tuple[str, ...], tuple[str, ...]]


def symbols(text: str) -> Symbols:
    """The operators of a text in their order, and its currencies; words alone do not show them.

    A currency stands at its number, which is compared as a word.
    """
    if text.isascii():
        return tuple(_SYMBOL.findall(text)), ("$",) * text.count("$")
    return tuple(_SYMBOL.findall(text)), tuple(sorted(_CURRENCY.findall(text)))


def denials(text: str) -> int:
    """How often a text says n't; of its words that leaves a t, which is light."""
    return len(_DENIAL.findall(text)) if "'" in text or "’" in text else 0
