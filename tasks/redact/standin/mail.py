"""Stand-ins for e-mail addresses and names of accounts, made of coined names.

The address of a person of the conversation is made of that person's stand-in. All addresses are
at example.com, example.org and example.net, which nobody can have (RFC 2606).
"""

import re

from tasks.redact.standin.coined import COINED, FEMININE, MASCULINE, SURNAMES, is_hers
from tasks.redact.standin.draw import Draw
from tasks.redact.standin.people import People

DOMAINS = ("example.com", "example.org", "example.net")
AT = re.compile(r"@|\s?[\[({]\s?at\s?[\])}]\s?", re.IGNORECASE)
DOT = re.compile(r"\s?[\[({]\s?dot\s?[\])}]\s?", re.IGNORECASE)
SHORT = 9  # letters; a shorter mailbox is that of one name and a number


def mailbox(value: str, draw: Draw, people: People) -> str:
    """A mailbox for `value`, without the domain."""
    local = AT.split(value)[0].casefold()
    names = _names(local, draw, people)
    digits = draw.digits(2) if len(names) == 1 or draw.attempt else ""
    return ".".join(names) + digits


def mail(value: str, local: str, home: Draw) -> str:
    """The address of the mailbox `local`, spelt out where `value` is.

    Args:
        value: What is replaced.
        local: What stands before the at sign.
        home: What is drawn for the domain of `value`, so that colleagues stay colleagues.
    """
    sign, dot = AT.search(value), DOT.search(value)
    found = f"{local}{sign[0] if sign else '@'}{home.of(DOMAINS)}"
    return dot[0].join(found.rsplit(".", 1)) if dot else found


def plain(value: str) -> str:
    """An address as it is written when it is not spelt out."""
    return DOT.sub(".", AT.sub("@", value)).casefold()


def domain(value: str) -> str:
    """What stands behind the at sign."""
    return AT.split(value)[-1].casefold()


def knows_mail(value: str) -> bool:
    """Whether `value` is a stand-in for an e-mail address."""
    local, _, place = plain(value).partition("@")
    return place in DOMAINS and _is_coined(local)


def account(value: str, draw: Draw, people: People) -> str:
    """The name of an account: coined, with a number, so that it is no plain word."""
    names = _names(value.casefold(), draw, people)
    sign = "-" if "-" in value else "_"
    return ("@" if value.startswith("@") else "") + sign.join([*names, draw.digits(2)])


def knows_account(value: str) -> bool:
    """Whether `value` is a stand-in for the name of an account."""
    return _is_coined(value.casefold())


def _names(written: str, draw: Draw, people: People) -> list[str]:
    """Coined names in small letters: those of the person whose name is in `written`, or others."""
    letters = "".join(c for c in written if c.isalpha())
    known = [name.lower() for name in people.known(letters)]
    if known:
        return known[:2]
    surname, first = draw.of(SURNAMES).lower(), re.split(r"[^a-z]", written)[0]
    if len(letters) < SHORT:
        return [surname]
    return [draw.of(FEMININE if is_hers(first) else MASCULINE).lower(), surname]


def _is_coined(written: str) -> bool:
    words = re.findall(r"[^\W\d_]+", written)
    return bool(words) and all(word in COINED for word in words)
