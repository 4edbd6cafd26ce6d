"""What a run found as tables for Prefect's UI: waterfall, gates, scores, cost.

Each table answers one question and fits a screen: the figures come first, long words last, for the
UI cuts what is too wide. An empty table means that there is nothing to say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.publish.excerpt import plain
from tasks.publish.report import share

MOST_ROWS = 200

Report = Mapping[str, Any]
Table = list[dict[str, str | int | float]]


def waterfall_table(report: Report) -> Table:
    """A line per stage and reason, `MOST_ROWS` at most; the last adds up what has no room."""
    entries = list(report.get("waterfall") or ())
    shown = entries if len(entries) <= MOST_ROWS else entries[: MOST_ROWS - 1]
    lines = [_step(entry) for entry in shown]
    if rest := entries[len(shown) :]:
        summed = {"dropped": sum(e["dropped"] for e in rest), "left": rest[-1]["left"]}
        told = {"stage": "…", "reason": f"{len(rest)} more", "what": "see the report page"}
        lines.append(_step({**told, **summed, "share": sum(e["share"] for e in rest)}))
    return lines


def _step(entry: Report) -> dict[str, str | int | float]:
    return {
        "stage": plain(entry["stage"], 60),
        "reason": plain(entry["reason"], 60),
        "dropped": entry["dropped"],
        "share": share(entry.get("share")),
        "left": entry["left"],
        "what it means": plain(entry.get("what") or "", 160),
    }


def gates_table(report: Report) -> Table:
    """A line per gate: whether it passed, what was measured, what is the limit."""
    gates: Sequence[Report] = report.get("gates") or ()
    return [
        {"gate": plain(gate["name"], 60), "passed": "✓" if gate["passed"] else "✗ failed",
         "measured": round(gate["value"], 4), "limit": gate["limit"],
         "in words": plain(gate.get("text") or "", 200)}
        for gate in sorted(gates, key=lambda gate: bool(gate["passed"]))[:MOST_ROWS]
    ]  # fmt: skip


def scores_table(report: Report) -> Table:
    """A line per score: how many rows have it, and how it lies; empty where nothing was scored."""
    scores: Sequence[Report] = (report.get("quality") or {}).get("scores") or ()
    return [
        {"score": plain(one["title"], 60), "column": plain(one["name"], 60),
         "rows": one.get("rows", 0), "without": one.get("unscored", 0),
         "median": _rounded(one.get("median")), "mean": _rounded(one.get("mean")),
         "what it means": plain(one.get("what") or "", 160)}
        for one in scores[:MOST_ROWS]
    ]  # fmt: skip


def cost_table(report: Report) -> Table:
    """What the whole run took and paid, then a line per stage with its time."""
    timings: Sequence[Report] = report.get("timings") or ()
    lines: Table = [
        {"stage": plain(t["stage"], 60), "rows": t.get("rows") or 0,
         "seconds": round(t["seconds"], 2), "CPU seconds": round(t.get("cpu_seconds") or 0, 2),
         "from cache": "yes" if t.get("cached") else ""}
        for t in timings[: MOST_ROWS - 1]
    ]  # fmt: skip
    if not lines:
        return []
    fresh = [t for t in timings if not t.get("cached")]
    whole = {
        "stage": "whole run", "rows": (report.get("counts") or {}).get("read", 0),
        "seconds": round(sum(t["seconds"] for t in timings), 2),
        "CPU seconds": round(sum(t.get("cpu_seconds") or 0 for t in fresh), 2),
        "from cache": f"{len(timings) - len(fresh)} of {len(timings)}",
    }  # fmt: skip
    return [{**whole, **_paid(report)}, *lines]


def _paid(report: Report) -> dict[str, str | int | float]:
    """Calls, tokens and money; nothing where no model was asked."""
    cost = report.get("cost") or {}
    if not (cost.get("calls") or cost.get("recalled")):
        return {}
    return {"calls": cost["calls"], "remembered": cost.get("recalled", 0),
            "tokens": cost.get("tokens", 0), "money": cost.get("money", 0.0)}  # fmt: skip


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 3)
