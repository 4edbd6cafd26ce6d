"""The sieve refuses nothing that the guard would let through."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.look import Texts, look
from tasks.dedup.sieve import VERDICTS, sieve

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


def rows(prompts, answers):
    listed = [
        {"folded": " ".join([*p, *a]), "asked": " ".join(p), "told": " ".join(a), "context": "",
         "prompt": p, "answer": a}
        for p, a in zip(prompts, answers, strict=True)
    ]  # fmt: skip
    strings = pl.List(pl.String)
    return pl.DataFrame(listed, schema_overrides={"prompt": strings, "answer": strings})


@settings(max_examples=300, deadline=None)
@given(texts | grown, texts | grown)
def test_what_the_sieve_refuses_the_guard_refuses(prompts, answers):
    listed = rows(prompts, answers)
    said = VERDICTS[sieve(listed, np.array([0]), np.array([1]))[0]]
    if said:
        for rare in ((), frozenset(VOCABULARY)):
            assert look(Texts(listed, rare), 0, 1, 0).verdict != "same"


def test_fillings_of_one_template_are_refused_and_slips_are_not():
    template = "which harbour did the {} keeper reach in the storm of that long winter"
    asked = [template.format(w).split() for w in ("lighthouse", "drunken", "lighthuose")]
    listed = rows(asked, [["none"]] * 3)
    verdicts = sieve(listed, np.array([0, 0]), np.array([1, 2]))
    assert [VERDICTS[v] for v in verdicts] == ["other_words", None]


def test_without_pairs_there_is_nothing_to_refuse():
    nothing = np.empty(0, np.int64)
    assert sieve(rows([["a"]], [["b"]]), nothing, nothing).tolist() == []
