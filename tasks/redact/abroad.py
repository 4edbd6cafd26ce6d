"""Addresses as they are written elsewhere, and those in small letters, each with a sure mark.

The mark is a postal code of the country beside a town, a flat, or a word that only streets have.
"""

import re

from tasks.redact.address import is_counted
from tasks.redact.identity import MONTH
from tasks.redact.rule import Rule
from tasks.redact.streets import STATE, TOKEN, WORD

_TOWN = rf"{WORD}(?: {WORD}){{0,2}}"
_HOUSE = r"\d{1,4}(?:[-/]\d{1,4})?(?:\s?[a-zA-Z]\b)?"
_UNITS = r"(?:AM|PM|BC|AD|CE|MB|GB|KB|TB|HP|KM|KG|CM|MM|MW|KW|HZ|US|UK|EU|UN|SA|SD|SS)"
DUTCH = (
    rf"(?<!\w){WORD}(?: {TOKEN}){{0,3}}\s{_HOUSE},?\s{{1,2}}(?!19|20[0-2])\d{{4}}\s?(?!{_UNITS})"
    rf"[A-Z]{{2}}\s{{1,2}}{WORD}"
)
"""A code of four digits and two letters: Damrak 70, 1012 LM Amsterdam."""
PARTED_CODE = (
    rf"(?<!\w){WORD}(?: {TOKEN}){{0,3}}\s{_HOUSE},?\s{{1,2}}\d{{3}}\s\d{{2}}\s{_TOWN}"
    r"(?:\s\d{1,2}\b)?"
)
"""A code in two parts: Czech, Slovak, Swedish and Greek."""
HUNGARIAN = (
    rf"(?<![\w.-]){_HOUSE}\s(?:{WORD}\s){{1,3}}(?:utca|u\.|út|útja|körút|tér|rakpart|sétány),?"
    rf"\s\d{{4}}\s{WORD}"
)
AVENUE = (
    rf"\bAv(?:da|d)?\.\s(?:(?:de|del|da|do|dos|das|la|los|las)\s){{0,2}}{WORD}(?: {TOKEN}){{0,4}},"
    r"\s?(?:n[.º°]{0,2}\s?|No\.?\s?)?\d{1,5}\b(?![.,]\d|%)"
)
_JALAN = rf"\b(?:Jalan|Jln\.?|Jl\.|Lorong|Persiaran|Lebuh)\s{TOKEN}(?: {TOKEN}){{0,4}}"
_MALAY_TOWN = rf"(?:(?:,\s{_TOWN}){{0,2}},?\s\d{{5}}\s{_TOWN})"
MALAY = (
    rf"(?:\bNo\.?\s?|(?<![\w.-]))\d{{1,4}}[A-Z]?,?\s{_JALAN}{_MALAY_TOWN}?"
    rf"|{_JALAN},?\sNo\.?\s?\d{{1,4}}[A-Z]?\b(?:(?:,\s{_TOWN}){{0,2}},?\s\d{{5}}\b)?"
    rf"|{_JALAN}{_MALAY_TOWN}"
)
_CYRILLIC = r"[А-ЯЁ\d][\w-]{0,40}"
RUSSIAN = (
    rf"(?:\b\d{{6}},\s)?(?:\bг\.\s?{_CYRILLIC},\s)?"
    r"\b(?:(?:ул|просп|пр|пр-т|пер|бул|наб)\.\s?|(?:улица|проспект|переулок|бульвар)\s)"
    rf"{_CYRILLIC}(?:\s{_CYRILLIC}){{0,3}},?\s(?:(?:д|дом)\b\.?\s?)?\d{{1,4}}[а-яё]?\b"
    r"(?:,?\s(?:корп|к|стр)\.?\s?\d{1,3}\b)?(?:,?\s(?:кв|оф|квартира)\b\.?\s?\d{1,4}\b)?"
)
IN_SMALL = (
    r"(?i)(?<![\w.$€£-])\d{1,6}[a-z]?\s(?:[^\W\d_][\w'’-]{0,30}\s|\d{1,3}(?:st|nd|rd|th)\s){1,4}"
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|highway|hwy|parkway|pkwy|terrace"
    r"|crescent|drive|dr|court|ct|place|pl|way|circle|cir|trail)\b\.?"
    r"(?:,?\s(?:apt|apartment|suite|ste|unit|floor|#)\.?\s?#?\w{1,6})?"
    rf",?\s{{1,2}}[^\W\d_][\w'’-]{{1,30}}(?: [^\W\d_][\w'’-]{{1,30}}){{0,2}},?\s{{1,2}}{STATE},?"
    r"\s{1,2}\d{5}(?:-\d{4})?\b"
)
"""48 pinehurst lane, austin, tx 78701: street, state and code leave no doubt."""
_DATED = re.compile(rf"(?i){MONTH}\s\d")


def _house(match: re.Match[str]) -> bool:
    """A number after the name of a month, or of a part of a book, is no house's."""
    return not _DATED.match(match[0]) and not is_counted(match[0])


RULES = tuple(
    Rule("STREET_ADDRESS", re.compile(pattern), cues, check=_house, shapes=shapes)
    for pattern, cues, shapes in (
        (DUTCH, (), ("0000 AA ", "0000AA ")),
        (PARTED_CODE, (), ("000 00 A",)),
        (HUNGARIAN, (" utca", " u.", " út", " körút", " tér", " rakpart", " sétány"), ()),
        (AVENUE, ("av. ", "avd. ", "avda. "), ()),
        (MALAY, ("jalan ", "jln ", "jln. ", "jl. ", "lorong ", "persiaran ", "lebuh "), ()),
        (RUSSIAN, ("ул.", "просп.", "пр.", "пр-т.", "пер.", "бул.", "наб.", "улица ", "проспект ",
                   "переулок ", "бульвар "), ()),
        (IN_SMALL, (), ("aa 00000", "Aa 00000", "aA 00000", "AA 00000", "aa  00000", "Aa  00000",
                        "aA  00000", "AA  00000", "a, 00000", "A, 00000", "a,  00000",
                        "A,  00000")),
    )
)  # fmt: skip
