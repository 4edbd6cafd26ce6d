"""Postal addresses: a house number, a street and what follows. A bare place is none.

A street is believed for one of four reasons: its last word says so (Street, Road), a town with
state and postal code follows, a flat or suite with a number follows, or the words before say that
somebody lives there or has something sent there (for the last two see `tasks.redact.blocks`, too).
"In 1929 Wall Street fell" has none of these: a number that may be a year needs the second or the
last.
"""

import re

from tasks.redact.identity import MONTH
from tasks.redact.rule import Rule, always, before
from tasks.redact.streets import (
    BIG,
    GERMANIC,
    IN_GERMANIC,
    IN_PARTED,
    IN_ROMANCE,
    NAMED,
    NUMBER,
    OTHER,
    PARTED,
    ROMANCE,
    STREET,
    TOWN,
    UNIT,
    US_CODE,
    WEAK,
    WORD,
)

_LIVES = (
    r"\baddress(?: is| was|:)|\blive[sd]? (?:at|on)|\bliving at|\breside[sd]? at"
    r"|\bmoved (?:to|from)|\b(?:ship|send|deliver)(?:ped|ed)? (?:it |this |that )?to"
)

BY_STREET = rf"{NUMBER},?\s(?:{NAMED}\s){{1,4}}(?<!Wall ){STREET}{UNIT}(?P<town>{TOWN})?"
BY_WEAK_STREET = (
    rf"{NUMBER},? (?:(?!{OTHER}\b){NAMED} ){{1,3}}{WEAK}{UNIT}(?P<town>{TOWN})?"
    r"(?=[\"',.;:)?\n]|\s?$|\s(?:in|near|and|is|was|has|had|to|for|between|off|street)\b)"
)
BY_TOWN = rf"{NUMBER},?\s{NAMED}(?: {NAMED}){{0,4}}{UNIT}(?P<town>{TOWN})"
_OPENS = r"(?:I|It|The|We|He|She|They|You|This|That|My|Our|In|And|But|If|Please|Come|Call|There)"
BY_WORDS = (
    rf"(?i:{_LIVES})[:\s]\s?(?P<value>{NUMBER},?\s{WORD}(?: (?!(?<=\. ){_OPENS}\b){WORD}){{0,4}}"
    rf"{UNIT}(?:{TOWN})?)"
)
MILITARY = (
    r"(?i)\b(?:PSC|Unit|USNS|USNV|USS|USCGC)\s[\w ]{1,30}?,?\s(?:Box\s\d{1,6},?\s)?[AFD]PO,?\s"
    rf"{US_CODE}"
)
BOX = rf"(?:\b\d{{1,3}}\s)?\b(?i:P\.?\s?O\.?\s?Box)\s\d{{1,7}}(?:{TOWN})?"
_LEAD = r"(?:(?<![\w.$€£-])\d{1,3},?\s)?"  # of the building
_HOUSE = rf"\d{{1,4}}[a-z]?\b(?:,?\s\d{{4,5}}\s(?:[A-Z]{{2}}\s)?[{BIG}][\w'’-]{{1,40}})?"
BY_ENDING = rf"{_LEAD}\b{GERMANIC}\s{_HOUSE}"
BY_LAST_WORD = rf"{_LEAD}\b{PARTED}\s{_HOUSE}"
BY_FIRST_WORD = rf"{_LEAD}\b{ROMANCE}(?:{WORD}\s?){{1,4}},?\s{_HOUSE}"
FRENCH = (
    r"(?:\b\d{1,3}\s)?\b\d{1,4}(?:\sbis|\ster)?,?\s(?:(?:[Rr]ue|avenue|boulevard|place|chemin|allée)"
    r"\s(?:(?:de|du|des|la|le)\s|l['’]|d['’]){0,3}|(?:Avenue|Boulevard|Place|Chemin|Allée)"
    rf"\s(?:(?:de|du|des|la|le)\s|l['’]|d['’]){{1,3}}){WORD}(?:\s{WORD}){{0,3}}(?:\s\d{{1,4}}\b)?"
    rf"(?:,?\s\d{{5}}\s[{BIG}][\w'’-]{{1,40}})?"
)


_PARTS = (
    r"\b(?:chapter|step|figure|fig|section|level|episode|lesson|page|part|volume|vol|book|act|scene"
    r"|season|round|stage|question|exercise|table|phase|module|version|track|verse|quest)\.?\s"
)
_COUNTS = re.compile(rf"{_PARTS}$|\b{MONTH}\s\d{{1,2}},?\s$")
"""What stands before a number that is no house's: of a part of a book, or in a date."""


def is_counted(words: str) -> bool:
    """Whether a number in `words` is that of a part of a book: Table 12."""
    return re.search(rf"{_PARTS}\d", words.lower()) is not None


def _no_year(match: re.Match[str]) -> bool:
    """A number from 1800 to 2099 before a street may be a year, unless a town follows."""
    is_example = match[0].startswith("123 Main St")  # where forms are explained
    if match["town"]:
        return True
    year = re.match(r"(?:1[89]|20)\d\d\b", match[0])
    return not (is_example or year or _COUNTS.search(before(match, 20)))


def _house(match: re.Match[str]) -> bool:
    """The same, and no small number of things: 3 Simple Places."""
    return _no_year(match) and (bool(match["town"]) or bool(re.match(r"\d\d", match[0])))


HOUSE = tuple(
    f"0{more}{comma} {first}" for more in ("", "A", "a") for comma in ("", ",") for first in "A0"
)
"""Shapes of a house number before the name of a street."""
CODES = ("AA 0000", "AA  0000", "AA, 0000", "AA,  0000", "a 00000", "a  00000", "0AA", "A0A")
"""Shapes of postal codes of the United States, Australia, the United Kingdom and Canada."""

RULES = tuple(
    Rule("STREET_ADDRESS", re.compile(pattern), cues, check=check, shapes=shapes)
    for pattern, cues, check, shapes in (
        (BY_STREET, (), _no_year, HOUSE),
        (BY_WEAK_STREET, ("drive", "court", "place", "square", "way", "close", "circle", "trail",
                          " dr", " ct", " pl", " sq"), _house, HOUSE),
        (BY_TOWN, (), always, CODES),
        (BY_WORDS, ("address", "live", "living", "reside", "moved", "ship", "send"), always, ()),
        (MILITARY, ("apo", "fpo", "dpo"), always, ()),
        (BOX, ("box",), always, ()),
        (BY_ENDING, IN_GERMANIC, always, ()),
        (BY_LAST_WORD, IN_PARTED, always, ()),
        (BY_FIRST_WORD, IN_ROMANCE, always, ()),
        (FRENCH, ("rue ", "avenue ", "boulevard ", "place ", "chemin ", "allée "), always, ()),
    )
)  # fmt: skip
