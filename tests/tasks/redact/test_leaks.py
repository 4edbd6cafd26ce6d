"""A value that was replaced is found again however it is written, and no other is."""

import json

import pytest

from tasks.redact.leaks import folded, leaks
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tests.builders import row, table, turn

MAIL, PHONE, NAME = (
    ("EMAIL_ADDRESS", "Tim.Brown@lumetra.net"),
    ("PHONE_NUMBER", "+1 (415) 329-8841"),
    ("PERSON", "Łucja Wiśniewska"),
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MAIL, "write to tim.brown@LUMETRA.net"),
        (MAIL, "tim brown at: tim brown lumetra net"),
        (PHONE, "415.329.8841"),
        (PHONE, "call 4153298841 now"),
        (NAME, "ŁUCJA  WIŚNIEWSKA"),
        (NAME, "łucja-wisniewska"),
        (("US_SSN", "212-45-6789"), "the number 212 45 6789"),
    ],
)
def test_other_ways_to_write_a_value_are_leaks(value, text):
    assert leaks(row("a", "Hi", text), [value]) == {value[0]: 1}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MAIL, "<EMAIL_ADDRESS_1>, tim brown, lumetra"),
        (PHONE, "order 94153298841775"),
        (PHONE, "in 2415 or 3298 or 841"),
        (NAME, "Łucja and Anna Wiśniewska"),
        (("PERSON", "Grace"), "say grace before dinner"),
        (("SECRET", "4711"), "4711 is a perfume"),
        (("USERNAME", "person_1"), "<PERSON_1> said so"),
    ],
)
def test_what_only_looks_alike_is_none(value, text):
    assert leaks(row("a", "Hi", text), [value]) == {}


@pytest.mark.parametrize(
    "place",
    [
        {"tools": json.dumps([{"name": MAIL[1]}])},
        {"meta": json.dumps({MAIL[1]: 1})},
        {"meta": '{"broken": ' + MAIL[1]},
        {"rejected": [turn("assistant", MAIL[1])]},
        {"rejected": [turn("assistant", "", json.dumps({"name": MAIL[1]}))]},
    ],
)
def test_every_field_and_the_keys_of_json_are_searched(place):
    assert leaks(row("a", "Hi", "Ho", **place), [MAIL]) == {"EMAIL_ADDRESS": 1}


def test_the_stage_counts_what_it_left_and_keeps_no_value():
    meta = json.dumps({"tim@lumetra.net": "yes"})
    outcome = redact(table(row("a", "I am tim@lumetra.net", "Ok", meta=meta)), RedactParams())
    edited = outcome.rows.collect()
    assert edited["edit_leaked"].to_list() == ['{"EMAIL_ADDRESS": 1}']
    assert "lumetra" not in json.dumps(outcome.figures) + edited["edit_leaked"][0]


def test_a_row_in_which_nothing_stands_any_more_leaks_nothing():
    rows = redact(table(row("a", "I am tim@lumetra.net", "Hi tim@lumetra.net")), RedactParams())
    assert rows.rows.collect()["edit_leaked"].to_list() == ["{}"]


def test_folding_leaves_words():
    assert folded("  É-mail:  A_B ") == "e mail a b"
