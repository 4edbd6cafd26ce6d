"""What a row is worth in rows of another set."""

import numpy as np
import pytest

from tasks.scale.multiplier import multiplier

SIZES = (100.0, 200.0, 400.0, 800.0, 1600.0)


def curve(sizes, worth=1.0, seeds=5, noise=0.0):
    chance = np.random.default_rng(0)
    means = 2.0 * (worth * np.asarray(sizes)) ** -0.5
    return means[:, None] * (1 + chance.normal(0, noise, (len(sizes), seeds)))


@pytest.mark.parametrize("worth", [0.5, 0.25, 0.9, 1.0])
def test_rows_that_are_worth_less_are_found_to_be(worth):
    found = multiplier((SIZES, curve(SIZES)), (SIZES, curve(SIZES, worth)))
    assert found.value == pytest.approx(worth, rel=0.01)
    assert found.low <= found.value <= found.high


def test_noise_widens_the_interval():
    exact = multiplier((SIZES, curve(SIZES)), (SIZES, curve(SIZES, 0.5)))
    noisy = multiplier((SIZES, curve(SIZES)), (SIZES, curve(SIZES, 0.5, noise=0.03)))
    assert noisy.high - noisy.low > exact.high - exact.low
    assert noisy.low < 0.5 < noisy.high


def test_beyond_the_ends_of_the_other_curve_nothing_is_known():
    worse = multiplier((SIZES, curve(SIZES)), (SIZES, curve(SIZES, 0.01)))
    assert (worse.value, worse.side, worse.sizes) == (100 / 1600, "<", 0)
    better = multiplier((SIZES, curve(SIZES)), (SIZES, curve(SIZES, 100)))
    assert (better.value, better.side) == (1600 / 100, ">")


def test_one_seed_has_no_interval():
    found = multiplier((SIZES, curve(SIZES, seeds=1)), (SIZES, curve(SIZES, 0.5, seeds=1)))
    assert found.value == pytest.approx(0.5, rel=0.01)
    assert (found.low, found.high) == (0, float("inf"))


def test_a_curve_that_is_level_says_nothing_of_rows():
    level = np.zeros((5, 5))
    assert multiplier((SIZES, level), (SIZES, level)) is None
    ends_level = np.repeat([[0.5], [0.3], [0.2], [0.2], [0.2]], 5, axis=1)
    found = multiplier((SIZES, ends_level), (SIZES, ends_level))
    assert found.value == pytest.approx(1, rel=0.02)
