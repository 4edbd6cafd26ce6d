"""The way of the rows as a diagram."""

from tasks.publish.graph import graph
from tests.tasks.publish.sample_report import SCRIPT, sample_report

TIMINGS = [
    {"stage": "ingest.read", "seconds": 0.5, "rows": 2, "cached": False},
    {"stage": "dedup.near", "seconds": 1.25, "rows": 1200, "cached": True},
    {"stage": "augment.evolve", "seconds": 2.0, "rows": 1100, "cached": False},
]
WATERFALL = [
    {"stage": "ingest", "reason": "empty_line", "dropped": 3, "left": 1200},
    {"stage": "dedup.near", "reason": "near_duplicate", "dropped": 60, "left": 1140},
    {"stage": "dedup.near", "reason": "other", "dropped": 40, "left": 1100},
    {"stage": "augment.evolve", "reason": "", "dropped": 0, "made": 50, "left": 1150},
]


def test_stages_stand_in_order_with_what_left_and_what_was_made_beside_them() -> None:
    lines = graph({"timings": TIMINGS, "waterfall": WATERFALL}).splitlines()
    assert lines[0] == "flowchart TD"
    assert '  s1["dedup.near<br/>1,200 rows, cached"]:::cached' in lines
    assert "  s0 --> s1" in lines
    assert "  s2 --> s3" not in lines
    assert '  s0 -.-> d0(["3 quarantined"]):::gone' in lines
    assert '  s1 -.-> d1(["100 dropped"]):::gone' in lines
    assert '  m2(["50 made"]):::made -.-> s2' in lines
    assert not any(line.startswith("  s2 -.->") for line in lines)


def test_a_run_without_stages_has_no_diagram() -> None:
    assert graph({}) == ""


def test_no_name_ends_its_box_and_no_run_is_without_end() -> None:
    evil = [{"stage": f'x"]; click s0 "javascript:{SCRIPT}', "seconds": 1.0, "rows": 1}] * 500
    drawn = graph({"timings": evil})
    assert "javascript:" not in drawn
    assert "<script" not in drawn
    assert drawn.count('"]') == drawn.count('["') == 60


def test_a_whole_report_is_drawn() -> None:
    report = sample_report()
    assert graph(report).count(" rows, ") == len(report["timings"])
