"""The head that the judge teaches: what it learns, how far it is believed, when it is silent."""

import random

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tasks.score.classifier import SCORES, ClassifierParams, classify
from tasks.score.mismatch import area
from tests.builders import row, table
from tests.tasks.score.corpus import THINGS, corpus

NAMES = ("score_classifier", "score_classifier_margin")


def judged(rows, scores):
    """A table with the scores that a judge gave; None where it gave none."""
    return table(*rows).with_columns(pl.Series("score_judge", scores, dtype=pl.Float64))


def classified(rows, **params):
    outcome = classify(rows, ClassifierParams(**params))
    found = outcome.rows.select("id", *SCORES).collect()
    assert found.drop("id").schema == SCORES
    return found, outcome.figures


@pytest.fixture(scope="module")
def lesson():
    """Rows of which a third are wrong, what a judge thinks of them, and what it says of half."""
    rows, wrong = corpus(300, wrong=1 / 3)
    chance = random.Random(0)
    thinks = [chance.uniform(0, 0.3) + (0.0 if one["id"] in wrong else 0.7) for one in rows]
    told = [score if at % 2 else None for at, score in enumerate(thinks)]
    return rows, np.array(thinks), told


@pytest.fixture(scope="module")
def taught(lesson):
    rows, _, told = lesson
    return classified(judged(rows, told))


def test_rows_that_no_judge_saw_are_scored_as_it_would(lesson, taught):
    _, thinks, told = lesson
    found, figures = taught
    unseen = np.array([score is None for score in told])
    said = found["score_classifier"].to_numpy()
    good = (thinks >= 0.5).astype(np.float64)
    assert (figures["judged"], figures["usable"], figures["why_not"]) == (150, True, None)
    assert area(said[unseen], good[unseen]) > 0.85
    for part in np.array_split(np.argsort(said), 3):  # on the judge's scale, not only in its order
        assert said[part].mean() == pytest.approx(thinks[part].mean(), abs=0.1)


def test_its_agreement_is_measured_with_intervals_on_rows_it_was_not_taught_by(lesson, taught):
    _, thinks, told = lesson
    found, figures = taught
    for name in ("spearman", "auc", "kappa"):
        value, low, high = figures[name]
        assert low < value < high, name
    seen = np.array([score is not None for score in told])
    good = (thinks >= 0.5).astype(np.float64)
    own = area(found["score_classifier"].to_numpy()[seen].round(2), good[seen])
    assert figures["auc"][0] == pytest.approx(own, abs=0.01)


def test_the_margin_is_the_distance_from_the_middle_less_the_doubt(taught):
    said, margin = (taught[0][name].to_numpy() for name in NAMES)
    assert (margin >= 0).all()
    assert (margin <= abs(said - 0.5) + 1e-9).all()
    assert (margin < abs(said - 0.5) - 1e-3).any()
    assert margin.max() > 0.1


def test_a_judge_that_sees_nothing_in_the_rows_teaches_nothing_usable(lesson):
    rows, _, _ = lesson
    chance = random.Random(1)
    found, figures = classified(judged(rows, [chance.random() for _ in rows]))
    assert (figures["usable"], figures["why_not"]) == (False, "low_agreement")
    assert figures["spearman"][1] < 0.4
    assert found["score_classifier"].null_count() == len(rows)
    assert found["score_classifier_margin"].null_count() == len(rows)


def test_a_judge_that_says_one_thing_of_every_row_teaches_nothing(lesson):
    rows, _, _ = lesson
    found, figures = classified(judged(rows, [0.8] * len(rows)))
    assert (figures["usable"], figures["spearman"]) == (False, [None, None, None])
    assert found["score_classifier"].null_count() == len(rows)


def test_with_too_few_judged_rows_nothing_is_said(lesson):
    rows, _, told = lesson
    few = [score if at < 100 else None for at, score in enumerate(told)]
    found, figures = classified(judged(rows, few))
    assert figures == {
        "encoder": "static", "judged": 50, "usable": False, "why_not": "too_few_judged",
    }  # fmt: skip
    assert found["score_classifier"].null_count() == len(rows)
    assert classified(judged(rows, few), min_judged=50)[1]["why_not"] != "too_few_judged"


def test_without_a_judge_nothing_is_said():
    found, figures = classified(table(row("a", "Hi", "Yo")))
    assert found.row(0) == ("a", None, None)
    assert figures["why_not"] == "too_few_judged"


def test_a_row_with_nothing_to_read_neither_teaches_nor_has_a_score(lesson):
    rows, _, told = lesson
    found, figures = classified(judged([*rows, row("zz", "Hi", "")], [*told, 0.0]))
    assert found.row(-1) == ("zz", None, None)
    assert figures["judged"] == 150


def test_the_order_of_rows_decides_nothing(lesson, taught):
    rows, _, told = lesson
    order = random.Random(1).sample(range(len(rows)), len(rows))
    found, figures = classified(judged([rows[i] for i in order], [told[i] for i in order]))
    assert_frame_equal(found.sort("id"), taught[0], check_exact=True)
    assert figures == taught[1]


def test_scores_of_earlier_stages_are_learned_from(lesson):
    """A judge that only minds what one of them says, with holes in it."""
    rows, _, _ = lesson
    chance = random.Random(2)
    cut = [chance.random() < 0.4 for _ in rows]
    table = judged(rows, [0.2 if one else 0.9 for one in cut])
    column = pl.Series("score_cut", [int(one) for one in cut], dtype=pl.Int8)
    holed = pl.when(pl.int_range(pl.len()) % 10 > 0).then(column).alias("score_cut")
    assert classified(table)[1]["usable"] is False
    assert classified(table.with_columns(holed))[1]["spearman"][0] > 0.7


def test_equal_prompts_never_teach_the_head_that_scores_them():
    """Each prompt has a score of its own, which says nothing of any other, and stands ten times."""
    chance = random.Random(3)
    thinks = {f"What do you think of {thing}?": chance.random() for thing in THINGS}
    asked = [prompt for prompt in thinks for _ in range(10)]
    rows = [row(f"r{at:03}", prompt, f"It is fine, case {at}.") for at, prompt in enumerate(asked)]
    _, figures = classified(judged(rows, [thinks[prompt] for prompt in asked]))
    assert figures["spearman"][0] < 0.4
