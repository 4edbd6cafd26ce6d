"""Postal addresses: a house number, a street and what follows. A bare place is none.

A street is believed for one of four reasons: its last word says so (Street, Road), a town with
state and postal code follows, a flat or suite with a number follows, or the words before say that
somebody lives there or has something sent there. "In 1929 Wall
Street fell" has none of these: a number that may be a year needs the second or the last.
"""

import re

from tasks.redact.identity import MONTH
from tasks.redact.rule import Rule, always

_BIG = "A-ZÀ-ÖØ-Þ"
_WORD = rf"[{_BIG}][\w.'’-]*"
_NUMBER = r"(?<![\w.$€£-])\d{1,6}[A-Za-z]?(?:[-/]\d{1,4})?"
_NAMED = rf"(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th))"
_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Highway|Hwy|Parkway|Pkwy|Terrace"
    r"|Crescent)\b\.?"
)
_UNIT = r"(?:,?\s(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|#)\.?\s?#?\w{1,6})?"
_US_CODE = r"[A-Z]{2}\s{1,2}\d{5}(?:-\d{4})?"
_UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}"
_CANADIAN_CODE = r"[A-Z]\d[A-Z]\s?\d[A-Z]\d"
_TOWN = rf",?\s{{1,2}}(?:{_WORD}[ ]?){{1,4}},?\s{{1,2}}(?:{_US_CODE}|{_UK_CODE}|{_CANADIAN_CODE})\b"
_LIVES = (
    r"\baddress(?: is| was|:)|\blive[sd]? (?:at|on)|\bliving at|\breside[sd]? at|\bmoved to"
    r"|\b(?:ship|send|deliver)(?:ped|ed)? (?:it |this |that )?to"
)
_ROMANCE = r"(?:Rua|Calle|Avenida|Viale|Piazza|ul\.)\s(?:(?:de|del|della|di|da|la|los)\s){0,2}"
_GERMANIC = (
    rf"[{_BIG}][\w-]*(?:straße|strasse|gasse|allee|weg|platz|laan|straat|gatan|vej|vegen|veien"
    r"|katu|stræti|tänava|utca)"
)

BY_STREET = rf"{_NUMBER},?\s(?:{_NAMED}\s){{1,4}}(?<!Wall ){_STREET}{_UNIT}(?P<town>{_TOWN})?"
BY_TOWN = rf"{_NUMBER},?\s(?:{_NAMED}[ ]?){{1,5}}{_UNIT}{_TOWN}"
BY_WORDS = (
    rf"(?i:{_LIVES})[:\s]\s?(?P<value>{_NUMBER},?\s(?:{_WORD}[ ]?){{1,5}}{_UNIT}(?:{_TOWN})?)"
)
_ANY = r"(?:(?![a-zß-öø-ÿ])[^\W\d_][\w.'’-]*|\d{1,4}|(?:de|del|della|do|da|van|vei|allé)\b)"
BY_UNIT = (
    rf"{_NUMBER}(?:,?\s{_ANY}){{1,6}},?\s{{1,2}}(?i:apt|apartment|suite|ste)\.?\s#?\d{{2,5}}\b"
    rf"(?:,?\s{{1,2}}(?:[A-Z]{{2,}}|{_WORD})){{0,4}}(?:,?\s\d{{4,6}}\b)?"
)
BY_UNIT_IN_SMALL = (
    rf"{_NUMBER}(?:\s[\w.'’-]{{2,20}}){{1,5}}\s\d{{1,4}},?\s{{1,2}}(?:apt|suite)\.?\s\d{{2,5}}\b"
)
_SENT = (
    r"\baddress(?:es)?(?:,? here (?:they are|it is))?(?: is| was|:| with| to)|\b(?:taxi|return) to"
    r"|\b(?:ship|send|deliver)(?:ped|ed)? (?:(?:it|this|that|a new one) )?to|\boffice is at"
)
BY_TWO_NUMBERS = (
    rf"(?i:{_SENT})[:\s]\s{{0,2}}(?P<value>{_NUMBER}(?:,?\s{_ANY}){{1,5}}\s\d{{1,4}}[a-z]?\b"
    rf"(?!\s(?:and|of|per|percent)\b)(?:\s?,?\s{{1,2}}(?:[A-Z]{{2,}}|{_WORD})){{0,4}}"
    r"(?:,?\s\d{4,6}\b)?)"
)
MILITARY = (
    r"\b(?:PSC|Unit|USNS|USNV|USS|USCGC)\s[\w ]{1,30}?,?\s(?:Box\s\d+,?\s)?[AFD]PO,?\s"
    rf"{_US_CODE}"
)
BOX = rf"\bP\.?\s?O\.?\s?Box\s\d{{1,7}}(?:{_TOWN})?"
CONTINENTAL = (
    rf"\b(?:{_GERMANIC}|{_ROMANCE}(?:{_WORD}\s?){{1,3}},?)\s\d{{1,4}}[a-z]?\b"
    rf"(?:,?\s\d{{4,5}}\s{_WORD})?"
)
FRENCH = (
    r"\b\d{1,4}(?:\sbis|\ster)?,?\s(?:rue|avenue|boulevard|place|chemin|allée)\s"
    rf"(?:(?:de|du|des|la|le)\s|l['’]|d['’]){{0,3}}{_WORD}(?:\s{_WORD}){{0,3}}"
    rf"(?:,?\s\d{{5}}\s{_WORD})?"
)


def _no_date(match: re.Match[str]) -> bool:
    """A unit or a second number after a year, or after the day of a month, is no address."""
    words = match["value"] if "value" in match.re.groupindex else match[0]
    return not re.match(rf"(?:1[89]|20)\d\d\b|\d{{1,2}},?\s(?i:{MONTH})(?!\w)", words)


def _no_year(match: re.Match[str]) -> bool:
    """A number from 1800 to 2099 before a street may be a year, unless a town follows."""
    return bool(match["town"]) or not re.match(r"(?:1[89]|20)\d\d\b", match[0])


RULES = tuple(
    Rule("STREET_ADDRESS", re.compile(pattern), cues, check=check)
    for pattern, cues, check in (
        (BY_STREET, (), _no_year),
        (BY_TOWN, (), always),
        (BY_WORDS, ("address", "live", "living", "reside", "moved", "ship", "send"), always),
        (BY_UNIT, ("apt", "apartment", "suite", "ste"), _no_date),
        (BY_UNIT_IN_SMALL, ("apt", "suite"), _no_date),
        (BY_TWO_NUMBERS, ("address", "taxi", "return", "ship", "send", "deliver", "office"),
         _no_date),
        (MILITARY, ("apo", "fpo", "dpo"), always),
        (BOX, ("box",), always),
        (CONTINENTAL, ("stra", "gasse", "allee", "weg", "platz", "laan", "gatan", "vej", "vegen",
                       "veien", "katu", "stræti", "tänava", "utca", "ul. ", "rua ", "calle ",
                       "avenida ", "viale ", "piazza "), always),
        (FRENCH, ("rue ", "avenue ", "boulevard ", "place ", "chemin ", "allée "), always),
    )
)  # fmt: skip
