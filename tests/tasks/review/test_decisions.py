"""People decide by majority, if enough of them have answered."""

import pytest

from tasks.review.decisions import decide
from tasks.review.votes import Vote
from tests.tasks.review.cases import asked


def decided(answers, wanted=1, fewest=None, **more):
    """Decision, votes for it, all votes, and why there is none; `e:text` is an edit."""
    votes = []
    for person, answer in enumerate(answers):
        word, _, text = answer.partition(":")
        votes.append(Vote("a", f"p{person}", word, text, f"reason {person}"))
    return decide(votes, [asked("a", wanted=wanted, **more)], fewest).row(0, named=True)


@pytest.mark.parametrize(
    ("answers", "decision", "votes", "why"),
    [
        (["keep"], "keep", 1, None),
        (["keep", "keep", "drop"], "keep", 2, None),
        (["drop", "drop", "keep"], "drop", 2, None),
        (["keep", "drop"], None, 0, "tie"),
        (["keep", "edit:x", "drop"], "keep", 1, None),  # it stays; not most of these want an edit
        (["edit:x", "edit:x", "keep", "drop"], "edit", 2, None),
        (["edit:x", "edit:y"], None, 0, "edits_differ"),
        (["edit:x", "drop"], None, 0, "tie"),
    ],
)
def test_what_most_people_want_is_done(answers, decision, votes, why):
    found = decided(answers)
    assert (found["decision"], found["votes"], found["undecided"]) == (decision, votes, why)
    assert found["of"] == len(answers)


def test_too_few_decide_nothing():
    assert decided(["keep"], wanted=2)["undecided"] == "too_few"
    assert decided(["keep"], wanted=2, fewest=1)["decision"] == "keep"
    assert decided(["keep"], wanted=1, fewest=2)["undecided"] == "too_few"


def test_the_text_of_an_edit_and_the_reasons_are_kept():
    found = decided(["edit:a better answer"])
    assert (found["answer"], found["reason"]) == ("a better answer", "reason 0")
    assert decided(["keep"])["answer"] is None


def test_a_drop_names_the_row_that_it_repeats_and_a_keep_does_not():
    assert decided(["drop"], repeats="twin-0")["twin"] == "twin-0"
    assert decided(["keep"], repeats="twin-0")["twin"] is None
    assert decided(["drop"])["twin"] is None


def test_an_item_that_nobody_answered_has_no_line():
    assert decide([], [asked("a")]).height == 0
