"""Limits on what changes from one release to the next."""

from typing import Any

from tasks.compare.params import ShiftGates
from tasks.publish.gates import Gate

Facts = dict[str, Any]


def judge_shift(
    counts: Facts, trained: Facts, shifts: list[Facts], limits: ShiftGates
) -> list[Gate]:
    """Every gate that is on, failed ones first.

    Args:
        counts: Rows before, after, lost, gained, stayed, changed and moved.
        trained: Rows of validation and test, and those of them in the earlier release's train.
        shifts: What was measured on both releases.
        limits: The gates.
    """
    before, stayed = max(counts["before"], 1), max(counts["stayed"], 1)
    held_out = max(trained["held_out"], 1)
    asked = [
        ("max_lost", counts["lost"], before, "rows lost"),
        ("max_gained", counts["gained"], before, "rows gained"),
        ("max_changed", counts["changed"], stayed, "rows in both changed"),
        ("max_moved", counts["moved"], stayed, "rows in both are on another side"),
        ("max_trained_before", trained["rows"], held_out,
         "rows of validation and test were in train before"),
    ]  # fmt: skip
    gates = [_share(*one, limits) for one in asked if getattr(limits, one[0]) is not None]
    if limits.max_shift is not None:
        gates.append(_shift(shifts, limits.max_shift))
    return sorted(gates, key=lambda gate: gate.passed)


def _share(name: str, rows: int, of: int, what: str, limits: ShiftGates) -> Gate:
    limit, value = getattr(limits, name), rows / of
    told = f"{rows:,} of {of:,} ({value:.1%}) {what}, at most {limit:g} allowed"
    return Gate(name, limit, round(value, 6), value <= limit, told)


def _shift(shifts: list[Facts], limit: float) -> Gate:
    """The measure that moved most, of those that chance alone would not have moved so far."""
    real = [one for one in shifts if one["is_real"]]
    if not real:
        told = f"nothing shifted by more than chance would, at most {limit:g} allowed"
        return Gate("max_shift", limit, 0, True, told)
    worst = max(real, key=lambda one: one["shift"])
    told = f"{worst['title']} shifted by {worst['shift']:.1%}, at most {limit:g} allowed"
    return Gate("max_shift", limit, round(worst["shift"], 6), worst["shift"] <= limit, told)
