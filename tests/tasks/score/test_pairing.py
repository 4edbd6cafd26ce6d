"""Answers that belong to their prompts, and those that belong to another one."""

import random

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tasks.embed.static import static_encoder
from tasks.embed.vectors import memory
from tasks.score import features
from tasks.score.mismatch import area
from tasks.score.pairing import SCORES, PairingParams, score_pairs
from tests.builders import row, table
from tests.tasks.score.corpus import corpus


def scored(rows, memo=None, **params):
    outcome = score_pairs(table(*rows), PairingParams(**params), memo)
    found = outcome.rows.select("id", *SCORES).collect()
    assert found.drop("id").schema == SCORES
    return found, outcome.figures


def test_swapped_answers_have_the_higher_probability_of_being_anothers():
    rows, wrong = corpus(400, wrong=0.2)
    found, figures = scored(rows)
    is_wrong = found["id"].is_in(list(wrong)).cast(pl.Float64).to_numpy()
    assert area(found["score_mismatch"].to_numpy(), is_wrong) > 0.95
    assert area(-found["score_pairing"].to_numpy(), is_wrong) > 0.8
    assert figures["swapped_share"] == pytest.approx(0.2, abs=0.07)
    flagged = found.filter(pl.col("score_mismatch") >= 0.9)["id"]
    assert flagged.is_in(list(wrong)).mean() > 0.9


def test_in_a_sound_set_no_answer_is_called_anothers():
    rows, _ = corpus(400)
    found, figures = scored(rows)
    assert figures["swapped_share"] < 0.03
    assert found["score_mismatch"].max() < 0.9


def test_a_set_too_small_to_teach_has_a_cosine_and_a_rank_and_no_probability():
    rows, _ = corpus(60)
    found, figures = scored(rows)
    assert found["score_pairing"].null_count() == 0
    assert found["score_pairing_rank"].null_count() == 0
    assert found["score_mismatch"].null_count() == 60
    assert (figures["auc"], figures["swapped_share"]) == (None, None)
    assert scored(rows, min_rows=60)[1]["auc"] is not None


def test_a_set_that_teaches_nothing_gives_no_probability():
    chance = random.Random(0)
    words = ["red", "blue", "green", "one", "two", "three", "north", "south", "east", "west"]
    rows = [
        row(f"r{at:03}", f"{at} " + " ".join(chance.choices(words, k=5)),
            " ".join(chance.choices(words, k=5)))
        for at in range(300)
    ]  # fmt: skip
    found, figures = scored(rows)
    assert figures["auc"] < 0.7
    assert figures["swapped_share"] is None
    assert found["score_mismatch"].null_count() == 300


def test_where_every_answer_is_the_same_nothing_is_learned():
    rows = [row(f"r{at:03}", f"Is {at} a number?", "Yes, it is.") for at in range(300)]
    found, figures = scored(rows)
    assert figures["swapped_share"] is None
    assert found["score_pairing_rank"].unique().to_list() == [0.5]


def test_the_rank_is_the_share_of_other_answers_that_are_further_away():
    rows = [
        row("a", "How do I bake rye bread?", "Bake the rye bread in a hot oven."),
        row("b", "Who wrote the opera?", "Verdi composed this opera."),
        row("c", "How do I mend a bicycle?", "The rye bread dough must rise."),
    ]
    found, _ = scored(rows)
    rank = dict(found.select("id", "score_pairing_rank").iter_rows())
    assert rank["a"] == pytest.approx(2.5 / 3, abs=1e-5)
    assert rank["c"] < rank["a"]


@pytest.mark.parametrize("messages", [["Ask", ""], ["", "Yo"], ["Ask"], [], ["\n", " "]])
def test_a_row_with_nothing_to_read_on_one_side_has_no_score(messages):
    found, figures = scored([row("a", *messages), row("b", "Is it so?", "It is so.")])
    assert found.row(0)[1:] == (None, None, None)
    assert found.row(1)[1] is not None
    assert figures["rows_scored"] == 1
    assert scored([row("a", *messages)])[1]["rows_scored"] == 0


def test_neither_order_nor_batches_nor_memory_decide_anything(monkeypatch, tmp_path):
    rows, _ = corpus(250, wrong=0.2)
    rows.append({**rows[0], "id": "copy"})
    straight, figures = scored(rows)
    memo = memory(str(tmp_path), static_encoder())
    shuffled, again = scored(random.Random(1).sample(rows, len(rows)), memo)
    assert_frame_equal(shuffled.sort("id"), straight.sort("id"), check_exact=True)
    assert again == figures
    monkeypatch.setattr(features, "BATCH", 100)
    monkeypatch.setattr(features, "BLOCK", 7)
    assert_frame_equal(scored(rows, memo)[0], straight, check_exact=True)


def test_copies_of_a_row_have_one_score():
    rows, _ = corpus(300)
    found, _ = scored([*rows, *({**one, "id": "copy " + one["id"]} for one in rows[:20])])
    scores = {one[0]: one[1:] for one in found.iter_rows()}
    assert all(scores["copy " + one["id"]] == scores[one["id"]] for one in rows[:20])


def test_a_sample_teaches_and_every_row_is_scored():
    rows, wrong = corpus(400, wrong=0.2)
    found, _ = scored(rows, teach_rows=250)
    is_wrong = found["id"].is_in(list(wrong)).cast(pl.Float64).to_numpy()
    assert found["score_mismatch"].null_count() == 0
    assert area(found["score_mismatch"].to_numpy(), is_wrong) > 0.95


def test_switched_off_it_leaves_empty_columns():
    found, figures = scored([row("a", "Hi", "Yo")], enabled=False)
    assert found.row(0)[1:] == (None, None, None)
    assert figures == {}


def test_real_rows_of_which_a_fifth_were_swapped_are_told_apart(shared):
    real = pl.read_parquet(shared / "bench/instructions_60k.parquet", n_rows=1_500)
    answers = real["output"].to_list()
    chosen = np.random.default_rng(0).permutation(len(answers))[: len(answers) // 5]
    wrong = {}
    for at, other in zip(chosen.tolist(), np.roll(chosen, 1).tolist(), strict=True):
        if real["output"][other] != real["output"][at]:
            wrong[f"{at:05}"] = answers[at] = real["output"][other]
    asked = real.select(pl.concat_str("instruction", "input", separator="\n")).to_series()
    rows = [
        row(f"{at:05}", prompt, answer, source=source)
        for at, (prompt, answer, source) in enumerate(
            zip(asked, answers, real["source"], strict=True)
        )
    ]
    found, figures = scored(rows)
    seen = found.drop_nulls()
    is_wrong = seen["id"].is_in(list(wrong)).cast(pl.Float64).to_numpy()
    assert area(seen["score_mismatch"].to_numpy(), is_wrong) >= 0.95
    assert figures["swapped_share"] == pytest.approx(0.2, abs=0.05)
