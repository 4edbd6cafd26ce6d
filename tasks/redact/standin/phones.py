"""Stand-ins for phone numbers: 555-01xx, and the numbers kept for films in four more countries.

Britain, Germany, France and Australia keep numbers for drama; every other country's become
American ones. The last two digits are the seal of the others.
"""

import re

from tasks.redact.rule import digits_of
from tasks.redact.standin.draw import Draw, seal

FILM = {  # country code: what national numbers for films begin with, and how long they are
    "44": (("1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960",
            "1414960", "1514960", "1614960", "2079460", "7700900", "1632960"), 10),
    "49": (("3023125", "6990009", "4066969", "2214710", "8999998"), 10),
    "33": (("19900", "26191", "35301", "46571", "53649", "63998"), 9),
    "61": (("25550", "35550", "75550", "85550"), 9),
}  # fmt: skip
AMERICAN = re.compile(r"[2-9]\d\d55501\d\d")
EXTENSION = re.compile(r"\s?(?:x|ext\.?)\s?\d{1,6}$", re.IGNORECASE)


def phone(value: str, draw: Draw) -> str:
    """A number of the same country and layout that no telephone has."""
    cut = EXTENSION.search(value)
    main = value[: cut.start()] if cut else value
    country = _country(main)
    while True:
        national = _sealed(country, _body(country, draw))
        if _is_sealed(country, national):
            break
    end = cut[0] if cut else ""
    fresh = "".join(draw.like(c) if c.isdigit() else c for c in end)
    return _dressed(main, country, national) + fresh


def knows_phone(value: str) -> bool:
    """Whether `value` is a stand-in for a phone number."""
    digits = digits_of(EXTENSION.sub("", value))
    return any(
        _is_reserved(country, national) and _is_sealed(country, national)
        for country in ("1", *FILM)
        for lead in _leads(country)
        if (national := digits.removeprefix(lead)) != digits or not lead
    )


def _country(main: str) -> str:
    digits = digits_of(main)
    if _is_abroad(main):
        known = digits.removeprefix("00")
        return next((country for country in FILM if known.startswith(country)), "1")
    if digits.startswith("0"):
        return "44" if len(digits) == 11 else "33" if len(digits) == 10 else "1"
    return "1"


def _is_abroad(main: str) -> bool:
    """Whether a country code is before the number."""
    return main.lstrip("(").startswith(("+", "00"))


def _leads(country: str) -> tuple[str, ...]:
    """What may stand before a national number."""
    abroad = (country, f"00{country}")
    return ("", *abroad) if country == "1" else ("", "0", *abroad, f"{country}0", f"00{country}0")


def _body(country: str, draw: Draw) -> str:
    """A national number for films without its last two digits."""
    if country == "1":
        return f"{200 + draw.below(600)}55501"
    starts, length = FILM[country]
    start = draw.of(starts)
    return start + draw.digits(length - len(start) - 2)


def _sealed(country: str, body: str) -> str:
    return f"{body}{seal('phone', country + body) % 100:02}"


def _is_sealed(country: str, national: str) -> bool:
    """Whether the seal is right; American numbers are many, so theirs is four times as strict."""
    right = national == _sealed(country, national[:-2])
    return right and (country != "1" or seal("phone", "1" + national[:-2]) // 100 % 4 == 0)


def _is_reserved(country: str, national: str) -> bool:
    if country == "1":
        return bool(AMERICAN.fullmatch(national))
    starts, length = FILM[country]
    return len(national) == length and national.startswith(starts)


def _dressed(main: str, country: str, national: str) -> str:
    """`national` in the layout of `main`; in the usual one where that has other digits."""
    digits = digits_of(main)
    lead = digits[: len(digits) - len(national)] if len(digits) >= len(national) else "?"
    if lead in _leads(country) and (lead.strip("0") or not _is_abroad(main)):
        rest = iter(lead + national)
        return "".join(next(rest) if c.isdigit() else c for c in main)
    if country != "1":
        return f"+{country} {national}"
    plus = "+1-" if main.startswith("+") else ""
    return f"{plus}{national[:3]}-{national[3:6]}-{national[6:]}"
