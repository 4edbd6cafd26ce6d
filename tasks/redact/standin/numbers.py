"""Stand-ins for numbers: cards, IBANs, social security numbers, records, accounts and papers.

Cards begin as test cards do and go on with zeros, IBANs name a bank of zeros or DEMO, and social
security numbers lie above 900, where none is issued. Numbers of records and papers have no range
of their own; their last three digits are the seal of the rest, so of a thousand real numbers one
is taken for a stand-in.
"""

from stdnum import iban, luhn

from tasks.redact.rule import digits_of
from tasks.redact.standin.draw import Draw, compact, fill, seal

LEAST = 5  # digits of a number that can hold a seal
CARDS = {  # first digits of a card: those of test cards of the same brand
    "4": "40000000", "5": "55555500", "2": "22230000", "34": "34000000", "37": "37000000",
    "35": "35301100", "3": "30000000", "62": "62000000", "60": "60111100", "65": "65000000",
    "64": "64400000", "6": "63000000",
    **dict.fromkeys(("50", "56", "57", "58", "59"), "63000000"),
}  # fmt: skip


def card(value: str, draw: Draw) -> str:
    """A number with the check sum of cards, the length and the brand of `value`."""
    number = digits_of(value)
    brand = next((CARDS[number[:n]] for n in (2, 1) if number[:n] in CARDS), CARDS["4"])
    while True:
        body = brand + draw.digits(max(2, len(number) - len(brand) - 1))
        found = body + luhn.calc_check_digit(body)
        if seal("card", found) % 16 == 0:
            return fill(value, found)


def knows_card(value: str) -> bool:
    """Whether `value` is a stand-in for a card."""
    number = digits_of(value)
    return number.startswith(tuple(CARDS.values())) and seal("card", number) % 16 == 0


def account(value: str, draw: Draw) -> str:
    """An IBAN of the same country and layout at a bank that does not exist."""
    number = compact(value).upper()
    bank = _bank(number)
    while True:
        rest = bank + "".join(draw.like(c) for c in number[8:])
        found = number[:2] + iban.calc_check_digits(f"{number[:2]}00{rest}") + rest
        if seal("iban", found) % 16 == 0:
            return fill(value, found)


def knows_account(value: str) -> bool:
    """Whether `value` is a stand-in for an IBAN."""
    number = compact(value).upper()
    return number[4:8] == _bank(number) and seal("iban", number) % 16 == 0


def _bank(number: str) -> str:
    return "".join(
        mark if sign.isalpha() else "0" for mark, sign in zip("DEMO", number[4:8], strict=False)
    )


def social(value: str, draw: Draw) -> str:
    """A social security number from 900 on, with a group that tax numbers do not have either."""
    area, group, serial = 900 + draw.below(100), 1 + draw.below(49), 1 + draw.below(9999)
    return fill(value, f"{area}{group:02}{serial:04}")


def knows_social(value: str) -> bool:
    """Whether `value` is a stand-in for a social security number."""
    number = digits_of(value)
    return number.startswith("9") and "01" <= number[3:5] <= "49"


def number(value: str, draw: Draw) -> str:
    """A number of the same shape: letters where letters are, digits where digits are."""
    return _sealed("".join(map(draw.like, value)), value)


def number_of_ones_own(value: str, draw: Draw) -> str:
    """The same for kinds that users name, whose letters may be part of their pattern."""
    return _sealed("".join(draw.like(c) if c.isdigit() else c for c in value), value)


def _sealed(fresh: str, value: str) -> str:
    signs = list(fresh)
    places = [i for i, c in enumerate(signs) if c.isdigit()]
    if value[places[0]] != "0" and signs[places[0]] == "0":
        signs[places[0]] = "1"  # what is a number in JSON has to stay one
    for place, digit in zip(places[-3:], _end("".join(signs)), strict=True):
        signs[place] = digit
    return "".join(signs)


def _end(value: str) -> str:
    """What the last three digits have to be."""
    signs = compact(value).casefold()
    last = [i for i, c in enumerate(signs) if c.isdigit()][-3:]
    body = "".join(c for i, c in enumerate(signs) if i not in last)
    return f"{seal('number', body) % 1000:03}"


def knows_number(value: str) -> bool:
    """Whether `value` is a stand-in for the number of a record or a paper."""
    number = digits_of(value)
    return len(number) >= LEAST and number[-3:] == _end(value)
