"""Hashes of words: equal for equal words alone, and slips of the pen are found from them."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.base.text import words
from tasks.dedup.similar.word_hashes import gathered, hashes_of, unhashed, word_lists

parts = st.sampled_from([*"a1１_- \néﬁ你好👍©กİ", "Ab", "e\u0301", "Straße"])
texts = st.none() | st.lists(parts, max_size=14).map("".join)


def lists(*said):
    found = word_lists(pl.Series(said, dtype=pl.String))
    return [
        found.hashes[start : start + size].tolist()
        for start, size in zip(found.starts, found.sizes, strict=True)
    ]


@given(st.lists(texts, max_size=8))
def test_a_text_has_the_hashes_of_its_words_in_their_order(said):
    frame = pl.DataFrame({"text": pl.Series(said, dtype=pl.String)})
    each = frame.select(words(pl.col("text")))["text"].to_list()
    assert lists(*said) == [hashes_of(pl.Series(w or [], dtype=pl.String)).tolist() for w in each]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hello", "hello"), ("café", "cafe\u0301"), ("ﬁne", "fine"), ("１２", "12")],
)  # fmt: skip
def test_case_and_form_make_no_difference(one, other):
    assert lists(one) == lists(other)


@pytest.mark.parametrize(
    ("one", "other"), [("word", "words"), ("ab", "ba"), ("cafe", "café"), ("5", "6"), ("你", "您")]
)
def test_another_word_has_another_hash(one, other):
    assert lists(one) != lists(other)


@pytest.mark.parametrize(
    ("word", "digit"),
    [("abc", 0), ("a1", 1), ("20", 1), ("٣", 1), ("²", 1), ("iv", 0), ("👍", 0)],
)
def test_the_lowest_bit_tells_a_digit(word, digit):
    assert [one & 1 for one in lists(word)[0]] == [digit]


def test_lists_are_gathered_in_the_order_asked_for():
    found = word_lists(pl.Series(["one two", "", "three", "Ⅳ four"]))
    some = gathered(found, pl.Series([3, 0]).to_numpy())
    assert [some.hashes[:2].tolist(), some.hashes[2:].tolist()] == [*lists("Ⅳ four", "one two")]


def slips(word):
    letters = "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(word) + 1):
        yield from (word[:i] + c + word[i:] for c in letters)
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
        yield word[:i]
        yield from (word[:i] + c + word[i + 1 :] for c in letters)
        yield word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :]


@pytest.mark.parametrize("word", ["harbour", "of", "a", "mississippi"])
def test_every_slip_of_a_word_and_every_beginning_is_told_from_its_hash(word):
    for slip in sorted({*slips(word)} - {"", word}):
        assert unhashed(word, hashes_of(pl.Series([slip]))[0]) == slip


@pytest.mark.parametrize("other", ["harbours1", "habrours", "port", "harbour2", "Häfen"])
def test_no_other_word_is_told(other):
    assert unhashed("harbour", lists(other)[0][0]) is None


def test_a_word_of_other_letters_has_no_slips():
    assert unhashed("häfen", lists("hafen")[0][0]) is None
