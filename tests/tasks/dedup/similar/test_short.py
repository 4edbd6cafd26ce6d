"""Short texts are compared by their letters."""

import polars as pl
import pytest

from tasks.dedup.similar.short import similar_short


def found(*texts):
    return similar_short(pl.Series(texts, dtype=pl.String)).select("a", "b").rows()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("what is the capital of france", "what is the captial of france"),
        ("Translate this!", "translate  thsi"),
        ("कृपया मुझे बताइए कि भारत की राजधानी क्या है", "कृपया मुझे बताइए कि भारत की राजधनी क्या है"),
    ],
)
def test_a_slip_in_a_short_text_leaves_a_pair(one, other):
    assert found(one, "another thing entirely", other) == [(0, 2)]


def test_other_words_are_no_pair_and_long_texts_are_left_alone():
    assert found("name a river", "name a planet", None, "", "...") == []
    long = "one two three four five six seven eight nine ten " * 3
    assert found(long, long) == []
