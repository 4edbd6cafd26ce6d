"""Sources that lose much to copies, and the gate that tells of it."""

import polars as pl

from tasks.base.ledger import SCHEMA
from tasks.publish.gates import Copies, GateParams, Measured, judge_gates
from tasks.publish.lost import copies

SEEN = Measured(read=9, kept=5, dropped=4, quarantined=0, unreadable_files=0, residual_pii=None)


def line(id, source, stage=None, twin=None):
    state = "dropped" if stage else "kept"
    return dict.fromkeys(SCHEMA) | {
        "id": id, "source": source, "state": state, "stage": stage, "twin_of": twin,
    }  # fmt: skip


def test_copies_are_counted_by_source_with_the_families_that_took_most():
    ledger = pl.DataFrame(
        [line("a", "x"), line("b", "x", "dedup.near", "a"), line("c", "x", "dedup.exact", "a"),
         line("d", "x", "dedup.near", "z"), line("e", "y"), line("f", "y", "validate.rows")],
        schema=SCHEMA,
    )  # fmt: skip
    assert copies(ledger) == (Copies("x", 4, 3, (("a", 2), ("z", 1))),)


def test_a_source_that_loses_more_than_its_share_fails_the_run_and_is_named():
    lost = (Copies("x", 4, 3, (("a", 2), ("z", 1))), Copies("y", 100, 4, (("q", 4),)))
    [gate] = [
        g for g in judge_gates(SEEN._replace(copies=lost), GateParams(max_copies=0.5))
        if g.name == "max_copies"
    ]  # fmt: skip
    assert not gate.passed
    assert gate.text.startswith("3 of 4 rows (75.0%) of x left as copies: 2 to a, 1 to z")
    passed = judge_gates(SEEN._replace(copies=lost), GateParams(max_copies=0.8))
    assert all(g.passed for g in passed)
