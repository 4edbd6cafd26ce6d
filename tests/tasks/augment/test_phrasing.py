"""Prompts of records in a model's words: the same question, the same values, the same answer."""

from collections import Counter

import polars as pl
import pytest

from tasks.augment.recipe import recipe_field
from tasks.augment.records import make_from_records
from tasks.augment.records_params import RecordsParams
from tasks.base.errors import UsageError
from tasks.ingest.sources import find_sources
from tasks.llm.door import Door
from tasks.llm.params import BudgetParams, LlmParams
from tests.builders import table
from tests.fault_server import Fault, FaultServer, chat
from tests.tasks.augment.test_evolve import quick  # noqa: F401 (a fixture)
from tests.tasks.augment.test_records import PLAIN
from tests.tasks.augment.writer import Writer

PLANTS = ("fern", "moss", "ivy")
TABLE = "plant,days,name\n" + "".join(f"{p},{n},Wintergreen\n" for n, p in enumerate(PLANTS, 2))


def plant_in(prompt):
    return next(plant for plant in PLANTS if plant in prompt)


def reworded(prompt):
    return f"After how many days should I give my {plant_in(prompt)} a drink again?"


def made(tmp_path, writer, store="store", llm=None, content=TABLE, **params):
    (tmp_path / "t.csv").write_text(content)
    (tmp_path / "t.yaml").write_text(PLAIN)
    files = find_sources([str(tmp_path / "t.csv")], tmp_path / "spool")
    given = RecordsParams(templates=str(tmp_path / "t.yaml"), phrase=True, **params)
    with FaultServer(writer) as server:
        llm = LlmParams(endpoint=server.url, model="w", attempts=2, **(llm or {}))
        with Door(llm, str(tmp_path / store), "augment.records") as door:
            outcome = make_from_records(table(), given, files, door)
            rows = outcome.rows.collect().with_columns(
                fault=recipe_field("fault"), told=recipe_field("told"), by=recipe_field("model")
            )
    return rows, outcome, sum(server.asked.values())


def faults(rows):
    return Counter(rows["fault"].to_list())


def test_a_prompt_is_the_models_and_its_answer_the_templates(tmp_path):
    rows, outcome, _ = made(tmp_path, Writer(rewrite=reworded))
    assert faults(rows) == {None: 3}
    assert [turns[0]["content"] for turns in rows["messages"].to_list()] == [
        reworded(plant) for plant in PLANTS]  # fmt: skip
    assert [turns[1]["content"] for turns in rows["messages"].to_list()] == [
        f"Every {n} days." for n in (2, 3, 4)]  # fmt: skip
    assert set(rows["by"]) == {outcome.figures["model"]}
    assert outcome.cost.calls == 3


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (lambda p: p, "copied_seed"),
        (lambda p: "After how many days should I give my plant a drink again?", "lost_parts"),
        (lambda p: f"Mr Wintergreen has a {plant_in(p)}. When does it want a drink?",
         "identifies_person"),
        (lambda p: f"Sure, here it is: when does my {plant_in(p)} want a drink?",
         "answered_instead"),
        (lambda p: f"Nach wie vielen Tagen muss ich meinen {plant_in(p)} wieder gießen, damit er "
                   "nicht vertrocknet und gut gedeiht?", "language_drift"),
        (lambda p: "...", "empty_prompt"),
        (lambda p: chat("I would ask about its thirst."), "no_rewrite"),
    ],
)  # fmt: skip
def test_words_that_will_not_do_fail_their_row(tmp_path, said, fault):
    rows, _, _ = made(tmp_path, Writer(rewrite=said))
    assert faults(rows) == {fault: 3}
    assert not any("fern" in (told or "") for told in rows["told"])


def test_what_failed_before_is_not_asked_about_and_the_same_question_is_one_row(tmp_path):
    content = TABLE + "Wintergreen ivy,3,Wintergreen\nfern,9,Ashgrove\n"
    rows, _, calls = made(tmp_path, Writer(rewrite=reworded), content=content)
    assert rows["fault"].to_list() == [None, None, None, "identifies_person", "known_prompt"]
    assert calls == 3, "the fourth failed before, and the fifth asks what the first did"


def test_a_restart_pays_nothing_and_makes_the_same(tmp_path):
    first, *_ = made(tmp_path, Writer(rewrite=reworded))
    again, _, calls = made(tmp_path, Writer(rewrite=reworded))
    assert first.equals(again)
    assert calls == 0


@pytest.mark.parametrize("why", ["down", "budget"])
def test_what_was_not_said_for_now_makes_no_row_and_is_tried_again(tmp_path, why):
    cap = {"budget": BudgetParams(tokens=10)} if why == "budget" else {}
    rows, outcome, _ = made(tmp_path, lambda *_: Fault(503), llm=cap)
    assert rows.height == 0
    assert outcome.unfinished == 3
    assert sum(outcome.figures["unanswered"].values()) == 3


def test_without_a_model_it_is_a_clear_error():
    with pytest.raises(UsageError, match=r"needs a model.*llm.endpoint"):
        make_from_records(pl.LazyFrame(), RecordsParams(phrase=True, invent=1))
