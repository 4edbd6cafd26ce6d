"""Limits on what changes are off until they are set, and then name what breaks them."""

import pytest

from tasks.compare.gates import judge_shift
from tasks.compare.params import ShiftGates

COUNTS = {"before": 200, "lost": 20, "gained": 10, "stayed": 180, "changed": 9, "moved": 18}
TRAINED = {"held_out": 50, "rows": 5}
SHIFTS = [
    {"title": "Topic", "shift": 0.4, "is_real": False},
    {"title": "Source", "shift": 0.3, "is_real": True},
    {"title": "Turns", "shift": 0.1, "is_real": True},
]


def judged(**limits):
    return judge_shift(COUNTS, TRAINED, SHIFTS, ShiftGates(**limits))


def test_no_gate_is_on_by_itself():
    assert judged() == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("max_lost", 0.1, "20 of 200 (10.0%) rows lost"),
        ("max_gained", 0.05, "10 of 200 (5.0%) rows gained"),
        ("max_changed", 0.05, "9 of 180 (5.0%) rows in both changed"),
        ("max_moved", 0.1, "18 of 180 (10.0%) rows in both are on another side"),
        ("max_trained_before", 0.1, "5 of 50 (10.0%) rows of validation and test"),
        ("max_shift", 0.3, "Source shifted by 30.0%"),
    ],
)
def test_a_limit_is_kept_at_its_value_and_broken_below_it(name, value, told):
    (kept,) = judged(**{name: value})
    (broken,) = judged(**{name: value - 0.001})
    assert (kept.passed, broken.passed) == (True, False)
    assert told in broken.text
    assert broken.value == pytest.approx(value)


def test_failed_gates_come_first():
    assert [g.passed for g in judged(max_gained=0.5, max_lost=0, max_shift=0.5)] == [
        False, True, True,
    ]  # fmt: skip


def test_a_shift_within_chance_breaks_no_limit():
    (gate,) = judge_shift(COUNTS, TRAINED, SHIFTS[:1], ShiftGates(max_shift=0.01))
    assert gate.passed


def test_an_empty_earlier_release_divides_by_nothing():
    nothing = dict.fromkeys(COUNTS, 0)
    gates = judge_shift(nothing, {"held_out": 0, "rows": 0}, [], ShiftGates(max_lost=0))
    assert gates[0].passed
