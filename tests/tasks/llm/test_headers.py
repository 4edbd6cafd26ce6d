"""What headers say about when to come back."""

from email.utils import formatdate
from time import time

import pytest

from tasks.llm.headers import retry_after, seconds


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("6m0s", 360), ("120ms", 0.12), ("1.5s", 1.5), ("7", 7), ("0", 0), ("1h30m", 5400)],
)
def test_durations_are_read(text, wanted):
    assert seconds(text) == wanted


@pytest.mark.parametrize("text", ["", "soon", "-1", "nan", "inf", "6m 0s", "1.5x", "٣"])
def test_what_is_no_duration_is_none(text):
    assert seconds(text) is None


def test_milliseconds_go_before_seconds():
    assert retry_after({"retry-after": "9", "retry-after-ms": "250"}) == 0.25
    assert retry_after({"retry-after": "9"}) == 9


def test_a_date_to_come_back_at_is_read():
    wait = retry_after({"retry-after": formatdate(time() + 60, usegmt=True)})
    assert 55 < wait <= 60
    assert retry_after({"retry-after": formatdate(time() - 60, usegmt=True)}) == 0


@pytest.mark.parametrize("headers", [{}, {"retry-after": "later"}, {"retry-after": "-5"}])
def test_no_word_of_when_is_none(headers):
    assert retry_after(headers) is None
