"""Contradictions: equal prompts with unequal answers are named, and nothing is lost."""

import pytest

from tasks.dedup.conflict import ConflictParams, score_conflicts
from tests.builders import row, table, turn

ASKED = "What is the capital of Australia?"


def families(*rows, **params):
    found = score_conflicts(table(*rows), ConflictParams(**params))
    return found.rows.collect()["score_conflict"].to_list(), found.figures


def test_rows_that_ask_the_same_and_answer_differently_share_the_smallest_id():
    rows = (row("c", ASKED, "Sydney"), row("b", ASKED.upper(), "Canberra"), row("d", "Else?", "No"))
    assert families(*rows) == (["b", "b", None], {"families": 1, "rows": 2, "formats": 0})


def test_every_row_of_the_prompt_is_named_also_those_that_agree():
    rows = [
        row(i, ASKED, told)
        for i, told in zip("abc", ("Canberra", "canberra.", "Sydney"), strict=True)
    ]
    assert families(*rows)[0] == ["a", "a", "a"]


@pytest.mark.parametrize(
    "other",
    [
        row("b", ASKED, "canberra!"),
        row("b", "What is the capital of Austria?", "Vienna"),
        row("b", ASKED),
        row("b", ASKED, "Sydney", tools="[]"),
        row("b", turn("system", "Be brief."), turn("user", ASKED), turn("assistant", "Sydney")),
    ],
    ids=["the same answer", "another prompt", "no answer", "other tools", "another system turn"],
)
def test_a_near_miss_is_no_contradiction(other):
    assert families(row("a", ASKED, "Canberra"), other)[0] == [None, None]


@pytest.mark.parametrize(("one", "other"), [("5", "-5"), ("?", "!"), ("A", "A-")])
def test_answers_that_differ_in_a_sign_contradict_each_other(one, other):
    assert families(row("a", ASKED, one), row("b", ASKED, other))[0] == ["a", "a"]


def test_rows_without_a_prompt_contradict_nobody():
    assert families(row("a", "", "x"), row("b", " ", "y"), row("c"))[0] == [None, None, None]


def test_switched_off_it_names_nobody():
    assert families(row("a", ASKED, "x"), row("b", ASKED, "y"), enabled=False)[0] == [None, None]


def test_prompts_that_are_nearly_the_same_are_one_family():
    rows = (
        row("a", "What is the capital of Australia?", "Canberra"),
        row("b", "What is the captial of Australia?", "Sydney"),
        row("c", "What is the capital of Austria?", "Vienna"),
    )
    assert families(*rows)[0] == ["a", "a", None]
    assert families(*rows, similarity=1)[0] == [None, None, None]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Canberra", "Sydney", "answers"),
        ("Canberra", '{"capital": "Canberra"}', "formats"),
        ("42", "It is forty-two.", "formats"),
        ("- one\n- two", "one, two and no more", "formats"),
        ("Made of ```x```", "Made of y", "answers"),
    ],
)
def test_answers_in_other_forms_are_told_apart_from_other_answers(one, other, kind):
    found = score_conflicts(table(row("a", ASKED, one), row("b", ASKED, other)), ConflictParams())
    assert found.rows.collect()["score_conflict_kind"].to_list() == [kind, kind]
