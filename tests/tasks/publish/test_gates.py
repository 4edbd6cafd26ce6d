"""Gates: limits are inclusive, failed ones come first, and nothing is audited that was not."""

import pytest

from tasks.publish.gates import GateParams, Measured, judge_gates

GOOD = Measured(read=100, kept=90, dropped=8, quarantined=2, unreadable_files=0, residual_pii=0)


def failed(params=None, **seen):
    gates = judge_gates(GOOD._replace(**seen), GateParams(**(params or {})))
    return {gate.name for gate in gates if not gate.passed}


def test_a_good_run_passes_every_gate():
    assert failed() == set()


@pytest.mark.parametrize(
    ("params", "seen", "expected"),
    [
        ({"min_rows": 90}, {}, set()),
        ({"min_rows": 91}, {}, {"min_rows"}),
        ({}, {"kept": 0}, {"min_rows"}),
        ({"max_quarantined": 0.02}, {}, set()),
        ({"max_quarantined": 0.0199}, {}, {"max_quarantined"}),
        ({"max_dropped": 0.08}, {}, set()),
        ({"max_dropped": 0.0799}, {}, {"max_dropped"}),
        ({}, {"unreadable_files": 1}, {"max_unreadable_files"}),
        ({"max_unreadable_files": 1}, {"unreadable_files": 1}, set()),
        ({}, {"residual_pii": 1}, {"max_residual_pii"}),
        ({"max_residual_pii": 1}, {"residual_pii": 1}, set()),
    ],
)
def test_a_limit_may_be_reached_but_not_crossed(params, seen, expected):
    assert failed(params, **seen) == expected


def test_without_redaction_there_is_no_gate_for_what_it_leaves():
    names = [g.name for g in judge_gates(GOOD._replace(residual_pii=None), GateParams())]
    assert "max_residual_pii" not in names
    assert len(names) == 4


def test_failed_gates_come_first_and_say_by_how_much():
    gates = judge_gates(GOOD._replace(quarantined=50, unreadable_files=2), GateParams())
    assert [g.name for g in gates[:2]] == ["max_quarantined", "max_unreadable_files"]
    assert [g.passed for g in gates] == [False, False, True, True, True]
    assert gates[0].text == "50 of 100 (50.0%) quarantined, at most 0.2 allowed"
    assert (gates[0].limit, gates[0].value) == (0.2, 0.5)


def test_an_empty_run_fails_for_its_rows_and_divides_by_nothing():
    nothing = Measured(0, 0, 0, 0, 0, 0)
    assert [g.name for g in judge_gates(nothing, GateParams()) if not g.passed] == ["min_rows"]


def scored(**more):
    return Measured(10, 10, 0, 0, 0, None, **more)


def test_without_scores_no_gate_asks_for_them():
    assert "max_unscored" not in {g.name for g in judge_gates(scored(), GateParams(max_unscored=0))}


def test_rows_that_nobody_decided_over_fail_a_run_that_wants_them_decided():
    verdicts = {"good": 6, "poor": 1, "unscored": 3}
    failed = judge_gates(scored(verdicts=verdicts), GateParams(max_unscored=0.29, max_poor=0.1))[0]
    assert (failed.name, failed.passed, failed.value) == ("max_unscored", False, 0.3)
    assert "3 of 10 rows (30.0%) unscored" in failed.text


def test_a_judge_that_may_not_drop_what_it_was_told_to_fails_the_run():
    gates = {g.name: g for g in judge_gates(scored(judge="no passport"), GateParams())}
    assert (gates["judge_passport"].passed, gates["judge_passport"].text) == (False, "no passport")
    assert {g.name: g for g in judge_gates(scored(judge=""), GateParams())}["judge_passport"].passed


def test_canaries_fail_a_run_by_their_worst_kind_and_only_when_asked():
    seen = {"canaries": ("PERSON", 9, 10)}
    names = {g.name for g in judge_gates(GOOD._replace(**seen), GateParams())}
    assert "min_canary_recall" not in names
    assert failed({"min_canary_recall": 0.9}, **seen) == set()
    assert failed({"min_canary_recall": 0.91}, **seen) == {"min_canary_recall"}
    assert failed({"min_canary_recall": 0.91}) == set()
