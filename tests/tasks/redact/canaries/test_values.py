"""Canaries are what they say: valid, of no reserved range, and the same for the same seed."""

import ipaddress
import re
from random import Random

import pytest
from stdnum import iban, luhn

from tasks.redact.canaries.values import MAKERS
from tasks.redact.canaries.wordings import CODE, FIELDS, SENTENCES
from tasks.redact.rules import ENTITIES


def made(kind, count=60):
    return [MAKERS[kind](Random(f"{kind}{i}")) for i in range(count)]


def test_every_kind_has_values_and_several_wordings_with_a_place_for_them():
    assert set(MAKERS) == set(SENTENCES) == set(FIELDS) == set(ENTITIES)
    assert all(len(said) >= 3 for said in SENTENCES.values())
    assert all("{v}" in one for said in (*SENTENCES.values(), *CODE.values()) for one in said)


@pytest.mark.parametrize("kind", MAKERS)
def test_values_differ_by_seed_alone(kind):
    assert made(kind) == made(kind)
    assert len(set(made(kind))) > 20


def test_cards_and_accounts_have_valid_check_digits():
    assert all(luhn.is_valid(re.sub("[ -]", "", card)) for card in made("CREDIT_CARD"))
    assert all(iban.is_valid(one, check_country=False) for one in made("IBAN_CODE"))


def test_nothing_lies_in_a_range_that_is_reserved_for_examples():
    assert all(ipaddress.ip_address(one).is_global for one in made("IP_ADDRESS"))
    assert not any("555" in re.sub(r"\D", "", one)[3:6] for one in made("PHONE_NUMBER", 300))
    assert not any("example" in one for one in made("EMAIL_ADDRESS"))
    assert all(one[:3] not in ("000", "666") and one[0] != "9" for one in made("US_SSN"))
