"""An interval covers what it says, and items of one prompt do not count as many."""

import numpy as np
import pytest

from tasks.score.calibration import resample
from tasks.score.calibration.resample import estimate, share


def mean_of(values):
    return lambda weights: weights @ values / weights.sum(axis=1)


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(1).normal(size=400)

    found = estimate(mean_of(values), np.arange(400), seed=0)

    reach = 1.96 * values.std() / 20
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - reach, abs=0.02)
    assert found.high == pytest.approx(values.mean() + reach, abs=0.02)
    assert found.items == 400


def test_items_that_share_a_prompt_do_not_make_an_interval_narrower():
    values = np.repeat(np.random.default_rng(1).normal(size=40), 10)

    alone = estimate(mean_of(values), np.arange(400), seed=0)
    together = estimate(mean_of(values), np.repeat(np.arange(40), 10), seed=0)

    assert together.high - together.low > 2.5 * (alone.high - alone.low)


def test_the_same_seed_gives_the_same_interval_and_another_one_another():
    values, groups = np.random.default_rng(1).normal(size=50), np.arange(50)

    assert estimate(mean_of(values), groups, 3) == estimate(mean_of(values), groups, 3)
    assert estimate(mean_of(values), groups, 3) != estimate(mean_of(values), groups, 4)


def test_drawing_in_several_blocks_draws_as_much(monkeypatch):
    values, groups = np.random.default_rng(1).normal(size=50), np.arange(50)
    monkeypatch.setattr(resample, "CELLS", 50 * 300)

    sizes = []

    def told(weights):
        sizes.append(len(weights))
        return mean_of(values)(weights)

    estimate(told, groups, seed=0)

    assert sizes == [1, *[300] * 3, 100]


def test_a_share_of_all_items_is_not_sure_to_be_all():
    found = share(np.ones(20), np.arange(20), seed=0)

    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(0.839, abs=1e-3)  # Wilson, 20 of 20


def test_a_share_of_no_item_is_not_sure_to_be_none():
    found = share(np.zeros(20), np.arange(20), seed=0)

    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(0.161, abs=1e-3)


def test_without_items_there_is_no_figure():
    found = share(np.zeros(0), np.zeros(0, int), seed=0)

    assert (found.value, found.low, found.high, found.items) == (None, None, None, 0)


def test_a_figure_that_the_items_do_not_allow_is_none_and_not_a_number():
    found = estimate(lambda weights: np.full(len(weights), np.nan), np.arange(5), seed=0)

    assert (found.value, found.items) == (None, 5)


def test_draws_that_do_not_allow_a_figure_do_not_spoil_the_interval():
    values = np.array([1.0, 0, 0, 0])  # one draw in three has no 1

    def of_those_drawn(weights):
        return np.where(weights[:, 0] > 0, (weights @ values) / weights.sum(axis=1), np.nan)

    found = estimate(of_those_drawn, np.arange(4), seed=0)

    assert found.low == 0.25
    assert found.high > 0.25
