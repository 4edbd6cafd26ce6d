"""The table: what is a row, and what a filter may say."""

import polars as pl
import pytest
from pandera.errors import SchemaError, SchemaErrors

from tasks.base.table import ROWS, SCHEMA, TEXT_COLUMNS, empty_rows, marks
from tests.builders import row, table


def check(*rows):
    return ROWS.validate(table(*rows).collect(), lazy=True)


def test_rows_of_every_origin_are_rows():
    check(row("a", "x"), row("b", origin="synthetic", parent="a", source_row=None))
    ROWS.validate(empty_rows())


@pytest.mark.parametrize(
    "fault",
    [{"origin": "robot"}, {"source_row": -1}, {"source": None}, {"messages": None}, {"id": None}],
)
def test_what_is_no_row_is_refused(fault):
    with pytest.raises(SchemaErrors):
        check({**row("a", "x"), **fault})


def test_two_rows_with_one_id_are_refused():
    with pytest.raises(SchemaErrors):
        check(row("a", "x"), row("a", "y"))


def test_columns_that_say_which_row_it_is_are_no_text():
    assert {"id", "source", "source_row", "origin", "parent"} == set(SCHEMA) - set(TEXT_COLUMNS)


@pytest.mark.parametrize("reason", ["bad", None])
def test_declared_reasons_and_null_are_marks(reason):
    frame = pl.DataFrame(
        {"id": ["a"], "drop_reason": [reason]}, schema={"id": pl.String, "drop_reason": pl.String}
    )
    marks(("bad",)).validate(frame)


@pytest.mark.parametrize(
    "columns", [{"drop_reason": ["worse"]}, {"drop_reason": ["bad"], "drop_x": [1]}]
)
def test_other_reasons_and_other_columns_are_not(columns):
    with pytest.raises(SchemaError):
        marks(("bad",)).validate(pl.DataFrame({"id": ["a"], **columns}))
