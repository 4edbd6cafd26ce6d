"""Invented values of every kind of personal data, in the ways that people write them.

They are valid where a check sum or a range says so, and lie in no range that is reserved for
examples. Nothing here is taken from a rule of the redaction: a test that is made of the rules
finds only what they find.
"""

import base64
import json
import string
from random import Random

from tasks.redact.canaries.numbers import Maker, card, digits, iban, number, ssn
from tasks.redact.canaries.people import (
    FIRST,
    HOSTS,
    LAST,
    STREETS,
    TOWNS,
    WAYS,
    WORDS,
)

LETTERS, SIGNS = string.ascii_letters + string.digits, "!@#$%^&*?+"


def person(chance: Random) -> str:
    """First and last name, sometimes with a letter between."""
    middle = chance.choice(["", "", "", f" {chance.choice('ABCDEHJKLMRT')}."])
    return f"{chance.choice(FIRST)}{middle} {chance.choice(LAST)}"


def email(chance: Random) -> str:
    """Of a name, or of a word and a number."""
    first, last = chance.choice(FIRST).lower(), chance.choice(LAST).lower()
    first, last = (part.encode("ascii", "ignore").decode() for part in (first, last))
    year = chance.randrange(60, 99)
    box = chance.choice(
        [f"{first}.{last}", f"{first[0]}{last}{year}", f"{first}_{last}", f"{last}+{year}"]
    )
    return f"{box}@{chance.choice(HOSTS)}"


def phone(chance: Random) -> str:
    """American, British, German or French, with and without country code."""
    area = chance.choice(["212", "312", "415", "503", "617", "713", "206", "303"])
    first = chance.choice("2346789")
    return digits(chance, chance.choice(
        [f"({area}) {first}##-####", f"{area}-{first}##-####", f"{area}.{first}##.####",
         f"+1 {area} {first}## ####", f"+1{area}{first}######", "+44 20 7### ####", "020 7### ####",
         "+49 30 2#######", "+33 6 ## ## ## ##"]
    ))  # fmt: skip


def ip(chance: Random) -> str:
    """A public address, one in four of version 6."""
    if chance.random() < 0.25:
        groups = [f"{chance.randrange(0x1000, 0xFFFF):x}" for _ in range(7)]
        return ":".join(["2a01", *groups])
    first = chance.choice([23, 45, 62, 81, 94, 134, 151, 178])
    return ".".join(map(str, [first, *(chance.randrange(11, 250) for _ in range(3))]))


def mac(chance: Random) -> str:
    """Six pairs of hex digits."""
    pairs = [f"{chance.randrange(16, 256):02x}" for _ in range(6)]
    joined = chance.choice([":", "-"]).join(pairs)
    return chance.choice([joined, joined.upper()])


def street(chance: Random) -> str:
    """House number and street; one in four as it is written in Germany or France."""
    name, number = chance.choice(STREETS), chance.randrange(3, 1700)
    return chance.choice(
        [f"{number} {name} {chance.choice(WAYS)}", f"{number} {name} {chance.choice(WAYS)}",
         f"{number} {name} {chance.choice(WAYS)}, {chance.choice(TOWNS)}",
         chance.choice([f"Lindenstraße {number % 90 + 1}", f"{number % 90 + 1} rue de Verneuil"])]
    )  # fmt: skip


def birth(chance: Random) -> str:
    """A day of the last century, in five ways."""
    year, month, day = (
        chance.randrange(1938, 1999),
        chance.randrange(1, 13),
        chance.randrange(1, 29),
    )
    name = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December")[month - 1]  # fmt: skip
    return chance.choice(
        [f"{month:02d}/{day:02d}/{year}", f"{year}-{month:02d}-{day:02d}", f"{name} {day}, {year}",
         f"{day} {name} {year}", f"{day:02d}.{month:02d}.{year}"]
    )  # fmt: skip


def age(chance: Random) -> str:
    """So old that few are."""
    return str(chance.choice([n for n in range(91, 120) if n % 5]))


def username(chance: Random) -> str:
    """A word with a number or a line."""
    word, other = chance.sample(WORDS, 2)
    return chance.choice(
        [f"{word}{chance.randrange(10, 999)}", f"{word}_{other}", f"@{word}.{other}7"]
    )


def secret(chance: Random) -> str:
    """A key of a service, a web token, or a password."""
    made = "".join(chance.choices(LETTERS, k=40))
    password = chance.choice(WORDS).capitalize() + chance.choice(SIGNS) + digits(chance, "###?")
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": digits(chance, "########")})
    )
    return chance.choice(
        [f"sk-proj-{made}", f"ghp_{made[:36]}", digits(chance, "AKIA????##??##??????"), password,
         password, f"{head}.{body}.{made}", made[:32]]
    )  # fmt: skip


MAKERS: dict[str, Maker] = {
    "SECRET": secret, "EMAIL_ADDRESS": email, "CREDIT_CARD": card, "IBAN_CODE": iban,
    "US_SSN": ssn, "IP_ADDRESS": ip, "MAC_ADDRESS": mac, "STREET_ADDRESS": street,
    "DATE_OF_BIRTH": birth, "AGE": age, "PHONE_NUMBER": phone, "USERNAME": username,
    "PERSON": person,
    "MEDICAL_RECORD": number("#######", "##-##-###", "MR######", "H-#######"),
    "ACCOUNT_NUMBER": number("########", "##########", "####-####-##"),
    "PASSPORT": number("#########", "?########", "??#######"),
    "DRIVER_LICENSE": number("?#######", "########", "?###-####-####"),
    "ID_NUMBER": number("?########", "##-#######", "??######?", "###########"),
}  # fmt: skip
"""Kind -> what makes a value of it."""
