"""The rows on which the head is not sure go to the judge."""

import polars as pl
import pytest

from tasks.base.dataset import read_dataset
from tasks.base.stage import run_score
from tasks.llm.params import LlmParams
from tasks.score.bar import Bar
from tasks.score.judge import FEW, JudgeParams, judge
from tasks.score.margin import MarginParams, judge_margin, score_margin
from tests.builders import row, table
from tests.fault_server import FaultServer
from tests.tasks.score.scripted import Scripted, level

ROWS = [row(f"r{n}", f"Q{n}", f"A{n}") for n in range(6)]
HEAD = {"r0": 0.5, "r1": 0.4, "r2": 0.62, "r3": 0.9, "r4": 0.52, "r5": None}
PLAIN = JudgeParams(canaries=0, criteria=("format",))


def fair():
    return Scripted(lambda _: level(5))


def headed(rows, scores=HEAD):
    column = pl.col("id").replace_strict(list(scores), list(scores.values()), default=None)
    return rows.with_columns(score_classifier=column.cast(pl.Float64))


def asked(given, model=None, unsure=0.15, **params):
    models = [model] if model else []
    outcome = judge_margin(given, MarginParams(**params), Bar(unsure=unsure), PLAIN, models)
    return outcome, outcome.rows.collect()


def scored(frame):
    return frame.filter(pl.col("score_judge").is_not_null())["id"].to_list()


def judged_before(*ids):
    """Rows of which these were judged already, with a level of 1."""
    rows = judge(table(*ROWS), PLAIN, [Scripted(lambda _: level(1))]).rows.collect()
    is_judged = pl.col("id").is_in(list(ids))
    reason = pl.when(is_judged).then("score_judge_reason").otherwise(pl.lit("not_sampled"))
    others = [c for c in rows.columns if c.startswith("score_") and c != "score_judge_reason"]
    return headed(rows.lazy().with_columns(
        *(pl.when(is_judged).then(c).alias(c) for c in others), score_judge_reason=reason,
    ))  # fmt: skip


def test_rows_within_the_margin_are_judged_and_no_others():
    outcome, frame = asked(headed(table(*ROWS)), fair(), unsure=0.11)
    assert scored(frame) == ["r0", "r1", "r4"]
    assert outcome.figures["uncertain"] == 3
    assert (
        frame.filter(~pl.col("id").is_in(["r0", "r1", "r4"]))["score_judge_reason"].to_list()
        == ["not_sampled"] * 3
    )


def test_the_most_uncertain_go_first_where_not_all_may():
    outcome, frame = asked(headed(table(*ROWS)), fair(), unsure=0.2, rows=2)
    assert scored(frame) == ["r0", "r4"]
    assert outcome.figures["uncertain"] == 4
    assert outcome.figures["judged"] == 2


def test_a_demo_model_is_asked_about_few():
    many = [row(f"{n:02}", "Q", "A") for n in range(FEW + 3)]
    rows = table(*many).with_columns(score_classifier=pl.lit(0.5))
    _, frame = asked(rows, Scripted(lambda _: level(5), grade="demo"))
    assert len(scored(frame)) == FEW


def test_none_may_be_asked_for():
    model = fair()
    _, frame = asked(headed(table(*ROWS)), model, rows=0)
    assert scored(frame) == []
    assert not model.asked


def test_what_was_judged_is_not_judged_again():
    model = fair()
    outcome, frame = asked(judged_before("r0", "r3"), model, unsure=0.11)
    assert scored(frame) == ["r0", "r1", "r3", "r4"]
    assert [s > 0.5 for s in frame.drop_nulls("score_judge")["score_judge"]] == [0, 1, 0, 1]
    assert outcome.fills[0] == "score_judge"
    assert len(model.asked) == 1 + 2


def with_reason(reason):
    rows = judged_before("r3")
    is_first = pl.col("id") == "r0"
    return rows.with_columns(
        score_judge_reason=pl.when(is_first).then(pl.lit(reason)).otherwise("score_judge_reason")
    )


@pytest.mark.parametrize(
    ("reason", "again"),
    [("budget_reached", True), ("endpoint_failed", True), ("refused", False), ("no_answer", False)],
)
def test_a_row_that_the_judge_could_not_answer_is_asked_again_only_if_that_may_pass(reason, again):
    _, frame = asked(with_reason(reason), fair())
    assert ("r0" in scored(frame)) == again


def test_rows_at_the_margin_are_sure():
    _, frame = asked(headed(table(*ROWS), {"r0": 0.75, "r1": 0.74}), fair(), unsure=0.25)
    assert scored(frame) == ["r1"]


@pytest.mark.parametrize("rows", [table(*ROWS), headed(table(*ROWS)), judged_before("r1")])
def test_without_a_model_nothing_is_judged_and_nothing_is_lost(rows):
    outcome, frame = asked(rows)
    before = rows.collect()
    assert frame.select(before.columns).equals(before)
    assert outcome.figures["judged"] == 0


def test_without_a_head_nothing_is_judged():
    model = fair()
    asked(table(*ROWS), model)
    assert not model.asked


def test_the_grades_land_in_the_columns_of_the_judge(store):
    data = run_score(store(*ROWS), lambda _rows, _params: judged_before("r3"), PLAIN).data
    with FaultServer(lambda _path, _body: level(5)) as server:
        llm = LlmParams(endpoint=server.url, model="m")
        result = score_margin.fn(data, MarginParams(), judge=PLAIN, llm=llm)
    frame = read_dataset(result.data).collect()
    assert scored(frame) == ["r0", "r1", "r2", "r3", "r4"]
    assert frame.columns == read_dataset(data).collect().columns
    assert frame["score_judge_reason"].to_list() == [None] * 5 + ["not_sampled"]
    assert result.report.cost is not None
    assert result.report.cost.calls == 1 + 4
