"""Submissions are held against what was asked; what is wrong with one is said, and it goes."""

from tasks.review.votes import FAULTS, Vote, count
from tests.tasks.review.cases import asked

ITEMS = [asked("a"), asked("b"), asked("c", editable=False)]


def leaks(text):
    return "555" in text


def faults(*given):
    found = count(given, ITEMS, leaks).faults
    return {name: items for name, items in found.items() if name != "no_answer"}


def test_a_sound_vote_counts_and_names_nobody():
    ballot = count([Vote("b", "anna@example.org", "keep"), Vote("a", "ben", "edit", " new ")],
                   ITEMS, leaks)  # fmt: skip
    assert [(v.item, v.answer, v.text) for v in ballot.votes] == [
        ("a", "edit", "new"),
        ("b", "keep", ""),
    ]
    assert {v.person for v in ballot.votes} == {"person 1", "person 2"}
    assert ballot.faults == {"no_answer": ["c"]}


def test_every_fault_is_named_and_costs_its_vote():
    assert faults(Vote("z", "p", "keep")) == {"unknown_item": ["z"]}
    assert faults(Vote("a", "p", "perhaps")) == {"unknown_answer": ["a"]}
    assert faults(Vote("a", "p", "edit", "  ")) == {"edit_without_text": ["a"]}
    assert faults(Vote("c", "p", "edit", "text")) == {"edit_of_part": ["c"]}
    assert faults(Vote("a", "p", "edit", "call 555")) == {"edit_holds_personal_data": ["a"]}
    assert set(faults(Vote("z", "p", "keep"))) < set(FAULTS)


def test_one_person_who_says_two_things_has_said_nothing_and_twice_the_same_is_once():
    both = count([Vote("a", "p", "keep"), Vote("a", "p", "drop"), Vote("a", "q", "keep")],
                 ITEMS, leaks)  # fmt: skip
    assert both.faults["two_answers"] == ["a"]
    assert [v.person for v in both.votes] == ["person 2"]
    same = count([Vote("a", "p", "keep"), Vote("a", "p", "keep", reason="why")], ITEMS, leaks)
    assert len(same.votes) == 1


def test_an_item_without_an_answer_is_no_fault_of_anybody():
    assert faults(Vote("a", "p", None)) == {}
    assert count([Vote("a", "p", None)], ITEMS, leaks).faults == {"no_answer": ["a", "b", "c"]}
