"""Odd pairs of words: what tells a damaged text from the sound one."""

import polars as pl
import pytest

from tasks.dedup.oddity import odd_pairs


@pytest.mark.parametrize(
    ("texts", "odd"),
    [
        ([["a", "b"], ["a", "b"]], [0, 0]),
        ([["a", "b", "c"], ["a", "b", "x"]], [1, 1]),
        ([["a", "b", "a", "b"], ["a", "b"]], [1, 0]),
        ([["a", "x"], ["a", "x"], ["x", "a"]], [0, 0, 1]),
        ([[], ["a"], None], [0, 0, 0]),
    ],
    ids=["equal", "one word", "once per row", "swapped", "too short"],
)
def test_pairs_that_no_other_row_has_are_counted(texts, odd):
    assert odd_pairs(pl.Series(texts, dtype=pl.List(pl.String))).to_list() == odd
