"""Similar pairs: exactly those that counting every pair by hand finds."""

import itertools
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.base.text import words
from tasks.dedup.similar.pairs import PAIRS, similar_pairs


def split(text):
    return pl.select(words(pl.lit(text, pl.String))).item()


def shingles(text, k):
    found = [] if text is None else split(text).to_list()
    if not found:
        return set()
    return {tuple(found[i : i + k]) for i in range(max(len(found) - k + 1, 1))}


def by_hand(texts, threshold, k):
    sets = [shingles(t, k) for t in texts]
    pairs = []
    for (a, one), (b, other) in itertools.combinations(enumerate(sets), 2):
        jaccard = len(one & other) / len(one | other) if one and other else 0.0
        if jaccard >= threshold - 1e-9:
            pairs.append((a, b, round(jaccard, 9)))
    return pairs


def found(texts, threshold, k=3):
    pairs = similar_pairs(pl.Series(texts, dtype=pl.String), threshold, k)
    assert pairs.schema == PAIRS
    return [(a, b, round(j, 9)) for a, b, j in pairs.iter_rows()]


text = st.none() | st.lists(
    st.sampled_from(["a", "b", "c", "d", "e", "你", "好", "👍", "Straße", "é", ",", " "]),
    max_size=14,
).map(" ".join)


@settings(max_examples=60)
@given(st.lists(text, max_size=12), st.sampled_from([0.21, 0.3, 0.5, 0.75, 1.0]), st.integers(1, 4))
@example(["a b c d", "a b c e", "a b"], 0.5, 1)
@example(["你 好", "你好", "👍"], 1.0, 3)
def test_no_pair_is_missed_and_none_is_wrong(texts, threshold, k):
    assert found(texts, threshold, k) == by_hand(texts, threshold, k)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hello, World!", "hello world"), ("caf\u00e9 au lait", "cafe\u0301 au lait"),
     ("你好,世界", "你好世界"), ("ab", "AB"), ("👍👍", "👍 👍")],
)  # fmt: skip
def test_case_form_and_punctuation_make_no_difference(one, other):
    assert found([one, other], 1.0) == [(0, 1, 1.0)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("你好世界", "你好地球"),
        ("👍👍👍", "👎👎👎"),
        ("one two", "two one"),
        ("ab", "a b"),
        ("5", "6"),
    ],
)
def test_other_words_in_short_texts_are_no_pair(one, other):
    assert found([one, other], 0.5) == []


@pytest.mark.parametrize("texts", [[], [None], [None, None], ["", ""], ["...", "!?"], [" ", "\n"]])
def test_texts_without_a_word_have_no_partner(texts):
    assert found(texts, 0.21) == []


def test_scripts_without_spaces_are_split_by_character_and_others_by_word():
    assert split("写一首 poem ไทย 2x").to_list() == ["写", "一", "首", "poem", "ไ", "ท", "ย", "2x"]
    assert split("नमस्ते привет עולם").to_list() == ["नमस्ते", "привет", "עולם"]


def test_a_huge_text_meets_its_copy_and_not_its_half():
    huge = " ".join(f"w{i}" for i in range(60_000))
    half = " ".join(f"w{i}" for i in range(20_000))
    assert [(a, b) for a, b, _ in found([huge, half, huge + " end"], 0.5)] == [(0, 2)]


def test_many_copies_of_one_text_are_all_pairs():
    assert len(found(["the same few words here"] * 60, 0.9)) == math.comb(60, 2)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=2, max_size=8), st.integers(1, 3))
@example(["ﬁnd ½ cup", "find 1⁄2 cup", "FIND ½ CUP"], 1)
@example(["가나다", "\u1100\u1161나다", "ｶﾞ", "ガ"], 1)
@example(["İstanbul ΣΑΣ", "i̇stanbul σας", "a\u0301b", "áb"], 1)
def test_words_are_read_from_bytes_as_they_are_from_text(texts, k):
    assert found(texts, 0.5, k) == by_hand(texts, 0.5, k)


@pytest.mark.parametrize("many", [400, 1500])
def test_each_row_of_a_large_family_has_a_partner_and_pairs_grow_with_the_rows(many):
    common = "the ferry leaves the old harbour at dawn and takes the long way around"
    texts = [f"{common} number{i} {i}" for i in range(many)]
    pairs = found(texts, 0.6)
    assert {row for pair in pairs for row in pair[:2]} == set(range(many))
    assert len(pairs) == math.comb(many, 2) if many <= 512 else len(pairs) < 70 * many


def test_of_a_large_family_the_first_by_rank_stands_for_the_others():
    common = "the ferry leaves the old harbour at dawn and takes the long way around"
    texts = pl.Series([f"{common} number{i} {i}" for i in range(1500)])
    ranks = np.roll(np.arange(1500), 700)  # row 700 is the first
    pairs = similar_pairs(texts, 0.6, order=ranks)
    assert pairs.filter((pl.col("a") == 700) | (pl.col("b") == 700)).height == 1499


def test_rare_wording_is_found_within_a_large_family():
    common = "the ferry leaves the old harbour at dawn and takes the long way around the point "
    texts = [f"{common} w{i} x{i} y{i} z{i}" for i in range(2000)]
    twins = [f"{common} w{i} x{i} y{i} z{i} again" for i in range(0, 2000, 100)]
    pairs = {(a, b) for a, b, _ in found([*texts, *twins], 0.6)}
    assert {(100 * i, 2000 + i) for i in range(20)} <= pairs
