"""The runners: rows are dropped and made here alone, and a stage that tries to is stopped."""

from functools import partial

import pandera.polars as pa
import polars as pl
import pytest
from pandera.errors import SchemaErrors

from tasks.base.dataset import read_dataset
from tasks.base.errors import DatasetMissingError, RowsChangedError
from tasks.base.params import StageParams
from tasks.base.stage import Outcome, run_edit, run_filter, run_make, run_score
from tasks.base.table import marks
from tests.builders import row, texts, turn

ROWS = [row("a", "Hi", "Yo"), row("b", "Hi", "No"), row("c", "Ho", "Yo")]
BAD = marks(("bad",), {"drop_score": pa.Column(pl.Float64, nullable=True)})
NONE = StageParams()


def ids(data):
    return read_dataset(data).collect()["id"].to_list()


def mark(rows, _params, *, lost=("b",), reason="bad"):
    is_lost = pl.col("id").is_in(list(lost))
    return rows.with_columns(
        drop_reason=pl.when(is_lost).then(pl.lit(reason)), drop_score=pl.when(is_lost).then(0.5)
    )


def changed(change):
    """A pure function that marks rows and then does what it may not do."""
    return lambda rows, params: change(mark(rows, params))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_kept_and_dropped_rows_are_stored_apart_with_their_evidence(store, size):
    result = run_filter(store(*ROWS, size=size), mark, NONE, BAD)
    assert (ids(result.data), ids(result.dropped)) == (["a", "c"], ["b"])
    assert "drop_reason" not in read_dataset(result.data).collect_schema()
    lost = read_dataset(result.dropped).collect()
    assert lost.select("drop_reason", "drop_score").rows() == [("bad", 0.5)]
    assert result.report.dropped == {"bad": 1}
    assert (result.report.rows_in, result.report.rows_out) == (3, 2)


@pytest.mark.parametrize("lost", [(), ("a", "b", "c")], ids=["none", "all"])
def test_all_or_none_may_be_dropped_and_both_tables_keep_their_columns(store, lost):
    result = run_filter(store(*ROWS), partial(mark, lost=lost), NONE, BAD)
    assert (result.data.rows, result.dropped.rows) == (3 - len(lost), len(lost))
    assert {"id", "drop_reason", "drop_score"} <= set(read_dataset(result.dropped).collect_schema())
    assert set(read_dataset(result.data).collect_schema()) == set(ROWS[0])


@pytest.mark.parametrize(
    "change",
    [lambda r: r.head(1), lambda r: r.reverse(), lambda r: pl.concat([r, r]),
     lambda r: r.with_columns(id=pl.lit("x"))],
    ids=["removes", "reorders", "repeats", "renames"],
)  # fmt: skip
def test_a_filter_that_changes_rows_is_stopped(store, change):
    with pytest.raises(RowsChangedError, match="rows, or another order"):
        run_filter(store(*ROWS), changed(change), NONE, BAD)


def test_a_filter_cannot_touch_the_text(store):
    rewrite = changed(lambda r: r.with_columns(tools=pl.lit("other")))
    result = run_filter(store(*ROWS), rewrite, NONE, BAD)
    assert read_dataset(result.data).collect()["tools"].to_list() == [None, None]


def test_marks_that_were_not_declared_are_stopped(store):
    with pytest.raises(SchemaErrors, match="drop_reason"):
        run_filter(store(*ROWS), partial(mark, reason="typo"), NONE, BAD)
    extra = changed(lambda r: r.with_columns(drop_note=pl.lit("x")))
    with pytest.raises(SchemaErrors, match="drop_note"):
        run_filter(store(*ROWS), extra, NONE, BAD)


def test_figures_and_evidence_are_kept_beside_the_rows(store):
    def told(rows, params):
        return Outcome(mark(rows, params), {"seen": 3}, pl.DataFrame({"pair": ["a-b"]}))

    result = run_filter(store(*ROWS), told, NONE, BAD)
    assert result.report.figures == {"seen": 3}
    assert read_dataset(result.evidence).collect()["pair"].to_list() == ["a-b"]
    assert run_filter(store(*ROWS), mark, NONE, BAD).evidence is None


def upper(rows, _params):
    """Put every text of a user in capitals."""
    said = pl.element().struct
    capitals = pl.struct(
        said.field("role"),
        pl.when(said.field("role") == "user")
        .then(said.field("content").str.to_uppercase())
        .otherwise(said.field("content"))
        .alias("content"),
        said.field("extra"),
    )
    after = rows.with_columns(messages=pl.col("messages").list.eval(capitals))
    return Outcome(after.with_columns(edit_kind=pl.lit("case")), {"texts": 1, "kinds": {"case": 1}})


@pytest.mark.parametrize("size", [1, 3])
def test_an_edit_lists_the_rows_it_changed_and_adds_up_its_figures(store, size):
    rows = [*ROWS, row("d", "LOUD", "x")]
    result = run_edit(store(*rows, size=size), upper, NONE)
    assert texts(read_dataset(result.data)) == [
        ["HI", "Yo"],
        ["HI", "No"],
        ["HO", "Yo"],
        ["LOUD", "x"],
    ]
    assert read_dataset(result.edits).collect().rows() == [
        ("a", "case"),
        ("b", "case"),
        ("c", "case"),
    ]
    assert result.report.edited == 3
    assert "edit_kind" not in read_dataset(result.data).collect_schema()
    parts = -(-4 // size)
    assert result.report.figures == {"texts": parts, "kinds": {"case": parts}}


@pytest.mark.parametrize("column", ["messages", "rejected", "tools", "meta"])
def test_a_change_of_any_text_column_counts_also_from_and_to_null(store, column):
    value = [turn("user", "x")] if column in ("messages", "rejected") else "{}"
    dtype = pl.Series([value]).dtype if isinstance(value, str) else None
    literal = pl.lit(pl.Series([value])) if dtype is None else pl.lit(value)

    def edit(rows, _params):
        typed = literal.cast(rows.collect_schema()[column])
        return rows.with_columns(
            pl.when(pl.col("id") == "a").then(typed).otherwise(column).alias(column)
        )

    result = run_edit(store(ROWS[0], ROWS[1]), edit, NONE)
    assert ids(result.edits) == ["a"]


@pytest.mark.parametrize(
    "change",
    [lambda r: r.head(1), lambda r: r.reverse(), lambda r: r.with_columns(source=pl.lit("x")),
     lambda r: r.with_columns(origin=pl.lit("synthetic")), lambda r: pl.concat([r, r])],
    ids=["removes", "reorders", "source", "origin", "repeats"],
)  # fmt: skip
def test_an_edit_that_changes_more_than_text_is_stopped(store, change):
    with pytest.raises(RowsChangedError, match="text alone"):
        run_edit(store(*ROWS), lambda rows, _: change(rows), NONE)


def test_a_score_adds_its_columns_and_nothing_else(store):
    def score(rows, _params):
        return rows.with_columns(
            score_n=pl.int_range(pl.len()),
            other=pl.lit(1),
            tools=pl.lit("touched"),
            split=pl.lit("t"),
        )

    result = run_score(store(*ROWS, size=2), score, NONE)
    frame = read_dataset(result.data).collect()
    assert frame.columns == [*ROWS[0], "score_n", "split"]
    assert frame["score_n"].to_list() == [0, 1, 2]
    assert frame["tools"].to_list() == [None] * 3


@pytest.mark.parametrize(
    "score",
    [lambda rows, _: rows, lambda rows, _: rows.with_columns(other=pl.lit(1)),
     lambda rows, _: rows.reverse().with_columns(score_n=pl.lit(1)),
     lambda rows, _: rows.head(1).with_columns(score_n=pl.lit(1))],
    ids=["no column", "a column of another name", "reorders", "removes"],
)  # fmt: skip
def test_a_score_that_scores_nothing_or_changes_rows_is_stopped(store, score):
    with pytest.raises(RowsChangedError):
        run_score(store(*ROWS), score, NONE)


def scored(rows, **values):
    ids = list(values)
    score = pl.col("id").replace_strict(ids, list(values.values()), default=None)
    return rows.with_columns(score_n=score.cast(pl.Int64), score_why=pl.lit("seen"))


def fill(rows, _params, *, given, fills=("score_n", "score_why")):
    return Outcome(scored(rows, **given), fills=fills)


def test_a_score_may_give_a_value_to_rows_that_have_none(store):
    first = run_score(store(*ROWS), lambda rows, _: scored(rows, a=1), NONE)
    second = run_score(first.data, partial(fill, given={"a": 1, "c": 3}), NONE)
    frame = read_dataset(second.data).collect()
    assert frame.columns == [*ROWS[0], "score_n", "score_why"]
    assert frame["score_n"].to_list() == [1, None, 3]


@pytest.mark.parametrize(
    ("given", "fills"),
    [({"a": 2, "c": 3}, ("score_n", "score_why")), ({"c": 3}, ("score_n",)),
     ({"a": 1}, ("score_n", "source"))],
    ids=["another value", "takes it away", "a column that is no score"],
)  # fmt: skip
def test_a_score_that_changes_what_is_there_is_stopped(store, given, fills):
    first = run_score(store(*ROWS), lambda rows, _: scored(rows, a=1), NONE)
    with pytest.raises(RowsChangedError, match="rows that have a score_n"):
        run_score(first.data, partial(fill, given=given, fills=fills), NONE)


def made(*rows):
    frame = pl.LazyFrame(list(rows), schema=pl.Schema(read_schema()))
    return lambda _rows, _params: frame


def read_schema():
    from tasks.base.table import SCHEMA

    return dict(SCHEMA)


NEW = row("n", "Hi", "Yo!", origin="synthetic", parent="a", source_row=None)


def test_made_rows_come_after_the_old_ones(store):
    data = store(*ROWS)
    result = run_make(data, made(NEW), NONE)
    assert ids(result.data) == ["a", "b", "c", "n"]
    assert (result.report.made, result.report.rows_out) == (1, 4)
    assert result.data.parts()[0] == data.parts()[0]


@pytest.mark.parametrize("fault", [{"id": "a"}, {"origin": "human"}])
def test_a_made_row_that_hides_what_it_is_is_stopped(store, fault):
    with pytest.raises(RowsChangedError, match="made a row"):
        run_make(store(*ROWS), made({**NEW, **fault}), NONE)


@pytest.mark.parametrize("fault", [{"origin": "robot"}, {"source_row": -1}, {"source": None}])
def test_a_made_row_that_is_no_row_is_stopped(store, fault):
    with pytest.raises(SchemaErrors):
        run_make(store(*ROWS), made({**NEW, **fault}), NONE)
    with pytest.raises(SchemaErrors):
        run_make(store(*ROWS), made(NEW, NEW), NONE)


def test_data_that_is_gone_is_an_error_of_its_own(store):
    data = store(*ROWS)
    data.files()[0].unlink()
    with pytest.raises(DatasetMissingError, match="no longer in the store"):
        run_filter(data, mark, NONE, BAD)


def test_the_log_tells_counts_and_no_text(store, caplog):
    caplog.set_level("INFO")
    run_filter(store(row("a", "top secret", "x")), partial(mark, lost=("a",)), NONE, BAD)
    [line] = [r.getMessage() for r in caplog.records]
    assert "1 rows in, 0 out, dropped {'bad': 1}" in line
    assert "secret" not in line
