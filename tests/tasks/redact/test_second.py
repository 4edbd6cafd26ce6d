"""The second opinion counts what it is sure of and the policy would take, and no more."""

import logging

import pytest

from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tasks.redact.second import _engine, second_opinion
from tests.builders import row, table

DEFAULT = RedactParams()


def opinion(*texts, params=DEFAULT, **more):
    return dict(second_opinion(row("a", *texts, **more), params))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to tim.brown@lumetra.net", "EMAIL_ADDRESS"),
        ("The number is 4532015112830366.", "CREDIT_CARD"),
        ("My name is Thomas Gallagher and I need help.", "PERSON"),
    ],
)
def test_what_still_stands_is_counted_by_our_names(text, kind):
    assert opinion(text, "Ok") == {kind: 1}


@pytest.mark.parametrize(
    "text",
    [
        "Paris is in France, and last Monday it rained.",
        "Albert Einstein was born in Ulm.",
        "Call 1-800-273-8255 or write to support@lumetra.net.",
        "My name is <PERSON_1>, my phone is <PHONE_NUMBER_1>.",
        "The server listens on 127.0.0.1.",
        "l1 and B3 and v1 are names of variables.",
    ],
)
def test_what_the_policy_admits_is_not(text):
    assert opinion(text, "Ok") == {}


def test_kinds_that_are_not_to_go_and_values_to_keep_are_not():
    text = "Write to tim.brown@lumetra.net"
    assert opinion(text, params=RedactParams(entities=("US_SSN",))) == {}
    assert opinion(text, params=RedactParams(keep=("tim.brown@lumetra.net",))) == {}


def test_every_field_is_read():
    assert opinion("Hi", "Ho", meta='{"mail": "tim.brown@lumetra.net"}') == {"EMAIL_ADDRESS": 1}


def test_nothing_is_logged_when_it_starts_or_for_each_text(caplog):
    _engine.cache_clear()
    with caplog.at_level(logging.WARNING, logger="presidio-analyzer"):
        opinion("Three of the twelve went home on Monday for 5 dollars.", "Ok")
    assert caplog.records == []


def test_stand_ins_are_no_findings():
    given = RedactParams(mode="surrogate", seed=0)
    text = "My name is Thomas Gallagher. Write to tim.brown@lumetra.net or call (415) 329-8841."
    rows = redact(table(row("a-0", text, "Ok")), given).rows.collect()
    after = rows["messages"][0][0]["content"]
    assert "Gallagher" not in after
    assert opinion(after, params=given) == {}
    assert opinion(after) != {}
