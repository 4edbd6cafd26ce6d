"""How fast an endpoint is asked."""

import asyncio

import pytest

from tasks.llm import limits
from tasks.llm.limits import LONGEST_WAIT, Bucket, Pace


@pytest.fixture
def clock(monkeypatch):
    """Time that stands still until it is moved."""
    now = [1000.0]
    monkeypatch.setattr(limits, "monotonic", lambda: now[0])
    return now


def test_what_is_too_much_halves_the_calls_at_a_time_and_once_a_second_at_most(clock):
    pace = Pace(8, 0, 0)
    pace.too_much()
    pace.too_much()
    assert pace.allowed == 4
    for _ in range(5):
        clock[0] += 2
        pace.too_much()
    assert pace.allowed == 1, "and never to none"


def test_answers_let_in_one_more_after_as_many_as_are_in_flight_and_never_above_the_most(clock):
    pace = Pace(4, 0, 0)
    pace.too_much()
    for _ in range(2):
        pace.succeeded()
    assert 2.8 < pace.allowed <= 3
    for _ in range(50):
        pace.succeeded()
    assert pace.allowed == 4


def test_a_bucket_gives_a_second_at_once_and_then_as_it_fills(clock):
    bucket = Bucket(600)
    for _ in range(10):
        assert bucket.wait() == 0
        bucket.take(1)
    assert bucket.wait() == pytest.approx(0.0, abs=0.01)
    bucket.take(5)
    assert bucket.wait() == pytest.approx(0.5, abs=0.01)
    clock[0] += 0.6
    assert bucket.wait() == 0
    clock[0] += 3600
    bucket.wait()
    assert bucket.level == 10, "an hour of rest is no hour's worth at once"


def test_a_call_that_took_less_than_was_thought_lets_the_next_through_sooner(clock):
    bucket = Bucket(60)
    bucket.take(31)
    assert bucket.wait() == pytest.approx(30, abs=0.1)
    bucket.take(-20)
    assert bucket.wait() == pytest.approx(10, abs=0.1)


def test_no_rate_is_no_wait(clock):
    bucket = Bucket(0)
    bucket.take(10**9)
    assert bucket.wait() == 0


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2s"}, 2),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "2s"}, 0),
        ({"x-ratelimit-remaining-tokens": "99", "x-ratelimit-reset-tokens": "6m0s"}, 0),
        ({"x-ratelimit-remaining-tokens": "99", "x-ratelimit-reset-tokens": "1.5s"}, 1.5),
        ({"x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "1.5s"}, 0),
        ({"x-ratelimit-remaining-tokens": "none", "x-ratelimit-reset-tokens": "1.5s"}, 0),
    ],
)
def test_an_endpoint_with_too_little_left_for_a_call_is_waited_for(clock, headers, waits):
    assert LONGEST_WAIT < 360
    pace = Pace(1, 0, 0)
    pace.heed(headers, 100)
    assert max(0.0, pace.not_before - clock[0]) == waits


def test_backoff_grows_with_jitter_up_to_a_bound():
    pace = Pace(1, 0, 0)
    for attempt, most in ((0, 0.5), (3, 4.0), (40, 30.0)):
        drawn = [pace.backoff(attempt) for _ in range(200)]
        assert 0.05 * most < min(drawn) < 0.4 * most
        assert 0.8 * most < max(drawn) <= most


def test_all_who_wait_are_sent_away_when_the_endpoint_is_given_up():
    async def run():
        pace = Pace(1, 0, 0)
        assert await pace.enter(0)
        queued = [asyncio.ensure_future(pace.enter(0)) for _ in range(3)]
        slow = asyncio.ensure_future(pace.sleep(60))
        await asyncio.sleep(0)
        pace.give_up()
        return await asyncio.wait_for(asyncio.gather(*queued, slow), 5)

    assert asyncio.run(run()) == [False, False, False, None]
