"""Stand-ins for dates of birth: another day within a year or so, in the same way of writing.

No day is kept for inventions, so of 200 real birth dates one is taken for a stand-in and stays.
"""

import re
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from tasks.redact.standin.draw import Draw, seal

YEAR = 365  # days
RARE = 200  # of so many days one is a stand-in
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
NUMERIC = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})")
NAMED = re.compile(r"(\d{1,4})|([A-Za-z]{3,})")
LIVED = range(1800, 2101)  # years in which somebody may be born of whom a text of today tells
CENTURY = 26  # two digits up to this are of this century


class _Read(NamedTuple):
    """A date and how it is written: the numbers as `{day}`, `{month}`, `{year}`."""

    day: date
    layout: str


def birth(value: str, draw: Draw) -> str | None:
    """Another day in the layout of `value`; None where `value` is no day of the calendar."""
    read = _read(value)
    if read is None:
        return None
    for near in count(YEAR, YEAR):  # once in forty dates no day of the first year is sealed
        start = draw.below(2 * near + 1)
        for step in range(2 * near + 1):
            other = read.day + timedelta(days=(start + step) % (2 * near + 1) - near)
            if other != read.day and _is_sealed(other):
                return _written(read.layout, other)
    return None


def knows_birth(value: str) -> bool:
    """Whether `value` is a stand-in for a date of birth."""
    read = _read(value)
    return read is not None and _is_sealed(read.day)


def _is_sealed(day: date) -> bool:
    """The seal minds no order of day and month, which 03/04/1980 does not tell."""
    low, high = sorted((day.day, day.month))
    return seal("birth", f"{day.year % 100}-{low}-{high}") % RARE == 0


def _read(value: str) -> _Read | None:
    numeric = NUMERIC.fullmatch(value)
    try:
        return _numeric(numeric) if numeric else _named(value)
    except ValueError:  # the 31st of February
        return None


def _numeric(match: re.Match[str]) -> _Read:
    first, sign, second, third = match.groups()
    if len(first) == 4:
        year, month, day, order = first, second, third, ("{year}", "{month}", "{day}")
    elif int(first) > 12 or (sign == "." and int(second) <= 12):
        day, month, year, order = first, second, third, ("{day}", "{month}", "{year}")
    else:
        month, day, year, order = first, second, third, ("{month}", "{day}", "{year}")
    layout = sign.join(order)
    if "0" in (day[0], month[0]) or len(day) == len(month) == 2:
        layout = layout.replace("{day}", "{day:02}").replace("{month}", "{month:02}")
    if len(year) == 2:
        layout = layout.replace("{year}", "{short:02}")
    return _Read(_day(_full(year), int(month), int(day)), layout)


def _day(year: int, month: int, day: int) -> date:
    if year not in LIVED:
        raise ValueError(f"{year} is no year of birth")
    return date(year, month, day)


def _full(year: str) -> int:
    if len(year) > 2:
        return int(year)
    return int(year) + (2000 if int(year) <= CENTURY else 1900)


def _named(value: str) -> _Read | None:
    month, layout, numbers = 0, value, []
    for match in reversed(list(NAMED.finditer(value))):
        place = slice(*match.span())
        starts = [i for i, m in enumerate(MONTHS, 1) if m[:3].lower() == match[0][:3].lower()]
        if match[1]:
            numbers.append(match[1])
            name = "{year}" if len(match[1]) == 4 else "{day}"
        elif starts:
            month, name = starts[0], "{short_name}" if len(match[0]) < 4 else "{name}"
            name = name.replace("name", "NAME") if match[0].isupper() else name
        else:
            continue
        layout = layout[: place.start] + name + layout[place.stop :]
    years, days = [n for n in numbers if len(n) == 4], [n for n in numbers if len(n) <= 2]
    if not (month and len(years) == len(days) == 1):
        return None
    layout = re.sub(r"(?<=\{day\})(?:st|nd|rd|th)", "{nth}", layout)
    return _Read(_day(int(years[0]), month, int(days[0])), layout)


def _written(layout: str, day: date) -> str:
    name = MONTHS[day.month - 1]
    tens = {1: "st", 2: "nd", 3: "rd"}
    return layout.format(
        day=day.day, month=day.month, year=day.year, short=day.year % 100,
        name=name, short_name=name[:3], NAME=name.upper(), short_NAME=name[:3].upper(),
        nth="th" if 10 < day.day < 14 else tens.get(day.day % 10, "th"),
    )  # fmt: skip
