"""Laws that every stage obeys. A new stage is found by its task and needs no line here."""

import inspect
import pkgutil
import random
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, get_args

import polars as pl
import polars.selectors as cs
import pytest
from polars.testing import assert_frame_equal
from prefect import Task
from pydantic import ValidationError
from pydantic_core import PydanticUndefined

import tasks
from tasks.base import cache
from tasks.base.dataset import DatasetRef, join_datasets, read_dataset, split_dataset
from tasks.base.params import StageParams
from tasks.base.report import Kind, StageResult
from tasks.base.table import DROP_REASON, SCHEMA, TEXT_COLUMNS
from tasks.publish.reasons import MEANINGS
from tasks.review.decided import DecisionFile
from tests.laws.hard_rows import DECISIONS, ROWS

ROW_WISE = ("validate", "clean", "redact")
"""Families whose stages look at one row at a time, so that parts may be taken apart."""


class Stage(NamedTuple):
    """A stage that was found, and the class of its settings."""

    task: Task[..., StageResult]
    params: type[StageParams]
    kind: str  # filter, edit, score or make: the runner that its module uses

    def run(self, data: DatasetRef, **params: Any) -> StageResult:
        """Run it outside Prefect's engine, with nothing remembered of an earlier run."""
        shutil.rmtree(Path(data.store, "memo"), ignore_errors=True)
        return self.again(data, **params)

    def again(self, data: DatasetRef, **params: Any) -> StageResult:
        """Run it outside Prefect's engine, whatever is remembered."""
        more = {}
        if "decisions" in inspect.signature(self.task.fn).parameters:  # of people, over hard rows
            file = Path(data.store, "review.parquet")
            DECISIONS.write_parquet(file)
            more["decisions"] = (DecisionFile(path=str(file)),)
        return self.task.fn(data, self.params(**params), **more)


def found() -> list[Stage]:
    """Every task that turns a dataset into a `StageResult`."""
    modules = [import_module(m.name) for m in pkgutil.walk_packages(tasks.__path__, "tasks.")]
    every = {value for m in modules for value in vars(m).values() if isinstance(value, Task)}
    signed = [(task, inspect.signature(task.fn)) for task in every]
    return sorted(
        (
            Stage(task, signature.parameters["params"].annotation, kind_of(task))
            for task, signature in signed
            if signature.return_annotation is StageResult
        ),
        key=lambda stage: stage.task.name,
    )


def kind_of(task: Task[..., StageResult]) -> str:
    names = vars(import_module(task.fn.__module__))
    return next(kind for kind in get_args(Kind) if f"run_{kind}" in names)


STAGES = found()


def those(chosen: Callable[[Stage], bool]) -> pytest.MarkDecorator:
    """The law is about these stages alone."""
    stages = [stage for stage in STAGES if chosen(stage)]
    return pytest.mark.parametrize("stage", stages, ids=lambda stage: stage.task.name)


def of(*kinds: str) -> pytest.MarkDecorator:
    """The law is about stages of these kinds."""
    return those(lambda stage: stage.kind in kinds)


every = those(lambda _: True)


def rows_of(data: DatasetRef) -> pl.DataFrame:
    return read_dataset(data).collect()


def ids(data: DatasetRef) -> list[str]:
    return rows_of(data)["id"].to_list()


def untimed(result: StageResult) -> StageResult:
    """`result` without how long it took."""
    report = result.report.model_copy(update={"seconds": 0.0, "cpu_seconds": 0.0})
    return result.model_copy(update={"report": report})


def test_stages_are_found():
    names = {stage.task.name for stage in STAGES}
    assert {"validate.rows", "clean.encoding", "redact.pii", "dedup.exact", "select.split"} <= names


@every
def test_a_stage_is_named_as_its_family_and_module(stage, store):
    assert stage.task.fn.__module__ == f"tasks.{stage.task.name}"
    assert stage.run(store(*ROWS)).report.stage == stage.task.name


@every
def test_every_row_is_kept_or_dropped_with_a_declared_reason(stage, store):
    result = stage.run(store(*ROWS))
    made = rows_of(result.data).tail(result.report.made)["id"].to_list()
    everyone = sorted([*(r["id"] for r in ROWS), *made])
    assert sorted(ids(result.data) + ids(result.dropped)) == everyone
    assert result.report.rows_out == result.data.rows == len(ids(result.data))
    assert sum(result.report.dropped.values()) == result.dropped.rows
    assert set(result.report.dropped) <= set(MEANINGS.get(stage.task.name, {}))
    if result.dropped.rows:
        given = rows_of(result.dropped)[DROP_REASON]
        assert dict(given.value_counts().iter_rows()) == result.report.dropped


@of("filter", "score", "make")
def test_rows_that_stay_are_untouched_in_text_and_order(stage, store):
    data = store(*ROWS)
    result = stage.run(data)
    before, after = rows_of(data), rows_of(result.data)
    stayed = before.filter(pl.col("id").is_in(after["id"].to_list()))
    assert_frame_equal(after.head(stayed.height).select(before.columns), stayed)


@of("filter")
def test_dropped_rows_leave_whole_and_say_why(stage, store):
    data = store(*ROWS)
    result = stage.run(data)
    lost = rows_of(result.dropped)
    assert_frame_equal(
        lost.select(SCHEMA.names()), rows_of(data).filter(pl.col("id").is_in(lost["id"].to_list()))
    )
    assert all(c in SCHEMA or c.startswith("drop_") for c in lost.columns)
    assert not [c for c in rows_of(result.data).columns if c not in SCHEMA]


@of("edit")
def test_an_edit_changes_texts_alone_and_lists_just_the_rows_it_changed(stage, store):
    data = store(*ROWS)
    result = stage.run(data)
    before, after = rows_of(data), rows_of(result.data)
    fixed = [c for c in before.columns if c not in TEXT_COLUMNS]
    assert_frame_equal(after.select(fixed), before.select(fixed))
    assert after.columns == before.columns
    changed = [a["id"] for a, b in zip(after.to_dicts(), before.to_dicts(), strict=True) if a != b]
    assert result.edits is not None
    assert ids(result.edits) == changed
    assert changed, "the hard rows hold something for every edit"
    notes = rows_of(result.edits).select(cs.starts_with("edit_"))
    assert notes.width
    assert not any(column.null_count() for column in notes)


@of("edit")
def test_an_edit_changes_no_role_and_no_number_of_turns(stage, store):
    data = store(*ROWS)
    result = stage.run(data)
    for column in ("messages", "rejected"):
        roles = pl.col(column).list.eval(pl.element().struct.field("role"))
        assert_frame_equal(rows_of(result.data).select(roles), rows_of(data).select(roles))


@of("score")
def test_a_score_adds_score_columns_or_the_split_and_no_more(stage, store):
    result = stage.run(store(*ROWS))
    added = [c for c in rows_of(result.data).columns if c not in SCHEMA]
    assert added
    assert all(c.startswith("score_") or c == "split" for c in added)


@of("make")
def test_a_made_row_names_its_origin(stage, store):
    result = stage.run(store(*ROWS))
    made = rows_of(result.data).tail(result.report.made)
    assert "human" not in made["origin"].to_list()


@of("filter", "edit")
def test_a_second_pass_drops_nothing_and_changes_nothing(stage, store):
    first = stage.run(store(*ROWS))
    second = stage.run(first.data)
    assert second.dropped.rows == 0
    assert second.report.edited == 0
    assert_frame_equal(rows_of(second.data), rows_of(first.data))


@every
def test_the_same_input_makes_the_same_bytes(stage, store):
    data = store(*ROWS)
    assert untimed(stage.run(data)) == untimed(stage.run(data))


@every
def test_what_is_remembered_of_an_earlier_run_decides_no_row(stage, store):
    data = store(*ROWS)
    cold = stage.run(data)
    warm = stage.again(data)
    assert (warm.data, warm.dropped, warm.edits) == (cold.data, cold.dropped, cold.edits)


@every
def test_an_empty_dataset_stays_empty(stage, store):
    result = stage.run(store())
    assert (result.report.rows_in, result.report.rows_out, result.dropped.rows) == (0, 0, 0)
    assert set(SCHEMA) <= set(rows_of(result.data).columns)


@those(lambda stage: stage.task.name.split(".")[0] in ROW_WISE)
def test_parts_taken_apart_and_joined_are_the_whole(stage, store):
    whole = stage.run(store(*ROWS))
    parts = [stage.run(part) for part in split_dataset(store(*ROWS, size=4))]
    assert len(parts) == 8
    assert_frame_equal(rows_of(join_datasets(p.data for p in parts)), rows_of(whole.data))
    lost = [i for p in parts for i in ids(p.dropped)]
    assert lost == ids(whole.dropped)


@every
def test_how_rows_lie_in_parts_makes_no_difference(stage, store):
    whole, parts = stage.run(store(*ROWS)), stage.run(store(*ROWS, size=5))
    assert_frame_equal(rows_of(parts.data), rows_of(whole.data))
    assert ids(parts.dropped) == ids(whole.dropped)
    assert parts.report.dropped == whole.report.dropped
    assert parts.report.figures == whole.report.figures


@pytest.mark.parametrize("seed", [1, 2])
@every
def test_the_order_of_the_rows_decides_nothing(stage, store, seed):
    shuffled = random.Random(seed).sample(ROWS, len(ROWS))
    straight, mixed = stage.run(store(*ROWS)), stage.run(store(*shuffled))
    assert_frame_equal(rows_of(mixed.data).sort("id"), rows_of(straight.data).sort("id"))
    assert_frame_equal(rows_of(mixed.dropped).sort("id"), rows_of(straight.dropped).sort("id"))
    assert mixed.report.figures == straight.report.figures


@those(lambda stage: "enabled" in stage.params.model_fields)
def test_a_stage_that_is_off_does_nothing(stage, store):
    data = store(*ROWS)
    result = stage.run(data, enabled=False)
    assert_frame_equal(rows_of(result.data).select(SCHEMA.names()), rows_of(data))
    assert (result.dropped.rows, result.report.edited) == (0, 0)


@every
def test_what_crosses_between_tasks_is_small(stage, store):
    result = stage.run(store(*ROWS, size=2))
    assert len(result.model_dump_json()) < 1_500


@every
def test_settings_are_frozen_and_know_their_names(stage):
    params = stage.params()
    name = next(iter(stage.params.model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(params, name, getattr(params, name))
    with pytest.raises(ValidationError, match="Extra inputs"):
        stage.params(no_such_name=1)


@every
def test_every_setting_has_a_default_a_title_and_a_description(stage):
    for name, field in stage.params.model_fields.items():
        assert field.default is not PydanticUndefined, f"{name}: the form needs the value"
        assert field.default_factory is None, name
        assert field.title, name
        assert field.description, name


def other(params: type[StageParams]) -> StageParams:
    """Settings that differ from the default in one value."""
    for name, value in params().model_dump().items():
        tries = [not value] if isinstance(value, bool) else []
        tries += [value + 1, value / 2] if isinstance(value, int | float) else []
        for candidate in tries:
            try:
                return params(**{name: candidate})
            except ValidationError:
                continue
    raise AssertionError(f"{params} has no number and no switch")


def key(stage: Stage, data: DatasetRef, params: StageParams | None = None) -> str:
    return cache.key_of(stage.task, {"data": data, "params": params or stage.params()})


@every
def test_the_cache_key_changes_with_data_and_settings_not_with_the_folder(stage, store):
    data = store(*ROWS)
    assert key(stage, data) == key(stage, store(*ROWS))
    assert key(stage, data) == key(stage, data.model_copy(update={"store": "elsewhere"}))
    assert key(stage, data) != key(stage, store(*ROWS[1:]))
    assert key(stage, data) != key(stage, data, other(stage.params))


@pytest.fixture
def sources(tmp_path, monkeypatch) -> Path:
    """A copy of the code that the cache reads, to change."""
    copy = tmp_path / "code"
    shutil.copytree(Path(tasks.__path__[0]), copy / "tasks", ignore=lambda _, names: {
        n for n in names if n.startswith("__pycache__")
    })  # fmt: skip
    monkeypatch.setattr(cache, "ROOT", copy)
    cache._code_of.cache_clear()
    yield copy
    cache._code_of.cache_clear()


@every
def test_the_cache_key_changes_with_the_code_of_the_stage_and_of_what_it_uses(
    stage, store, sources
):
    data = store(*ROWS)
    before = key(stage, data)
    for module in (stage.task.fn.__module__, "tasks.base.stage"):
        file = sources.joinpath(*module.split(".")).with_suffix(".py")
        text = file.read_text()
        file.write_text(text + "\nCHANGED = True\n")
        cache._code_of.cache_clear()
        assert key(stage, data) != before, module
        file.write_text(text)
    cache._code_of.cache_clear()
    assert key(stage, data) == before
    unrelated = sources / "tasks/publish/card.py"
    unrelated.write_text(unrelated.read_text() + "\nCHANGED = True\n")
    cache._code_of.cache_clear()
    assert key(stage, data) == before
