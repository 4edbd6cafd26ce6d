"""Secrets, account numbers and addresses of machines in sentences, made up by seed.

The sentences were written beside the rules, so what is measured on them is an upper bound; they
are here because the labelled set holds no secret at all and few IBANs and IP addresses.
"""

import random
import string

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from tasks.redact.rule import Span
from tests.bench.spans import Case

_ALNUM = string.ascii_letters + string.digits
_UPPER = string.ascii_uppercase + string.digits
SENTENCES = (
    "Why does this call fail? I use {} and get error 401.",
    "Here is what I have: {}",
    "{} is in the log, is that a problem?",
    "Please write a mail to the team that mentions {} once, and be polite.",
    "| name | value |\n| --- | --- |\n| first | {} |",
    "notes:\n- {}\n- buy milk",
)


def planted(count: int, seed: int = 0) -> list[Case]:
    """`count` sentences with one value each, every kind as often."""
    chance = random.Random(seed)
    made = []
    for at in range(count):
        lead, value, tail, entity = _KINDS[at % len(_KINDS)](chance)
        text = chance.choice(SENTENCES).format(lead + value + tail)
        start = text.index(lead + value) + len(lead)
        made.append(Case(text, [Span(start, start + len(value), entity)]))
    return made


def _signs(chance: random.Random, alphabet: str, count: int) -> str:
    return "".join(chance.choice(alphabet) for _ in range(count))


def _key(chance: random.Random) -> tuple[str, str, str, str]:
    forms = (("sk-proj-", 40), ("ghp_", 36), ("AKIA", 16), ("AIza", 35), ("hf_", 34),
             ("glpat-", 20), ("xoxb-", 24), ("sk_live_", 24), ("npm_", 36))  # fmt: skip
    start, count = chance.choice(forms)
    alphabet = _UPPER if start == "AKIA" else _ALNUM
    return (
        "",
        start + _signs(chance, alphabet, count - 1) + chance.choice("123456789"),
        "",
        "SECRET",
    )


def _password(chance: random.Random) -> tuple[str, str, str, str]:
    leads = (("password: ", ""), ("my password is ", ""), ("DB_PASSWORD=", ""),
             ('api_key = "', '"'), ("secret_key: ", ""), ("access token: ", ""),
             ("client_secret='", "'"))  # fmt: skip
    lead, tail = chance.choice(leads)
    value = _signs(chance, _ALNUM, chance.randint(8, 24)) + chance.choice("123456789")
    return lead, value, tail, "SECRET"


def _token(chance: random.Random) -> tuple[str, str, str, str]:
    parts = [_signs(chance, _ALNUM, count) for count in (18, 60, 43)]
    return "", f"eyJ{parts[0]}.eyJ{parts[1]}.{parts[2]}9", "", "SECRET"


def _login(chance: random.Random) -> tuple[str, str, str, str]:
    kind = chance.choice(("postgres", "mysql", "mongodb+srv", "redis", "https"))
    return f"{kind}://", f"admin:{_signs(chance, _ALNUM, 12)}7", "@db.example.org/x", "SECRET"


def _card(chance: random.Random) -> tuple[str, str, str, str]:
    number = chance.choice(("4", "51", "2221")) + _signs(chance, string.digits, 15)
    number = number[:15] + luhn.calc_check_digit(number[:15])
    gap = chance.choice(("", " ", "-"))
    return "", gap.join(number[at : at + 4] for at in range(0, 16, 4)), "", "CREDIT_CARD"


def _iban(chance: random.Random) -> tuple[str, str, str, str]:
    forms = (("DE", "", 18), ("NL", "ABNA", 10), ("AT", "", 16), ("PL", "", 24), ("GB", "NWBK", 14))
    country, bank, count = chance.choice(forms)
    account = bank + _signs(chance, string.digits, count)
    number = country + mod_97_10.calc_check_digits(account + country) + account
    gap = chance.choice(("", " "))
    return "", gap.join(number[at : at + 4] for at in range(0, len(number), 4)), "", "IBAN_CODE"


def _address(chance: random.Random) -> tuple[str, str, str, str]:
    if chance.random() < 0.3:
        groups = [_signs(chance, "123456789abcdef", 4) for _ in range(6)]
        return "", "2001:db8:" + ":".join(groups), "", "IP_ADDRESS"
    first = chance.choice((10, 78, 145, 192, 203))
    parts = [first, *(chance.randint(11, 250) for _ in range(3))]
    return "", ".".join(map(str, parts)), "", "IP_ADDRESS"


def _ssn(chance: random.Random) -> tuple[str, str, str, str]:
    area, group, serial = chance.randint(100, 665), chance.randint(10, 99), _number(chance, 4)
    return "", f"{area}-{group}-{serial}", "", "US_SSN"


def _mail(chance: random.Random) -> tuple[str, str, str, str]:
    name, ending = _signs(chance, string.ascii_lowercase, 7), chance.choice(("com", "co.uk", "de"))
    return "", f"{name}.{chance.randint(1, 99)}@{name[::-1]}.{ending}", "", "EMAIL_ADDRESS"


def _number(chance: random.Random, digits: int) -> str:
    return chance.choice("123456789") + _signs(chance, string.digits, digits - 1)


_KINDS = (_key, _password, _token, _login, _card, _iban, _address, _ssn, _mail)
