"""Reports: rows are conserved, and parts add up."""

import pytest

from tasks.base.errors import RowsChangedError
from tasks.base.report import StageReport, join_reports


def report(**counts):
    return StageReport(**{"stage": "x.y", "kind": "filter", "rows_in": 3, "rows_out": 3, **counts})


def test_rows_in_and_made_are_rows_out_and_dropped():
    report(rows_out=1, dropped={"a": 1, "b": 1})
    report(kind="make", rows_out=5, made=2)


@pytest.mark.parametrize(
    "counts", [{"rows_out": 2}, {"rows_out": 4}, {"dropped": {"a": 1}}, {"made": 1}]
)
def test_a_report_that_loses_or_invents_rows_cannot_be_written(counts):
    with pytest.raises(RowsChangedError, match=r"x\.y: 3 rows in"):
        report(**counts)


def test_the_parts_of_a_stage_add_up():
    one = report(rows_out=1, dropped={"b": 2}, figures={"n": 1, "kinds": {"x": 1}, "name": "m"},
                 seconds=1.0, cpu_seconds=0.5, edited=1)  # fmt: skip
    two = report(
        rows_out=2, dropped={"a": 1}, seconds=2.0, cpu_seconds=0.25,
        figures={"n": 2.5, "kinds": {"x": 2, "y": 3}, "z": 4},
    )  # fmt: skip
    joined = join_reports([one, two])
    assert (joined.rows_in, joined.rows_out, joined.edited) == (6, 3, 1)
    assert joined.dropped == {"a": 1, "b": 2}
    assert joined.figures == {"kinds": {"x": 3, "y": 3}, "n": 3.5, "name": "m", "z": 4}
    assert (joined.seconds, joined.cpu_seconds) == (3.0, 0.75)


def test_one_part_is_itself():
    assert join_reports([report(figures={"n": 1})]) == report(figures={"n": 1})
