"""Poor rows leave for the reasons that were named, and for no other."""

import polars as pl
import pytest
from pydantic import ValidationError

from tasks.score.drop import DropParams, mark_poor
from tests.builders import row, table


def judged(*whys):
    rows = table(*(row(f"r{i}", "ask", "answer") for i in range(len(whys))))
    return rows.with_columns(
        pl.Series("score_verdict", ["poor" if w else "good" for w in whys]),
        pl.Series("score_why", list(whys), dtype=pl.String),
        pl.Series("score_tier", ["rules"] * len(whys)),
        pl.Series("score_judge", [0.25] * len(whys)),
    )


def reasons(rows, params):
    return mark_poor(rows, params).collect()["drop_reason"].to_list()


def test_nothing_is_dropped_until_a_reason_is_named():
    assert reasons(judged("refusal", None), DropParams()) == [None, None]


def test_only_the_reasons_named_cost_a_row_its_place():
    params = DropParams(reasons=("refusal",))
    assert reasons(judged("refusal", "low_judge_score", None), params) == ["refusal", None, None]


def test_an_unscored_row_is_kept_even_if_its_reason_has_the_name_of_a_fault():
    rows = judged("refusal").with_columns(score_verdict=pl.lit("unscored"))
    assert reasons(rows, DropParams(reasons=("refusal",))) == [None]


def test_a_row_for_people_is_kept():
    rows = judged("refusal").with_columns(score_verdict=pl.lit("review"))
    assert reasons(rows, DropParams(reasons=("refusal",))) == [None]


def test_a_drop_tells_the_tier_and_the_score_that_decided():
    out = mark_poor(judged("low_judge_score"), DropParams(reasons=("low_judge_score",))).collect()
    assert out["drop_detail"].to_list() == ["decided by: rules"]
    assert out["drop_score"].to_list() == [0.25]


def test_rows_without_a_verdict_stay():
    assert reasons(table(row("a", "q", "x")), DropParams(reasons=("refusal",))) == [None]


def test_an_unknown_reason_is_refused_with_those_that_are_known():
    with pytest.raises(ValidationError, match="'ugly' is no fault; known are empty_answer"):
        DropParams(reasons=("ugly",))
