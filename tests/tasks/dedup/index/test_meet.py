"""New rows meet old ones: exactly the pairs that counting by hand finds."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.dedup.index import meet
from tasks.dedup.index.meet import COMMON, MET, meetings, sought
from tasks.dedup.similar.word_hashes import WordLists, gathered, word_lists
from tests.tasks.dedup.similar.test_pairs import shingles, text

NOTHING: list[WordLists] = []


def behind(texts):
    """Words of texts behind each other, as a fragment has them."""
    lists = word_lists(pl.Series(texts, dtype=pl.String))
    return gathered(lists, np.arange(len(texts)))


def met(new, old, threshold, k=3, sample=True):
    want = sought(behind(new), threshold, k, [behind(old)] if sample else NOTHING)
    found = meetings(want, behind(old)) if old else pl.DataFrame(schema=MET)
    assert found.schema == MET
    return sorted((a, b, round(j, 9)) for a, b, j in found.iter_rows())


def by_hand(new, old, threshold, k=3):
    pairs = []
    for a, one in enumerate(shingles(t, k) for t in new):
        for b, other in enumerate(shingles(t, k) for t in old):
            jaccard = len(one & other) / len(one | other) if one and other else 0.0
            if jaccard >= threshold - 1e-9:
                pairs.append((a, b, round(jaccard, 9)))
    return pairs


some = st.lists(text, max_size=10)


@given(some, some, st.sampled_from([0.21, 0.3, 0.5, 0.75, 1.0]), st.integers(1, 4), st.booleans())
def test_no_pair_is_missed_and_none_is_wrong(new, old, threshold, k, sample):
    assert met(new, old, threshold, k, sample) == by_hand(new, old, threshold, k)


COAST = "the ferry leaves the old harbour at dawn and takes the long way around the point"


def filled(n, start=0):
    numbers = range(start, start + n)
    return [f"{COAST} with {i} crates and {i * 7} barrels number{i}" for i in numbers]


def test_all_of_a_few_new_rows_meet_all_old_ones_however_many_there_are():
    new, old = filled(3), filled(4 * COMMON, 10)
    assert len(met(new, old, 0.5)) == 3 * 4 * COMMON


def test_rare_wording_is_found_where_many_new_rows_share_all_else_with_many_old_ones():
    new, old = filled(60, 5_000), [*filled(2 * COMMON), *filled(20, 5_020)]
    found = {(a, b) for a, b, j in met(new, old, 0.5) if j == 1}
    assert found == {(20 + i, 2 * COMMON + i) for i in range(20)}


def test_many_new_rows_meet_the_first_old_ones_of_a_template_and_not_every_one():
    found = met(filled(60, 9_000), filled(2 * COMMON), 0.5)
    assert 60 * COMMON <= len(found) < 60 * 2 * COMMON * 0.6


def test_where_there_is_no_room_it_goes_on(monkeypatch):
    new, old = filled(9), filled(200, 3)
    whole = met(new, old, 0.3)
    monkeypatch.setattr(meet, "ROOM", 20)
    assert met(new, old, 0.3) == whole == by_hand(new, old, 0.3)


@pytest.mark.parametrize("new", [[], [None], ["", "?!"]])
def test_rows_without_words_meet_nobody(new):
    assert met(new, ["one two three", ""], 0.5) == []
