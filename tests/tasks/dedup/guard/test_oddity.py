"""Odd pairs of words: what tells a damaged text from the sound one."""

import polars as pl
import pytest

from tasks.dedup.guard.lexicon import lexicon
from tasks.dedup.guard.oddity import odd_pairs


@pytest.mark.parametrize(
    ("texts", "odd"),
    [
        ([["a", "b"], ["a", "b"]], [0, 0]),
        ([["a", "b", "c"], ["a", "b", "x"]], [1, 1]),
        ([["a", "b", "a", "b"], ["a", "b"]], [1, 0]),
        ([["a", "b", "a", "b"], ["b"]], [2, 0]),
        ([["a", "x"], ["a", "x"], ["x", "a"]], [0, 0, 1]),
        ([[], ["a"], None], [0, 0, 0]),
    ],
    ids=["equal", "one word", "not odd", "once per row", "swapped", "too short"],
)
@pytest.mark.parametrize("asked", [0, 1, 9], ids=["answer", "both", "prompt"])
def test_pairs_that_no_other_row_has_are_counted(texts, odd, asked):
    prompts, answers = (
        pl.Series([" ".join((words or [])[part]) for words in texts], dtype=pl.String)
        for part in (slice(asked), slice(asked, None))
    )
    assert odd_pairs(lexicon(prompts, answers, len(texts)).rows).tolist() == odd
