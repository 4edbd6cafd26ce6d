"""What of a row a judge sees, and what is left out of a long one."""

import json

import pytest

from tasks.score.case import Case, Turn, case_of, pair_of, reference_of, shortened
from tests.builders import row, turn

CALL = json.dumps({"tool_calls": [{"function": {"name": "weather"}}]})


def test_a_case_is_the_dialogue_and_the_answer_that_closes_it():
    case = case_of(
        row("a", turn("system", "Be brief."), turn("user", "Hi"), turn("assistant", "Yo"))
    )
    assert case == Case((Turn("system", "Be brief."), Turn("user", "Hi")), ("Yo",))


@pytest.mark.parametrize(
    "turns",
    [(), ("Only asked",), ("Asked", ""), ("Asked", " \n\t"),
     (turn("user", "a"), turn("assistant", "b"), turn("user", "c"))],
    ids=["no turns", "no answer", "empty", "blank", "the last word is the user's"],
)  # fmt: skip
def test_a_row_that_no_answer_closes_is_no_case(turns):
    assert case_of(row("a", *turns)) is None


def test_the_call_of_a_tool_is_an_answer():
    case = case_of(row("a", turn("user", "Rain?"), turn("assistant", "", CALL)))
    assert case is not None
    assert "weather" in case.answers[0]


def test_a_preference_row_is_a_pair_with_the_answer_that_lost_behind():
    given = row("a", "Q", "won", rejected=[turn("user", "Q"), turn("assistant", "lost")])
    pair = pair_of(given)
    assert pair is not None
    assert pair.answers == ("won", "lost")
    assert pair.turns == (Turn("user", "Q"),)


@pytest.mark.parametrize(
    "given",
    [row("a", "Q", "won"), row("a", "Q", "won", rejected=[turn("assistant", " ")]),
     row("a", "Q", "", rejected=[turn("assistant", "lost")])],
    ids=["none lost", "a blank one lost", "none won"],
)  # fmt: skip
def test_a_row_with_less_than_two_answers_is_no_pair(given):
    assert pair_of(given) is None


@pytest.mark.parametrize(
    ("meta", "field", "found"),
    [('{"reference": "42"}', "", "42"), ('{"ideal": 42}', "", "42"),
     ('{"gold": ["a", "ä"]}', "", '["a", "ä"]'), ('{"reference": 0}', "", "0"),
     ('{"solution": "x"}', "", None), ('{"solution": "x"}', "solution", "x"),
     ('{"reference": "x"}', "solution", None), ('{"reference": "", "gold": "g"}', "", "g"),
     ('{"reference": null}', "", None), (None, "", None)],
)  # fmt: skip
def test_a_reference_is_looked_for_under_its_usual_names_or_the_one_given(meta, field, found):
    assert reference_of(meta, field) == found


def test_texts_within_the_limit_stay_whole():
    case = Case((Turn("user", "a" * 60),), ("b" * 40,))
    assert shortened(case, 100) == case
    assert shortened(case, 0) == case
    assert not case.is_cut


def test_of_texts_beyond_the_limit_the_long_ones_lose_their_middle():
    case = shortened(Case((Turn("user", "short"),), ("b" * 500 + "e" * 500,), "r" * 30), 135)
    assert case.turns[0].content == "short"
    assert case.reference == "r" * 30
    assert case.answers == (["b" * 50, {"characters_left_out": 900}, "e" * 50],)
    assert case.is_cut


def test_two_long_texts_share_what_is_left():
    case = shortened(Case((Turn("user", "a" * 1000),), ("b" * 1001,)), 100)
    kept = [case.turns[0].content, case.answers[0]]
    assert [len(head) + len(tail) for head, _, tail in kept] == [50, 50]
    assert [left["characters_left_out"] for _, left, _ in kept] == [950, 951]
