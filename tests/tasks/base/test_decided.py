"""Decisions of people in the ledger: of every row that was decided over, whatever became of it."""

import polars as pl
import pytest

from tasks.base.dataset import DatasetRef, read_dataset, write_dataset
from tasks.base.decided import spare
from tasks.base.ledger import build_ledger
from tasks.base.params import StageParams
from tasks.base.stage import run_filter
from tasks.base.table import DROP_REASON, QUARANTINE, marks
from tests.builders import row, table

REASONS = ("soft", "hard")
MARKED = marks(REASONS)


def mark(rows, _params):
    """Rows with an s are soft, those with an h hard."""
    first = pl.col("id").str.head(1)
    reason = first.replace_strict({"s": "soft", "h": "hard"}, default=None, return_dtype=pl.String)
    return rows.with_columns(reason.alias(DROP_REASON))


@pytest.fixture
def data(tmp_path) -> DatasetRef:
    decided = {"s1": "keep", "s2": "edit", "s3": "drop", "h1": "keep", "k1": "keep"}
    rows = table(*(row(i, "q", "a") for i in ("s1", "s2", "s3", "s4", "h1", "k1", "k2")))
    told = pl.col("id").replace_strict(decided, default=None, return_dtype=pl.String)
    frame = rows.with_columns(
        score_review=told, score_review_detail=pl.format("2 of 2 people: {}", told)
    )
    return write_dataset(frame.collect(), str(tmp_path))


@pytest.fixture
def result(data):
    return run_filter(data, mark, StageParams(), MARKED, firm=("hard",))


def test_rows_that_people_want_stay_unless_the_reason_is_firm(result):
    assert set(read_dataset(result.data).collect()["id"]) == {"s1", "s2", "k1", "k2"}
    assert result.report.dropped == {"hard": 1, "soft": 2}
    assert set(read_dataset(result.spared).collect()["id"]) == {"s1", "s2"}


def test_where_nobody_was_asked_no_mark_changes_and_nothing_is_noted():
    rows = table(row("s1", "q", "a"))
    marked = mark(rows, None).select("id", DROP_REASON).collect()
    found, spared = spare(rows, marked, ())
    assert found is marked
    assert spared is None


def test_every_decision_stands_in_the_ledger(result, tmp_path):
    nothing = write_dataset(pl.DataFrame(schema=QUARANTINE), str(tmp_path))
    ledger = build_ledger(result.data, [result], nothing, 7)
    lines = {i: (reason, detail) for i, reason, detail in
             ledger.select("id", "reason", "detail").iter_rows()}  # fmt: skip
    stage = result.report.stage
    assert lines == {
        "s1": ("kept_by_review", f"2 of 2 people: keep; {stage} would have dropped it: soft"),
        "s2": ("edited_by_review", f"2 of 2 people: edit; {stage} would have dropped it: soft"),
        "k1": ("kept_by_review", "2 of 2 people: keep"),
        "k2": (None, None),
        "h1": ("hard", "2 of 2 people: keep"),  # overruled, and it can be seen
        "s3": ("soft", "2 of 2 people: drop"),
        "s4": ("soft", None),
    }
