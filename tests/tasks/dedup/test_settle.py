"""Contradictions: each policy, and that nothing but a family is touched."""

import polars as pl
import pytest

from tasks.dedup.settle import MARKED, SettleParams, mark_conflicts
from tests.builders import row, table

ROWS = (
    row("a", "Capital?", "Sydney", source="web"),
    row("b", "Capital?", "Canberra, and not Sydney"),
    row("c", "Else?", "No"),
    row("d", "Alone?", "Yes"),
)
FAMILIES = ["a", "a", None, "d"]


def dropped(**params):
    named = pl.Series("score_conflict", FAMILIES)
    rows = table(*ROWS).with_columns(named)
    found = mark_conflicts(rows, SettleParams(**params)).collect()
    MARKED.validate(found.select(list(MARKED.columns)))
    lost = found.filter(pl.col("drop_reason").is_not_null())
    return lost.select("id", "drop_reason", "drop_twin_of").rows()


@pytest.mark.parametrize(
    ("policy", "lost"),
    [
        ("keep", []),
        ("prefer", [("a", "contradiction", "b")]),
        ("drop", [("a", "contradiction", None), ("b", "contradiction", None)]),
        ("review", [("a", "sent_to_review", None), ("b", "sent_to_review", None)]),
    ],
)
def test_a_family_goes_as_it_was_decided(policy, lost):
    assert dropped(policy=policy) == lost


def test_the_preferred_row_is_the_one_that_was_asked_for():
    lost = dropped(policy="prefer", prefer=("source",), prefer_sources=("web",))
    assert lost == [("b", "contradiction", "a")]


def test_rows_that_were_never_looked_at_stay():
    found = mark_conflicts(table(*ROWS), SettleParams(policy="drop")).collect()
    assert found["drop_reason"].null_count() == len(ROWS)
