"""Run a stage's pure function over a stored dataset. Rows are dropped and made here alone.

A pure function says what should happen; the runner of its kind does it, part by part, and
holds the stage to what its kind may do. Only the columns that the function reads and the marks
that it leaves are in memory for the whole set.
"""

import logging
import time
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple, TypeVar

import pandera.polars as pa
import polars as pl
import polars.selectors as cs
from pydantic import JsonValue

from tasks.base.dataset import (
    DatasetRef,
    Part,
    of_parts,
    read_dataset,
    read_parts,
    write_dataset,
    write_part,
)
from tasks.base.decided import spare
from tasks.base.derived import derive
from tasks.base.errors import RowsChangedError
from tasks.base.params import StageParams
from tasks.base.report import Cost, Kind, StageReport, StageResult, add_figures
from tasks.base.table import DROP_REASON, ROWS, SCHEMA, TEXT_COLUMNS

logger = logging.getLogger(__name__)

P = TypeVar("P", bound=StageParams)
Columns = tuple[str, ...]


class Outcome(NamedTuple):
    """What a pure function returns when it has more to say than its rows."""

    rows: pl.LazyFrame
    figures: dict[str, JsonValue] = {}  # noqa: RUF012 (of a tuple, and never filled)
    evidence: pl.DataFrame | None = None  # shown in the report; never part of the data
    unfinished: int = 0  # rows that it did not come to, and that another run may
    cost: Cost | None = None
    fills: Columns = ()  # score columns that were there, given to rows without the first


Pure = Callable[[pl.LazyFrame, P], pl.LazyFrame | Outcome]


class _Clock:
    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def report(self, stage: str, kind: Kind, **counts: object) -> StageReport:
        took = {
            "seconds": round(time.perf_counter() - self.wall, 4),
            "cpu_seconds": round(time.process_time() - self.cpu, 4),
        }
        report = StageReport.model_validate({"stage": stage, "kind": kind, **took, **counts})
        logger.info(
            "%s: %d rows in, %d out, dropped %s, edited %d, made %d",
            stage, report.rows_in, report.rows_out, report.dropped, report.edited, report.made,
        )  # fmt: skip
        return report


def run_filter(
    data: DatasetRef, mark: Pure[P], params: P, schema: pa.DataFrameSchema,
    firm: Collection[str] = (),
) -> StageResult:  # fmt: skip
    """Mark every row of `data`, then store the kept and the dropped rows apart.

    A row that people want kept (`tasks.base.table.DECIDED`) stays, whatever the mark, unless the
    reason is firm.

    Args:
        data: Dataset of n rows.
        mark: Pure function that adds `drop_*` columns to n rows and returns those n rows.
        params: Settings handed to `mark`.
        schema: What `mark` promises about its marks (`tasks.base.table.marks`).
        firm: Reasons that no word of people overrules.

    Raises:
        DatasetMissingError: `data` has no file.
        RowsChangedError: `mark` returned other rows than it was given.
        SchemaErrors: `mark` broke the promise of `schema`.
    """
    clock, stage = _Clock(), _name(mark)
    outcome = _call(mark, data, params)
    marked = outcome.rows.select("id", cs.starts_with("drop_")).collect()
    _same_rows(stage, data, marked)
    schema.validate(marked, lazy=True)  # eager: pandera checks no values of a LazyFrame
    marked, spared = spare(read_dataset(data), marked, firm)
    made = derive(data, marked, _parted, "filter")
    kept = [parts[0] for parts in made]
    dropped = [lost for _, *some in made for lost in some]
    nothing = pl.concat([pl.DataFrame(schema=SCHEMA), marked.clear().drop("id")], how="horizontal")
    lost_ref = of_parts(dropped or [write_part(nothing, data.store)], data.store)
    reasons = marked.drop_nulls(DROP_REASON)[DROP_REASON].value_counts().sort(DROP_REASON)
    return StageResult(
        data=of_parts(kept, data.store),
        dropped=lost_ref,
        evidence=_store(outcome.evidence, data.store),
        spared=_store(spared, data.store),
        report=clock.report(
            stage,
            "filter",
            rows_in=data.rows,
            rows_out=data.rows - lost_ref.rows,
            dropped=dict(reasons.iter_rows()),
            figures=outcome.figures,
            unfinished=outcome.unfinished,
            cost=outcome.cost,
        ),
    )


def _parted(rows: pl.DataFrame, marks: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """The rows that stay, and if there are any, those that go."""
    is_kept = marks[DROP_REASON].is_null()
    if is_kept.all():
        return (rows,)
    lost = rows.hstack(marks.drop("id")).filter(~is_kept)
    return rows.filter(is_kept), lost


def run_edit(data: DatasetRef, edit: Pure[P], params: P) -> StageResult:
    """Change the text of rows, and list every row that changed.

    Args:
        data: Dataset of n rows.
        edit: Pure function that returns n rows with other `messages`, `rejected`, `tools` or
            `meta`, and `edit_*` columns that say what was done to a row (null: nothing).
        params: Settings handed to `edit`.

    Raises:
        DatasetMissingError: `data` has no file.
        RowsChangedError: `edit` touched anything but the text.
    """
    clock, stage = _Clock(), _name(edit)
    parts: list[Part] = []
    notes: list[pl.DataFrame] = []
    evidence: list[pl.DataFrame] = []
    figures: dict[str, JsonValue] = {}
    for before in read_parts(data):
        returned = edit(before.lazy(), params)
        outcome = returned if isinstance(returned, Outcome) else Outcome(returned)
        after = outcome.rows.collect()
        fixed = [c for c in before.columns if c not in TEXT_COLUMNS]
        if not after.select(fixed).equals(before.select(fixed)):
            raise RowsChangedError(
                f"{stage} added, removed, reordered or renamed rows; an edit changes text alone"
            )
        texts = [c for c in TEXT_COLUMNS if c in before.columns]
        changed = pl.any_horizontal(before[c].ne_missing(after[c]) for c in texts)
        notes.append(after.filter(changed).select("id", cs.starts_with("edit_")))
        parts.append(write_part(after.select(before.columns), data.store))
        figures = add_figures(figures, outcome.figures)
        evidence += [] if outcome.evidence is None else [outcome.evidence]
    edits = pl.concat(notes)
    return StageResult(
        data=of_parts(parts, data.store),
        dropped=write_dataset(pl.DataFrame(schema=SCHEMA), data.store),
        edits=write_dataset(edits, data.store),
        evidence=_store(pl.concat(evidence) if evidence else None, data.store),
        report=clock.report(
            stage,
            "edit",
            rows_in=data.rows,
            rows_out=data.rows,
            edited=edits.height,
            figures=figures,
        ),
    )


def run_score(data: DatasetRef, score: Pure[P], params: P) -> StageResult:
    """Add `score_*` columns (or `split`) to every row, and nothing else.

    A stage that goes on where another stopped may name columns that it fills (`Outcome.fills`);
    rows that have the first of them keep all of them as they are.

    Args:
        data: Dataset of n rows.
        score: Pure function that returns n rows with further columns.
        params: Settings handed to `score`.

    Raises:
        DatasetMissingError: `data` has no file.
        RowsChangedError: `score` returned other rows than it was given, or no score, or changed a
            score that was there.
    """
    clock, stage = _Clock(), _name(score)
    before = read_dataset(data).collect_schema().names()
    outcome = _call(score, data, params)
    names = outcome.rows.collect_schema().names()
    added = [c for c in names if c not in before and (c.startswith("score_") or c == "split")]
    if not added and not outcome.fills:
        raise RowsChangedError(f"{stage} added no score_* column; it returned {sorted(names)}")
    scores = outcome.rows.select("id", *added, *outcome.fills).collect()
    _same_rows(stage, data, scores)

    def scored(rows: pl.DataFrame, mine: pl.DataFrame) -> tuple[pl.DataFrame]:
        _only_fills(stage, rows, mine, outcome.fills)
        return (rows.with_columns(mine.drop("id")),)

    made = derive(data, scores, scored, "fills" if outcome.fills else "score")
    return StageResult(
        data=of_parts([part for (part,) in made], data.store),
        dropped=write_dataset(pl.DataFrame(schema=SCHEMA), data.store),
        evidence=_store(outcome.evidence, data.store),
        report=clock.report(
            stage,
            "score",
            rows_in=data.rows,
            rows_out=data.rows,
            figures=outcome.figures,
            unfinished=outcome.unfinished,
            cost=outcome.cost,
        ),
    )


def run_make(data: DatasetRef, make: Pure[P], params: P) -> StageResult:
    """Add rows to `data`; the rows that were there stay as they are.

    Args:
        data: Dataset of n rows.
        make: Pure function that returns the new rows alone, each with an `origin` other than
            human and the `parent` it was made from.
        params: Settings handed to `make`.

    Raises:
        DatasetMissingError: `data` has no file.
        RowsChangedError: A new row has the id of an old one, or hides where it came from.
        SchemaErrors: A new row is no row.
    """
    clock, stage = _Clock(), _name(make)
    outcome = _call(make, data, params)
    made = ROWS.validate(outcome.rows.select(SCHEMA.names()).collect(), lazy=True)
    old = read_dataset(data).select("id").collect()["id"]
    if made["id"].is_in(old.implode()).any() or (made["origin"] == "human").any():
        raise RowsChangedError(f"{stage} made a row under an old id or with the origin 'human'")
    return StageResult(
        data=of_parts([*data.parts(), write_part(made, data.store)], data.store),
        dropped=write_dataset(pl.DataFrame(schema=SCHEMA), data.store),
        evidence=_store(outcome.evidence, data.store),
        report=clock.report(
            stage,
            "make",
            rows_in=data.rows,
            rows_out=data.rows + made.height,
            made=made.height,
            figures=outcome.figures,
            unfinished=outcome.unfinished,
            cost=outcome.cost,
        ),
    )


def _name(pure: Callable[..., object]) -> str:
    """Family and module of a pure function, also of one whose first arguments are bound."""
    function = pure.func if isinstance(pure, partial) else pure
    return function.__module__.removeprefix("tasks.")


def _call(pure: Pure[P], data: DatasetRef, params: P) -> Outcome:
    returned = pure(read_dataset(data), params)
    return returned if isinstance(returned, Outcome) else Outcome(returned)


def _same_rows(stage: str, data: DatasetRef, returned: pl.DataFrame) -> None:
    if not returned["id"].equals(read_dataset(data).select("id").collect()["id"]):
        raise RowsChangedError(
            f"{stage} returned {returned.height} of {data.rows} rows, or another order; "
            f"a stage marks rows in {DROP_REASON!r} and leaves dropping them to the runner"
        )


def _only_fills(stage: str, part: pl.DataFrame, after: pl.DataFrame, fills: Columns) -> None:
    """See that rows that had the first of `fills` still have what they had."""
    if not fills:
        return
    has_score = part[fills[0]].is_not_null()
    if not all(c.startswith("score_") for c in fills) or not part.filter(has_score).select(
        fills
    ).equals(after.filter(has_score).select(fills)):
        raise RowsChangedError(
            f"{stage} changed {', '.join(fills)} in rows that have a {fills[0]}; it may only give "
            "scores to rows that have none"
        )


def _store(rows: pl.DataFrame | None, store: str) -> DatasetRef | None:
    return None if rows is None else write_dataset(rows, store)
