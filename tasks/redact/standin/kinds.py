"""Which stand-in each kind of personal data has, and how it is known again."""

from collections.abc import Callable
from typing import NamedTuple

from tasks.redact.standin import ages, dates, machines, mail, numbers, phones, places, secrets
from tasks.redact.standin.draw import Draw
from tasks.redact.standin.people import knows_name


class Kind(NamedTuple):
    """How stand-ins of one kind are made and known."""

    make: Callable[[str, Draw], str | None]  # None: there is none for this value
    knows: Callable[[str], bool]


_NUMBER = Kind(numbers.number, numbers.knows_number)
MADE: dict[str, Kind] = {
    "CREDIT_CARD": Kind(numbers.card, numbers.knows_card),
    "IBAN_CODE": Kind(numbers.account, numbers.knows_account),
    "US_SSN": Kind(numbers.social, numbers.knows_social),
    "PHONE_NUMBER": Kind(phones.phone, phones.knows_phone),
    "IP_ADDRESS": Kind(machines.address, machines.knows_address),
    "MAC_ADDRESS": Kind(machines.mac, machines.knows_mac),
    "DATE_OF_BIRTH": Kind(dates.birth, dates.knows_birth),
    "STREET_ADDRESS": Kind(places.place, places.knows_place),
    "SECRET": Kind(secrets.secret, secrets.knows_secret),
    "AGE": Kind(ages.age, ages.knows_age),
    **dict.fromkeys(
        ("MEDICAL_RECORD", "ACCOUNT_NUMBER", "PASSPORT", "DRIVER_LICENSE", "ID_NUMBER"), _NUMBER
    ),
}
"""Kinds whose stand-ins need nothing but the value; see `tasks.redact.standin.book`."""
OWN = Kind(numbers.number_of_ones_own, numbers.knows_number)
"""Kinds that users name, as far as their values have digits enough for a seal."""
NAMED: dict[str, Callable[[str], bool]] = {
    "PERSON": knows_name, "EMAIL_ADDRESS": mail.knows_mail, "USERNAME": mail.knows_account,
}  # fmt: skip
"""Kinds whose stand-ins are made of the names in the conversation."""

COARSE = frozenset({"AGE"})
"""Kinds whose stand-ins are few: one may stand for two values, or be in the text already."""
WEAK = frozenset(MADE) - {"CREDIT_CARD", "IBAN_CODE", "US_SSN", "STREET_ADDRESS", "SECRET"}
"""Kinds of which a real value may pass for a stand-in, if rarely: by its seal alone."""


def is_weak(entity: str) -> bool:
    """Whether a seal alone tells stand-ins of this kind from real values."""
    return entity in WEAK or not (entity in MADE or entity in NAMED)


def is_stand_in(entity: str, value: str) -> bool:
    """Whether `value` is a stand-in, as can be told from itself: no key and no list is needed."""
    known = NAMED.get(entity) or MADE.get(entity, OWN).knows
    return known(value)
