"""What a judge's probabilities come to."""

import pytest
from pydantic import ValidationError

from tasks.score.decision import Decision, Question, mean


@pytest.mark.parametrize(
    ("probabilities", "value", "choice"),
    [((1.0, 0.0, 0.0), 0.0, 0), ((0.0, 0.0, 1.0), 1.0, 2), ((0.25, 0.5, 0.25), 0.5, 1),
     ((0.5, 0.0, 0.5), 0.5, 0), ((0.2, 0.8), 0.8, 1)],
    ids=["worst", "best", "middle", "torn", "yes"],
)  # fmt: skip
def test_the_value_is_the_expected_answer_from_worst_to_best(probabilities, value, choice):
    decision = Decision(probabilities)
    assert decision.value == pytest.approx(value)
    assert decision.choice == choice


def test_what_is_undecided_has_no_value():
    decision = Decision(None, 0.2, "low_mass")
    assert (decision.value, decision.choice) == (None, None)


def test_the_mean_leaves_out_what_is_undecided():
    found = mean([Decision((0.0, 1.0), 0.9), Decision(None, None, "refused"), Decision((1.0, 0.0))])
    assert found.probabilities == (0.5, 0.5)
    assert found.mass == 0.9


def test_of_nothing_decided_the_first_stands_for_all():
    found = mean([Decision(None, None, "refused"), Decision(None, 0.1, "low_mass")])
    assert found.reason == "refused"


@pytest.mark.parametrize(
    "given",
    [{"kind": "predicate", "options": ("a", "b")}, {"options": ("a",)}, {"kind": "choice"},
     {"options": tuple("abcdefghijk")}, {"options": ("a", "b"), "name": "Two Words"}],
    ids=["predicate with options", "one level", "choice of none", "eleven levels", "no name"],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused(given):
    with pytest.raises(ValidationError):
        Question(**{"name": "q", "text": "?", **given})
