"""The sieve refuses nothing that the guard would let through, and finds the same differences."""

from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.guard.lexicon import lexicon
from tasks.dedup.guard.rules import judge
from tasks.dedup.guard.sieve import VERDICTS, Apart, sieve
from tasks.dedup.guard.wording import difference

WORDS = (
    "harbour harbuor harbours river rivre tide not ont never the teh of 7 8 12 1775 1776 2k ships "
    "shipshape shape lighthouse light house keeper pilots storm supper dinner boats anchor"
)
VOCABULARY = WORDS.split()
word = st.sampled_from(VOCABULARY)


def edited(words):
    """A text and one that is made from it by a few edits."""
    edit = st.tuples(st.integers(0, max(len(words) - 1, 0)), st.sampled_from("+-="), word)
    return st.tuples(st.just(words), st.lists(edit, max_size=4).map(lambda e: apply(words, e)))


def apply(words, edits):
    made = list(words)
    for at, kind, new in edits:
        if kind == "+":
            made.insert(at, new)
        elif made:
            made[at % len(made) : at % len(made) + 1] = [] if kind == "-" else [new]
    return made


texts = st.lists(word, min_size=1, max_size=60).flatmap(edited)
grown = st.lists(word, min_size=20, max_size=60).map(lambda words: words * 2).flatmap(edited)


def known(prompts, answers):
    spelt = [pl.Series(map(" ".join, some), dtype=pl.String) for some in (prompts, answers)]
    return lexicon(*spelt, len(prompts))


@settings(max_examples=300, deadline=None)
@given(texts | grown, texts | grown)
def test_what_the_sieve_refuses_the_guard_refuses(prompts, answers):
    rows = known(prompts, answers)
    said = VERDICTS[sieve(rows.rows, np.array([0]), np.array([1]))[0]]
    if said:
        for rare in ((), frozenset(VOCABULARY)):
            part = Apart(rows).is_part(0, 1)
            assert judge(prompts, answers, part=part, rare=rare) != "same"


@settings(max_examples=300, deadline=None)
@given(texts | grown, texts | grown, st.lists(word, max_size=60))
def test_what_rows_do_not_share_is_the_difference_of_their_words(prompts, answers, other):
    found = Apart(known([*prompts, other], [*answers, []]))(0, 1)
    counts = Counter(
        w for row in ({*p, *a} for p, a in zip(prompts, answers, strict=True)) for w in row
    )
    rare = {w for w, count in (counts + Counter({*other})).items() if count == 1}
    assert found == (difference(*prompts, rare), difference(*answers, rare))


@given(st.text("abcd", min_size=1, max_size=6), st.text("abcd", min_size=1, max_size=6))
def test_a_slip_is_what_rapidfuzz_counts_as_one(one, other):
    found, _ = Apart(known([[one], [other]], [[], []]))(0, 1)
    assert found == difference([one], [other], {one, other} if one != other else ())


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        (["lighthouse"], ["light", "house"], ()),
        (["househouse"], ["house", "house"], ()),
        (["househouse"], ["house", "boat"], ("househouse",)),  # one half is none
        (["lighthouse", "lighthouse"], ["light", "house"], ("lighthouse",)),
    ],
)
def test_a_word_that_is_written_in_two_takes_both_halves(one, other, left):
    found, _ = Apart(known([one, other], [[], []]))(0, 1)
    assert found == difference(one, other, {*one, *other})
    assert found.left == left


LISTED = ["boats", "lie", "at", "the", "quay", "and", "wait"]


@pytest.mark.parametrize(
    ("one", "other", "part"),
    [
        (LISTED, [*LISTED, "for", "7", "storms"], True),
        (LISTED, [*LISTED[:-1], "waiting", "there"], True),  # cut in the midst of a word
        (LISTED, ["wait", *LISTED], True),
        (LISTED, ["7", *LISTED], True),
        (LISTED, ["never", *LISTED], False),
        (LISTED, [*LISTED, "never"], True),
        (LISTED, LISTED, False),
        (LISTED, [*LISTED[:-1], "waft", "there"], False),
        (["wait"], LISTED, True),
        (["wait"], LISTED[-4:], False),  # a word, and three more
        (["wait"], ["7", *LISTED], False),
        (["1", "2", "3"], ["1", "2", "3", "4", "5"], False),  # a list that goes on
        ([], LISTED, False),
    ],
)
def test_the_beginning_or_the_end_of_an_answer_is_part_of_it(one, other, part):
    rows = Apart(known([[], []], [one, other]))
    assert rows.is_part(0, 1) is rows.is_part(1, 0) is part


def test_fillings_of_one_template_are_refused_and_slips_are_not():
    template = "which harbour did the {} keeper reach in the storm of that long winter"
    asked = [template.format(w).split() for w in ("lighthouse", "drunken", "lighthuose")]
    rows = known(asked, [["none"]] * 3).rows
    verdicts = sieve(rows, np.array([0, 0]), np.array([1, 2]))
    assert [VERDICTS[v] for v in verdicts] == ["other_words", None]


def test_without_pairs_there_is_nothing_to_refuse():
    nothing = np.empty(0, np.int64)
    assert sieve(known([], []).rows, nothing, nothing).tolist() == []
