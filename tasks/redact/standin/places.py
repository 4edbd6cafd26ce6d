"""Stand-ins for postal addresses, word by word: the layout stays, street, town and code are new.

Streets and towns have coined names. Postal codes are such as are never given out: 000 to 004 in
America, areas QX in Britain and Z in Canada, 00 on the Continent. A post office box begins with 0.
"""

import re

from tasks.redact.standin.coined import COINED, SURNAMES
from tasks.redact.standin.draw import Draw

TOKEN = re.compile(
    r"(?P<american>(?:(?<=[A-Z]{2}\s)|(?<=[A-Z]{2}\s\s)|(?<=[adf]po\s[a-z]{2}\s))\d{5}(?:-\d{4})?)"
    r"|(?P<british>\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b)|(?P<canadian>\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b)"
    r"|(?P<box>(?<=[Bb]ox\s)\d+)|(?P<nth>\b\d+(?:st|nd|rd|th)\b)|(?P<number>\d+)"
    r"|(?P<word>[^\W\d_][^\W\d_'’-]*(?:['’-][^\W\d_]+)*)"
)
_KEPT = """
street st avenue ave road rd boulevard blvd lane ln highway hwy parkway pkwy terrace crescent circle
court ct drive dr square way place apt apartment suite ste unit flat floor room box psc usns usnv
uss uscgc rua calle avenida viale piazza rue chemin allée north south east west northeast northwest
southeast southwest p o apo fpo dpo way close trail dr ct pl sq strasse straße str gasse allee platz
plads utca u út tér rakpart ulica enparantza via the corner of and
"""
KEPT = frozenset(_KEPT.split())
GERMANIC = re.compile(
    r"(?:straße|strasse|str|gasse|allee|weg|platz|plads|laan|straat|gatan|vej|vegen|veien|bakken"
    r"|katu|ntie|stræti|vegur|gata|tänava|utca)$"
)
STATE = re.compile(r"[adf]po\s\Z")
"""What stands before the state in a military address in small letters."""
NOWHERE = re.compile(r"(?i)\bBox\s0\d|\b[AFD]PO,?\s[A-Z]{2}\s00[0-4]\d\d\b")


def place(value: str, draw: Draw) -> str:
    """An address of the same layout to which no letter can be brought."""
    return TOKEN.sub(lambda m: _token(m, draw), value)


def knows_place(value: str) -> bool:
    """Whether `value` is a stand-in for an address."""
    words = (GERMANIC.sub("", m["word"].casefold()) for m in TOKEN.finditer(value) if m["word"])
    return any(word in COINED for word in words) or bool(NOWHERE.search(value))


def _token(match: re.Match[str], draw: Draw) -> str:
    kind, text = match.lastgroup, match[0]
    if kind == "american":
        rest = "".join(map(draw.like, text[5:]))
        return f"00{draw.below(5)}{draw.digits(2)}{rest}"
    if kind == "british":
        gap = " " if " " in text else ""
        return f"QX{draw.digits(1)}{gap}{draw.digits(1)}QX"
    if kind == "canadian":
        return "Z" + "".join(map(draw.like, text[1:]))
    if kind == "box":
        return "0" + draw.digits(len(text) - 1) if len(text) > 1 else "0" + draw.digits(1)
    if kind == "number":
        return _number(text, match, draw)
    return _word(match, draw) if kind == "word" else draw.of(SURNAMES)


def _number(text: str, match: re.Match[str], draw: Draw) -> str:
    found = "".join(map(draw.like, text))
    if len(text) > 3 and match.start() and not match.string[: match.start()].isspace():
        return "00" + found[2:] if _is_code(match) else found
    return str(1 + draw.below(9)) + found[1:]


def _is_code(match: re.Match[str]) -> bool:
    """Whether a number of four or five digits is a postal code: a town follows."""
    after = match.string[match.end() : match.end() + 2].strip()
    return len(match[0]) in (4, 5) and after[:1].isupper()


def _word(match: re.Match[str], draw: Draw) -> str:
    text, before = match[0], match.string[max(0, match.start() - 4) : match.start()]
    if text.casefold() in KEPT or (len(text) <= 2 and (text.isupper() or STATE.search(before))):
        return text
    if not text[0].isupper() and any(c.isupper() for c in match.string):
        return text  # in an address all in small letters every word may be a name
    end = GERMANIC.search(text)
    coin = draw.of(SURNAMES)
    if end:
        return coin + end[0]
    return coin.upper() if text.isupper() else coin if text[0].isupper() else coin.lower()
