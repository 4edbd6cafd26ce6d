"""What people say together, and the ceiling that their own agreement is."""

import numpy as np
import pytest

from tasks.score.calibration.gold import gold_file, read_gold
from tasks.score.calibration.people import ceiling, majority, mean

X = np.nan


def test_most_voices_win_and_where_none_has_most_it_is_a_tie():
    labels = np.array([[1, 1, 0], [0, 0, 0.5], [1, 0.5, 0], [1, 0, X], [0, X, X], [X, X, X]])

    found = majority(labels)

    assert found[:5].tolist() == [1, 0, 0.5, 0.5, 0]
    assert np.isnan(found[5])


def test_the_mean_rating_is_over_those_who_gave_one():
    found = mean(np.array([[1, 0.5], [0.25, X], [X, X]]))

    assert found[:2].tolist() == [0.75, 0.25]
    assert np.isnan(found[2])


def test_each_person_is_held_against_the_others_and_not_against_himself():
    # three people, the third always alone: two of six agree with a majority, 4 of 6 with a tie
    labels = np.tile([[1, 1, 0], [0, 0, 1]], (30, 1)).astype(float)

    found = ceiling(labels, np.arange(60), None, seed=0)

    assert found["agreement"].value == 0  # 1 against a tie of 1 and 0, and 0 against both others
    assert found["pairwise"].value == pytest.approx(1 / 3)


def test_people_who_are_of_one_mind_are_a_ceiling_of_one():
    ratings = np.repeat(np.random.default_rng(0).integers(0, 5, (80, 1)) / 4, 3, axis=1)

    found = ceiling(ratings, np.arange(80), 0.5, seed=0)

    assert {name: one.value for name, one in found.items()} == pytest.approx(
        dict.fromkeys(("pairwise", "alpha", "agreement", "kappa", "spearman"), 1)
    )


def test_people_who_toss_coins_are_a_ceiling_of_chance():
    ratings = np.random.default_rng(0).integers(0, 2, (300, 3)).astype(float)

    found = ceiling(ratings, np.arange(300), 0.5, seed=0)

    assert found["kappa"].low < 0 < found["kappa"].high
    assert found["alpha"].low < 0 < found["alpha"].high


def test_one_label_for_each_item_is_no_ceiling():
    assert ceiling(np.array([[1.0], [0], [0.5]]), np.arange(3), None, seed=0) == {}


def test_the_three_annotators_of_pandalm_agree_with_each_other_on_about_88_percent(shared):
    gold = read_gold(gold_file(shared / "calibration/judge_pandalm_300.parquet"))

    found = ceiling(gold.labels, gold.groups, None, seed=0)

    assert (gold.items.height, len(set(gold.groups.tolist()))) == (300, 55)
    assert found["agreement"].value == pytest.approx(0.881, abs=5e-4)
    assert found["pairwise"].value == pytest.approx(0.904, abs=5e-4)
