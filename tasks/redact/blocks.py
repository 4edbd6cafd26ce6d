"""Addresses of several lines, with flats, and after words that announce one.

Here no word of a street has to be known. What proves the address is its build: a number, some
words, and then a flat, a town with its code, or a second number after "send it to". In texts that
are all in small letters capitals tell nothing, so there only such builds count.
"""

import re

from tasks.redact.identity import MONTH
from tasks.redact.rule import Rule, value_of
from tasks.redact.streets import NUMBER, PARTICLE, TOKEN, WORD

_FLAT = r"(?:apt|apartment|suite|ste|unit|flat)\.?\s#?"
_MARK = r"[^\w\n]{0,5}"  # what lists and quotations begin a line with
_TAIL = (
    rf"(?:,?\s{{1,3}}(?:(?:of|the|{PARTICLE})\s){{0,2}}(?:[A-Z]{{2,}}|{WORD})){{0,6}}"
    r"(?:,?\s\d{4,6}\b)?"
)
UNDER_EACH_OTHER = (
    rf"{NUMBER}[^\n,;:?!]{{2,60}}\n{_MARK}(?i:{_FLAT})\w{{1,5}}\n"
    rf"(?:{_MARK}[^\n\d]{{2,40}}\n{{1,2}}){{0,3}}{_MARK}(?:[^\n\d]{{0,40}}\s)?\d{{4,6}}\b"
)
"""Street, flat, town, and a last line that ends in a postal code."""
WITH_TOWN = (
    rf"{NUMBER}(?: {TOKEN}){{1,6}}\.?\n{_MARK}(?:{WORD}[ ]?){{1,4}}\n?,\s"
    r"(?:[A-Z]{2,3}|nan|\d\d)\b"
    rf"\n?,?\s{{1,2}}(?:(?:{WORD}|of|and|the)\s){{0,6}}\d{{5,6}}\b"
)
"""Street, and a line with the town, its state and its code."""
BY_UNIT = (
    rf"{NUMBER}(?:,?\s{TOKEN}){{1,6}}\.?,?\s{{1,2}}(?i:apt|apartment|suite|ste)\.?\s#?\d{{2,5}}\b"
    rf"{_TAIL}"
)
BY_UNIT_IN_SMALL = (
    rf"{NUMBER}(?:\s[\w.'’-]{{2,20}}){{1,5}}\s\d{{1,4}},?\s{{1,2}}(?:apt|suite)\.?\s\d{{2,5}}\b"
)
_SENT = (
    r"\baddress(?:es)?(?:,? here (?:they are|it is))?(?: is| was|:| with| to)|\b(?:taxi|return) to"
    r"|\b(?:ship|send|deliver)(?:ped|ed)? (?:(?:it|this|that|a new one) )?to|\boffice is (?:at|in)"
    r"|\bmeet me at|\bit['’]s in"
)
_ENDS = r"(?!\s(?:and|of|per|percent)\b)"
BY_TWO_NUMBERS = (
    rf"(?i:{_SENT})[:\s]\s{{0,2}}"
    rf"(?P<value>{NUMBER}(?:,?\s{TOKEN}){{1,5}}\.?\s\d{{1,4}}[a-z]?\b{_ENDS}{_TAIL})"
)
FURTHER = (
    rf"(?i:{_SENT})[^\n]{{1,2}}[^?!;]{{5,90}}(?:\sand\s|,\s)"
    rf"(?P<value>{NUMBER}(?:,?\s{TOKEN}){{1,4}}\s\d{{1,4}}[a-z]?\b,{_TAIL})"
)
"""A second address after the first, and that of the place where one meets."""
MEETING = (
    rf"(?i:\bmeet )[^\n]{{2,60}},\s(?P<value>{NUMBER}\s(?:{TOKEN}\s){{1,5}}\d{{1,4}}[a-z]?\b)"
    r"\.?(?=,|\s?$)"
)
CORNER = (
    rf"(?:(?i:{_SENT}|\band)[:\s]\s{{0,2}}|\n)(?P<value>the corner of "
    rf"(?=[^.?!\n]{{0,60}}\d)(?:{TOKEN}\.?\s){{1,6}}and\s(?:{TOKEN}\s?){{1,4}})"
)
CROSSING = rf"(?i:{_SENT})[:\s]\s{{0,2}}(?P<value>{WORD} and (?:{TOKEN}\s){{1,4}}\d{{1,4}}\b)"
_SMALL = r"(?!(?:and|or|to|for|the|a|an|in|on|of|with|at|by|times?|is|are)\b)[^\W\d_][\w.'’-]{0,30}"
ALL_IN_SMALL = (
    rf"(?:{_SENT})[:\s]\s{{0,2}}(?P<value>{NUMBER}(?:,?\s(?:{_SMALL}|\d{{1,4}})){{1,6}}"
    rf"(?:\n{{0,2}},?\s{{0,2}}(?:{_SMALL}|\d{{2}})){{0,7}}(?:\n|,|\sapt\.?|\ssuite)"
    r"[^?!]{0,50}?\d{4,6}\b)"
)


def _no_date(match: re.Match[str]) -> bool:
    """A unit or a second number after a year, or after the day of a month, is no address."""
    words = value_of(match)
    return not re.match(rf"(?:1[89]|20)\d\d\b|\d{{1,2}},?\s(?i:{MONTH})(?!\w)", words)


def _small(match: re.Match[str]) -> bool:
    return match.string.islower() and _no_date(match)


_FLATS = ("apt", "apartment", "suite", "ste", "unit", "flat")
_SENDING = ("address", "taxi", "return", "ship", "send", "deliver", "office", "meet me",
            "it's in", "it’s in")  # fmt: skip
RULES = tuple(
    Rule("STREET_ADDRESS", re.compile(pattern), cues, check=check)
    for pattern, cues, check in (
        (UNDER_EACH_OTHER, _FLATS, _no_date),
        (WITH_TOWN, ("\n",), _no_date),
        (BY_UNIT, _FLATS, _no_date),
        (BY_UNIT_IN_SMALL, ("apt", "suite"), _no_date),
        (BY_TWO_NUMBERS, _SENDING, _no_date),
        (FURTHER, _SENDING, _no_date),
        (MEETING, ("meet ",), _no_date),
        (CORNER, ("the corner of",), _no_date),
        (CROSSING, _SENDING, _no_date),
        (ALL_IN_SMALL, _SENDING, _small),
    )
)
