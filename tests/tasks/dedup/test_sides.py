"""No row of train holds what test asks: where it is looked for, and who leaves."""

import polars as pl
import pytest

from tasks.dedup.sides import MARKED, SidesParams, mark_leaking
from tests.builders import row, table
from tests.tasks.dedup.test_protected import ASKED, OTHERS, SOLVED

LONG = f"Solve each of these. First: what is seven times eight? Second: {ASKED} Thanks a lot!"


def gone(*rows, enabled=True, **params):
    """Survivor and detail of every row that leaves; rows are (id, side, asked, told)."""
    made = table(*(row(name, asked, told) for name, _, asked, told in rows))
    sides = pl.Series("split", [side for _, side, _, _ in rows], pl.String)
    others = table(*OTHERS).with_columns(split=pl.lit("train"))
    whole = pl.concat([made.with_columns(sides), others])
    given = SidesParams(enabled=enabled, rephrased=False, **params)
    frame = mark_leaking(whole, given).rows.collect()
    MARKED.validate(frame.select(list(MARKED.columns)))
    assert frame.height == len(rows) + len(OTHERS)
    lost = frame.filter(pl.col("drop_reason").is_not_null())
    return dict(lost.select("id", "drop_twin_of").iter_rows())


@pytest.mark.parametrize("side", ["test", "validation"])
def test_a_row_of_train_that_holds_a_question_of_a_smaller_side_leaves(side):
    assert gone(("t", side, ASKED, SOLVED), ("a", "train", LONG, SOLVED)) == {"a": "t"}


def test_a_row_of_validation_leaves_for_test_and_never_the_other_way_round():
    assert gone(("t", "test", ASKED, SOLVED), ("v", "validation", LONG, SOLVED)) == {"v": "t"}
    assert gone(("t", "test", LONG, SOLVED), ("v", "validation", ASKED, SOLVED)) == {}


@pytest.mark.parametrize("side", ["train", "test"])
def test_rows_of_one_side_may_hold_each_other(side):
    assert gone(("t", side, ASKED, SOLVED), ("a", side, LONG, SOLVED)) == {}


def test_it_is_off_unless_switched_on():
    assert SidesParams().enabled is False
    rows = ("t", "test", ASKED, SOLVED), ("a", "train", LONG, SOLVED)
    assert gone(*rows, enabled=False) == {}


def test_rows_without_sides_stay():
    rows = table(row("t", ASKED, SOLVED), row("a", LONG, SOLVED))
    assert (
        mark_leaking(rows, SidesParams(enabled=True)).rows.collect()["drop_reason"].null_count()
        == 2
    )


def test_the_mark_says_where_and_how_sure():
    made = table(row("t", ASKED, SOLVED), row("a", LONG, SOLVED), *OTHERS)
    sides = pl.Series("split", ["test", *["train"] * (1 + len(OTHERS))])
    outcome = mark_leaking(made.with_columns(sides), SidesParams(enabled=True, rephrased=False))
    frame = outcome.rows.collect()
    assert frame["drop_detail"][1].startswith("exact: turn 1, characters 6")
    assert frame["drop_score"][1] > 0.9
    assert outcome.figures == {"train": 1, "validation": 0}
