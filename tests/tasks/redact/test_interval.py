"""Shares with Wilson's interval."""

import pytest

from tasks.redact.interval import Share


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (5, 10, 0.2366, 0.7634), (1, 100, 0.0018, 0.0545)],
)
def test_the_ends_are_those_of_the_tables(hits, of, low, high):
    assert Share(hits=hits, of=of).ends() == pytest.approx((low, high), abs=1e-4)


def test_of_nothing_nothing_is_known():
    assert Share(hits=0, of=0).ends() == (0, 1)
    assert Share(hits=0, of=0).facts()["value"] is None
