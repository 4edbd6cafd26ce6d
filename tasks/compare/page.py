"""Draw a comparison as one page that needs no network, in the style of the report."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.publish.charts import Line, stacked
from tasks.publish.report import fitting, page, share

Facts = Mapping[str, Any]

SECTIONS = {
    "rows": ("What came and went, and why", "counts"),
    "changed": ("Rows that changed", "changed"),
    "sides": ("Sides of the split", "sides"),
    "shift": ("What shifted", "shifts"),
    "fates": ("Every count, from fate to fate", "fates"),
    "sources": ("By source", "sources"),
    "differences": ("What the runs differ in", "differences"),
}
"""Anchor -> title, and the key that must have something to show."""
MOST = 24  # lines of a chart


def render(facts: Facts) -> str:
    """The page of a comparison (`tasks.compare.compare.Comparison.facts`)."""
    shown = {name: title for name, (title, key) in SECTIONS.items() if facts.get(key)}
    return fitting(
        lambda examples, limit: page(
            "compare/page.html", c=facts, sections=shown, steps=steps(facts),
            shifts=shifts(facts["shifts"]), examples=examples, limit=limit,
        )
    )  # fmt: skip


def steps(facts: Facts) -> list[Line]:
    """A line for each reason: rows left, and beside them those that it took or gave."""
    counts = facts["counts"]
    most = max([counts["before"], *(w["left"] + w["rows"] for w in facts["waterfall"])], default=0)
    lines = [Line("before", stacked([(counts["before"], "left")], most), f"{counts['before']:,}")]
    for one in facts["waterfall"][:MOST]:
        lost = one["went"] == "lost"
        still = one["left"] if lost else one["left"] - one["rows"]
        bar = stacked([(still, "left"), (one["rows"], "validate" if lost else "select")], most)
        name = f"{one['stage']} {one['reason']}" if one["stage"] else one["what"]
        sign = "−" if lost else "+"
        lines.append(Line(name, bar, f"{one['left']:,}", f"{sign}{one['rows']:,}"))
    return lines


def shifts(found: Sequence[Facts]) -> list[Line]:
    """A line for each measure: how far it moved, and how far chance would move it."""
    most = max((one["shift"] for one in found), default=0)
    return [
        Line(
            one["title"],
            stacked([(one["shift"], "now" if one["is_real"] else "left")], most),
            share(one["shift"]),
            f"chance {share(one['by_chance'])}",
        )
        for one in found[:MOST]
        if one["shift"]
    ]
