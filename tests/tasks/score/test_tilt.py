"""The share of swapped pairs in a mixture, and the probability that one is among them."""

import numpy as np
import pytest

from tasks.score.tilt import tilt_of


def scores(share, count=4_000, seed=0):
    """Own pairs of which `share` are swapped ones, which of them those are, and swapped pairs."""
    chance = np.random.default_rng(seed)
    is_swapped = chance.random(count) < share
    own = np.where(is_swapped, chance.normal(1.5, 1, count), chance.normal(-1.5, 1, count))
    return own, is_swapped, chance.normal(1.5, 1, 2 * count)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.2, 0.5])
def test_the_share_of_swapped_pairs_is_found(share):
    own, _, other = scores(share)
    assert tilt_of(own, other).share == pytest.approx(share, abs=0.02)


def test_a_probability_is_as_often_right_as_it_says():
    own, is_swapped, other = scores(0.2)
    said = tilt_of(own, other).probability(own)
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.0)):
        among = (said >= low) & (said < high)
        assert is_swapped[among].mean() == pytest.approx(said[among].mean(), abs=0.06)


def test_in_a_sound_set_no_pair_is_called_swapped():
    own, _, other = scores(0.0)
    assert tilt_of(own, other).probability(own).max() < 0.9


def test_where_nothing_tells_them_apart_no_pair_stands_out():
    chance = np.random.default_rng(0)
    said = tilt_of(chance.normal(size=1_000), chance.normal(size=1_000)).probability(
        np.array([-3.0, 3.0])
    )
    assert np.ptp(said) < 0.2
