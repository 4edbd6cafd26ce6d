"""What people said becomes numbers, and what cannot be read is not guessed at."""

import math

import pytest

from tasks.base.errors import UsageError
from tasks.score.calibration.labels import (
    check_preferences,
    fault_of,
    label_columns,
    preference,
    ratings,
)

SIDES = ("response1", "response2")


@pytest.mark.parametrize("value", [1, 1.0, "1", "A", " first ", "model_a", "Response1"])
def test_the_first_answer_goes_by_many_names(value):
    assert preference(value, SIDES) == 1


@pytest.mark.parametrize("value", [2, "2", "b", "SECOND", "model_b", "response2"])
def test_so_does_the_second(value):
    assert preference(value, SIDES) == 0


@pytest.mark.parametrize("value", [0, 0.0, "0", "tie", "Draw"])
def test_so_does_a_tie(value):
    assert preference(value, SIDES) == 0.5


@pytest.mark.parametrize("value", [3, 0.5, -1, "c", "response3", "tier", True, [1]])
def test_what_names_neither_answer_is_unreadable(value):
    assert preference(value, SIDES) == math.inf


@pytest.mark.parametrize("value", [None, "", "  ", math.nan])
def test_an_empty_label_is_none(value):
    assert math.isnan(preference(value, SIDES))


def test_labels_of_0_and_1_are_refused_for_nobody_knows_which_answer_they_name():
    with pytest.raises(UsageError, match="labels are 0 and 1"):
        check_preferences([0, 1, None, "1"])


@pytest.mark.parametrize("values", [[0, 1, 2], [1, 2], [1, 1], ["a", "tie"], []])
def test_labels_that_are_clear_are_not_refused(values):
    check_preferences(values)


def test_ratings_are_shares_of_the_scale_that_was_used():
    assert ratings([[1, 5], ["3", 2.0]], None) == [[0, 1], [0.5, 0.25]]


def test_ratings_are_shares_of_the_scale_that_is_named():
    assert ratings([[2], [4]], (1, 5)) == [[0.25], [0.75]]


def test_a_rating_off_the_scale_is_unreadable_and_its_ends_are_on_it():
    assert ratings([[0], [1], [5], [6]], (1, 5)) == [[math.inf], [0], [1], [math.inf]]


def test_words_are_ratings_too():
    assert ratings([["good"], ["Bad"], [True], ["no"]], None) == [[1], [0], [1], [0]]


def test_a_number_among_words_and_a_word_among_numbers_are_unreadable():
    assert ratings([["good"], ["bad"], [3]], None) == [[1], [0], [math.inf]]
    assert ratings([[1], [5], ["good"]], None) == [[0], [1], [math.inf]]


@pytest.mark.parametrize("value", ["inf", "nan", "four"])
def test_what_is_no_finite_number_is_unreadable(value):
    assert ratings([[1], [5], [value]], None)[2] == [math.inf]


def test_ratings_that_are_all_the_same_do_not_tell_their_scale():
    with pytest.raises(UsageError, match=r"every rating .* is 4.*score.exam.scale"):
        ratings([[4], [4]], None)
    assert ratings([[4], [4]], (1, 5)) == [[0.75], [0.75]]


def test_an_item_without_any_label_and_one_with_a_bad_label_say_why():
    assert fault_of([math.nan, math.nan]) == "no_label"
    assert fault_of([math.nan, 0.5]) is None
    assert fault_of([1, math.inf]) == "bad_label"


@pytest.mark.parametrize(
    "name",
    ["label", "Labels", "rating", "annotator1", "annotator_2", "Human Score", "rater b", "winner",
     "score", "expert_judgement", "quality", "preference"],
)  # fmt: skip
def test_usual_names_of_labels_are_found(name):
    assert label_columns(["prompt", name], ()) == [name]


@pytest.mark.parametrize("name", ["score_judge", "labelled", "annotator_name", "underrated", "id"])
def test_names_that_only_look_alike_are_not(name):
    assert label_columns(["prompt", name], ()) == []


def test_columns_that_the_user_names_go_before_and_must_be_there():
    assert label_columns(["mine", "label"], ("mine",)) == ["mine"]
    with pytest.raises(UsageError, match=r"no column 'yours'.*it has mine, label"):
        label_columns(["mine", "label"], ("yours",))
