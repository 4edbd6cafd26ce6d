"""Words as numbers are the words of `tasks.base.text`, and sort as they do."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.base.text import words
from tasks.dedup.guard.spelled import spell

SIGNS = "aBc1_ .,-'\n\x1eéÉ\u0301你好ä½ﬁ👍🏽©กᄒ\u1161İſ"


def spelt(texts):
    """The words of each text, read back from their numbers."""
    found = spell(pl.Series(texts, dtype=pl.String))
    assert found.words == sorted({*found.words})
    bounds = zip(found.starts[:-1], found.starts[1:], strict=True)
    return [[found.words[n] for n in found.numbers[low:high].tolist()] for low, high in bounds]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(SIGNS, max_size=12) | st.text(max_size=12), max_size=20))
def test_words_are_those_that_the_expressions_find(texts):
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    assert spelt(texts) == frame.select(words(pl.col("t"))).to_series().to_list()


def test_every_spelling_has_a_number_of_its_own_however_many_there_are():
    texts = [f"word{n} Word{n} {'x' * (n % 50)}y" for n in range(60_000)]
    found = spelt(texts)
    assert [row[0] for row in found] == [f"word{n}" for n in range(60_000)]
    assert all(row[0] == row[1] for row in found)


def test_null_has_no_word():
    assert spelt([None, "", "a"]) == [[], [], ["a"]]
    assert spelt([]) == []
