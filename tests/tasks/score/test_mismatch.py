"""Swapped pairs to learn from, and the guess of what a prompt calls for."""

import numpy as np
import polars as pl
import pytest

from tasks.score.features import Sides
from tasks.score.head import folds_of
from tasks.score.mismatch import area, guess_answers, swapped

CHANCE = np.random.default_rng(0)


def texts(count=200):
    return pl.DataFrame(
        {
            "id": [f"r{at}" for at in range(count)],
            "source": [f"s{at % 2}" for at in range(count)],
            "asked": [f"question {at}" for at in range(count)],
            "answered": ["yes" if at % 4 else "word " * (at + 1) for at in range(count)],
        }
    )


def test_a_prompt_gets_answers_of_other_rows_of_its_fold_never_its_own_words():
    listed = texts()
    folds = folds_of(listed["asked"], 0)
    asked, answered = swapped(listed, folds, 0)
    said = np.array(listed["answered"].to_list(), dtype=object)
    assert (folds[asked] == folds[answered]).all()
    assert (said[asked] != said[answered]).all()
    assert set(range(0, 200, 4)) <= set(asked)  # the others say yes, as does most of their fold


def test_half_of_the_swaps_are_of_one_source_and_of_like_length():
    listed = texts().with_columns(answered=pl.format("{} {}", pl.lit("word " * 9), pl.col("id")))
    asked, answered = swapped(listed, folds_of(listed["asked"], 0), 0)
    source = listed["source"].to_numpy()
    same = source[asked] == source[answered]
    assert same[:200].mean() < 0.7
    assert same[200:].mean() > 0.9


def test_swaps_depend_on_the_seed_and_not_on_the_order_of_rows():
    listed = texts()

    def pairs(table, seed):
        asked, answered = swapped(table, folds_of(table["asked"], 0), seed)
        return {*zip(table["id"].gather(asked), table["id"].gather(answered), strict=True)}

    assert pairs(listed, 0) == pairs(listed[::-1], 0)
    assert pairs(listed, 0) != pairs(listed, 1)


def test_one_row_has_no_other_to_swap_with():
    assert [len(places) for places in swapped(texts(1), np.zeros(1, np.int64), 0)] == [0, 0]


def sides(asked, answered):
    return Sides(asked, answered, pl.DataFrame({"asked": [], "answered": []}))


def test_a_pair_that_taught_is_guessed_as_if_it_had_not():
    """Leaving a pair out in closed form is the same as teaching without it (but for the means)."""
    asked = CHANCE.normal(size=(60, 8)).astype(np.float32)
    asked -= asked.mean(axis=0)
    answered = (asked @ CHANCE.normal(size=(8, 8)) + CHANCE.normal(size=(60, 8))).astype(np.float32)
    answered -= answered.mean(axis=0)
    quick = guess_answers(asked, answered).of(sides(asked, answered), np.arange(60))
    zero = np.zeros(8)
    for at in range(5):
        rest = np.delete(np.arange(60), at)
        prompts, answers = asked[rest].astype(float), answered[rest].astype(float)
        slopes = np.linalg.solve(prompts.T @ prompts + np.eye(8), prompts.T @ answers)
        assert quick[at] == pytest.approx(zero + asked[at] @ slopes, abs=1e-4)


def test_a_pair_that_did_not_teach_is_guessed_from_its_prompt_alone():
    asked, answered = CHANCE.normal(size=(2, 30, 4)).astype(np.float32)
    guess = guess_answers(asked, answered)
    nobody = np.array([], dtype=np.intp)
    one = guess.of(sides(asked[:1], answered[:1]), nobody)
    other = guess.of(sides(asked[:1], answered[1:2]), nobody)
    assert np.array_equal(one, other)


def test_the_area_counts_ties_as_half():
    assert area(np.array([1.0, 2, 3, 4]), np.array([0.0, 0, 1, 1])) == 1
    assert area(np.array([4.0, 3, 2, 1]), np.array([0.0, 0, 1, 1])) == 0
    assert area(np.ones(4), np.array([0.0, 0, 1, 1])) == 0.5
