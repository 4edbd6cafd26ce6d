"""Tables of a run, as Prefect's UI shows them."""

import json

import pytest

from tasks.publish.tables import cost_table, gates_table, scores_table, waterfall_table
from tests.tasks.publish.sample_report import SCRIPT, sample_report

ENTRY = {"stage": "a.b", "reason": "r", "what": "w", "dropped": 1, "share": 0.001, "left": 9}


def test_a_line_of_the_table_says_what_left_and_why() -> None:
    assert waterfall_table(sample_report())[8] == {
        "stage": "dedup.near", "reason": "near_twin",
        "dropped": 611, "share": "13.9 %", "left": 3252,
        "what it means": "another row has almost the same text",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "lines"), [(0, 0), (199, 199), (200, 200), (201, 200), (999, 200)]
)
def test_the_table_never_has_more_than_200_lines(entries: int, lines: int) -> None:
    assert len(waterfall_table({"waterfall": [ENTRY] * entries})) == lines


def test_the_last_line_adds_up_what_the_table_has_no_room_for() -> None:
    last = waterfall_table({"waterfall": [*[ENTRY] * 300, {**ENTRY, "left": 5}]})[-1]
    assert (last["dropped"], last["share"], last["left"]) == (102, "10.2 %", 5)
    assert last["reason"] == "102 more"


def test_a_failed_gate_stands_first() -> None:
    lines = gates_table(sample_report())
    assert [line["passed"] for line in lines] == ["✗ failed", "✓", "✓"]
    assert lines[0] == {
        "gate": "quarantined", "passed": "✗ failed", "measured": 0.0126, "limit": 0.01,
        "in words": "1.3 % quarantined, at most 1 % allowed",
    }  # fmt: skip


def test_the_first_line_of_the_cost_is_the_whole_run_without_what_came_from_cache() -> None:
    timings = [
        {"stage": "a", "seconds": 1.0, "cpu_seconds": 2.0, "rows": 5, "cached": False},
        {"stage": "b", "seconds": 0.5, "cpu_seconds": 9.0, "rows": 5, "cached": True},
    ]
    cost = {"calls": 7, "recalled": 2, "batched": 0, "tokens": 900, "money": 0.25}
    free = cost_table({"timings": timings, "counts": {"read": 6}})
    paid = cost_table({"timings": timings, "counts": {"read": 6}, "cost": cost})
    whole = {"stage": "whole run", "rows": 6, "seconds": 1.5, "CPU seconds": 2.0,
             "from cache": "1 of 2"}  # fmt: skip
    assert free[0] == whole
    assert paid[0] == {**whole, "calls": 7, "remembered": 2, "tokens": 900, "money": 0.25}
    assert len(free) == 3


def test_a_score_is_a_line_with_how_it_lies() -> None:
    scores = scores_table(sample_report())
    assert scores
    assert {"score", "column", "rows", "median", "mean"} <= set(scores[0])


@pytest.mark.parametrize("make", [waterfall_table, gates_table, scores_table, cost_table])
def test_a_run_that_says_nothing_has_an_empty_table(make) -> None:
    assert make({}) == []


def test_a_table_of_anything_stays_small() -> None:
    report = {
        "waterfall": [{**ENTRY, "stage": SCRIPT * 99, "what": "w" * 9_000}] * 999,
        "gates": [{"name": "g" * 999, "value": 1.0, "limit": 1, "passed": True,
                   "text": "t" * 9_000}] * 999,
        "timings": [{"stage": "s" * 9_000, "seconds": 1.0}] * 999,
        "quality": {"scores": [{"name": "n" * 999, "title": "t" * 999, "what": "w" * 999}] * 999},
    }  # fmt: skip
    for make in (waterfall_table, gates_table, scores_table, cost_table):
        lines = make(report)
        assert len(lines) <= 200
        assert len(json.dumps(lines).encode()) < 200_000
