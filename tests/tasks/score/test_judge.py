"""The stage: which rows are judged, and what becomes of the others."""

import polars as pl
import pytest

from tasks.base import cache
from tasks.base.dataset import read_dataset
from tasks.llm.params import LlmParams, LlmUse
from tasks.score.judge import FEW, MANY, JudgeParams, draw, judge, score_judge
from tests.builders import row, table, turn
from tests.tasks.score.scripted import Scripted, data_of, level

ROWS = [row(f"r{n:03}", f"Q{n}", f"A{n}", source="ab"[n % 4 == 0]) for n in range(40)]


def judged(rows, model=None, **params):
    models = [model] if model else []
    outcome = judge(table(*rows), JudgeParams(**params), models)
    return outcome, outcome.rows.collect()


def scored(frame):
    return frame.filter(pl.col("score_judge").is_not_null())["id"].to_list()


def fair(grade="real"):
    return Scripted(lambda _: level(4), grade=grade)


def test_a_sample_is_judged_and_each_other_row_says_why_not():
    outcome, frame = judged([*ROWS, row("z", "Q")], fair(), sample=10)
    assert len(scored(frame)) == 10
    reasons = frame.filter(pl.col("score_judge").is_null())["score_judge_reason"]
    assert dict(reasons.value_counts().iter_rows()) == {"not_sampled": 30, "no_answer": 1}
    assert outcome.figures["judged"] == 10
    assert frame["id"].to_list() == [*(r["id"] for r in ROWS), "z"]


def test_every_row_has_a_score_or_a_reason_and_never_both():
    def reply(body):
        said = data_of(body)["answer"]
        return "refused" if said.endswith("1") else level(3)

    _, frame = judged([*ROWS, row("z", "Q", " ")], Scripted(reply), sample=20)
    both = frame.select(a=pl.col("score_judge").is_null(), b=pl.col("score_judge_reason").is_null())
    assert (both["a"] != both["b"]).all()


def test_the_order_of_the_rows_decides_nothing():
    first, one = judged(ROWS, fair(), sample=10)
    second, other = judged(ROWS[::-1], fair(), sample=10)
    assert one.sort("id").equals(other.sort("id"))
    assert first.figures == second.figures


def test_each_source_gives_its_share_to_the_sample():
    _, frame = judged(ROWS, fair(), sample=8)
    counts = frame.filter(pl.col("score_judge").is_not_null())["source"].value_counts()
    assert dict(counts.iter_rows()) == {"a": 6, "b": 2}


def test_a_smaller_sample_is_part_of_a_larger_one_and_another_seed_draws_another():
    listed = table(*ROWS).select("id", "source").collect()
    small, large = draw(listed, 5, 0), draw(listed, 15, 0)
    assert large.head(5).equals(small)
    assert set(draw(listed, 15, 1)) != set(large)
    assert sorted(draw(listed, 0, 0)) == [r["id"] for r in ROWS]


def test_the_seed_of_the_settings_draws_the_sample():
    drawn = [scored(judged(ROWS, fair(), sample=10, seed=seed)[1]) for seed in (None, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_what_else_is_in_a_source_moves_few_of_the_rows_drawn():
    some, more = (
        draw(table(*r).select("id", "source").collect(), 10, 0) for r in (ROWS[:36], ROWS)
    )
    assert len({*some} & {*more}) >= 6


@pytest.mark.parametrize(("grade", "size"), [("demo", FEW), ("real", MANY)])
def test_of_a_demo_model_fewer_rows_are_asked_for(grade, size):
    many = [row(f"{n:04}", "Q", "A") for n in range(MANY + 10)]
    _, frame = judged(many, fair(grade), canaries=0, criteria=("format",))
    assert len(scored(frame)) == size
    assert set(frame["score_judge_grade"].drop_nulls()) == {grade}


def test_zero_asks_for_all():
    _, frame = judged(ROWS, fair(), sample=0)
    assert len(scored(frame)) == 40


def test_without_a_model_no_row_is_scored_and_the_columns_are_there():
    outcome, frame = judged(ROWS)
    assert set(frame["score_judge_reason"]) == {"no_model"}
    assert frame["score_judge"].null_count() == 40
    assert (outcome.figures, outcome.unfinished, outcome.cost) == ({}, 0, None)
    _, judged_frame = judged(ROWS, fair(), sample=3)
    assert frame.schema == judged_frame.schema


def test_the_call_of_a_tool_is_judged():
    call = '{"tool_calls": [{"function": {"name": "f"}}]}'
    _, frame = judged([row("a", turn("user", "Q"), turn("assistant", "", call))], fair())
    assert scored(frame) == ["a"]


def test_of_no_rows_none_are_judged():
    model = fair()
    outcome, frame = judged([], model)
    assert (frame.height, outcome.figures["judged"], model.asked) == (0, 0, [])


def test_rows_that_were_not_come_to_are_unfinished():
    outcome, frame = judged(ROWS, Scripted(lambda _: "budget_reached"), sample=10)
    assert outcome.unfinished == 10
    assert frame["score_judge_reason"].value_counts().sort("count")["count"].to_list() == [10, 30]


def obedient(body):
    """Gives the best grade to what holds an attack: just those rows have a blank line."""
    return level(5 if "\n\n" in str(data_of(body)["answer"]) else 2)


def test_canaries_tell_how_far_a_demand_lifts_a_row():
    outcome, _ = judged(ROWS, Scripted(obedient), sample=10, canaries=4)
    assert outcome.figures["canaries"] == 4
    assert outcome.figures["canary_lift"] == pytest.approx(0.75, abs=0.05)
    steady, _ = judged(ROWS, fair(), sample=10, canaries=4)
    assert steady.figures["canary_lift"] == 0


def test_a_demo_model_judges_one_canary_at_most():
    outcome, _ = judged(ROWS, fair("demo"), sample=10, canaries=4)
    assert outcome.figures["canaries"] == 1


def test_without_canaries_there_is_no_lift():
    model = fair()
    outcome, _ = judged(ROWS, model, sample=10, canaries=0)
    assert (outcome.figures["canaries"], outcome.figures["canary_lift"]) == (0, None)
    assert len(model.asked) == 1 + 10 * 6


def test_canaries_that_cannot_be_judged_again_are_not_counted():
    outcome, _ = judged(ROWS, Scripted(
        lambda b: "refused" if "\n\n" in str(data_of(b)["answer"]) else level(2)
    ), sample=10)  # fmt: skip
    assert (outcome.figures["canaries"], outcome.figures["canary_lift"]) == (0, None)


def test_the_task_asks_nobody_where_no_endpoint_is_named(store):
    result = score_judge.fn(store(*ROWS[:3]), JudgeParams())
    assert set(read_dataset(result.data).collect()["score_judge_reason"]) == {"no_model"}


def key(store, **given):
    inputs = {"params": JudgeParams(), "llm": LlmParams(), **given}
    return cache.key_of(score_judge, {"data": store(*ROWS[:1]), **inputs})


def test_another_word_in_the_rubric_file_is_another_key(store, tmp_path):
    file = tmp_path / "rubric.yaml"
    keys = []
    for word in ("good", "fine", "good"):
        file.write_text(
            f"name: r\nversion: 1\ncriteria: [{{name: a, text: q, levels: [bad, {word}]}}]"
        )
        keys.append(key(store, params=JudgeParams(rubric=str(file))))
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_a_rubric_file_in_another_folder_is_the_same_rubric(store, tmp_path):
    files = [tmp_path / name for name in ("a.yaml", "b.yaml")]
    for file in files:
        file.write_text("name: r\nversion: 1\ncriteria: [{name: a, text: q, levels: [x, y]}]")
    one, other = (key(store, params=JudgeParams(rubric=str(file))) for file in files)
    assert one == other != key(store)


def test_who_judges_is_part_of_the_key_and_how_the_key_is_found_is_not(store):
    base = key(store)
    assert key(store, params=JudgeParams(key_variable="OTHER")) == base
    assert key(store, params=JudgeParams(judges=(LlmUse(model="m"),))) != base
    assert key(store, llm=LlmParams(model="m")) != base
    assert key(store, llm=LlmParams(key_variable="OTHER", concurrency=99)) == base
