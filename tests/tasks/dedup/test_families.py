"""A survivor takes the rows near to itself and no others."""

import polars as pl

from tasks.dedup.families import claim


def claimed(order, *pairs):
    frame = pl.DataFrame(pairs, {"a": pl.Int64, "b": pl.Int64, "score": pl.Float64}, orient="row")
    return {row: (survivor, score) for row, survivor, score in claim(order, frame).iter_rows()}


def test_the_preferred_row_of_a_pair_survives():
    assert claimed([1, 0], (0, 1, 0.5)) == {0: (1, 0.5)}


def test_being_near_to_a_dropped_row_is_not_enough():
    assert claimed([0, 1, 2], (0, 1, 0.9), (1, 2, 0.8)) == {1: (0, 0.9)}


def test_the_first_survivor_that_is_near_claims_a_row():
    assert claimed([2, 0, 1], (0, 1, 0.6), (0, 2, 0.9)) == {0: (1, 0.6)}


def test_without_pairs_nobody_goes():
    assert claimed([0, 1]) == {}
