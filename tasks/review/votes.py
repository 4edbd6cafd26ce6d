"""What people said, whatever file it came in, held against what they were asked."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tasks.review.answers import ANSWERS

FAULTS = {
    "unknown_item": "its id was never asked about in this run (was another run, or a later push?)",
    "unknown_answer": "the answer is none of keep, drop and edit",
    "two_answers": "one person gave two different answers to it; neither counts",
    "edit_without_text": "the answer is edit, and no text was written",
    "edit_of_part": "the row was shown cut or masked, so that the text cannot replace it",
    "edit_holds_personal_data": "the text that was written holds personal data",
    "no_answer": "nobody has answered it yet",
}
"""Fault -> what is wrong with a submission or an item."""


class Vote(NamedTuple):
    """One submission of one person."""

    item: str
    person: str
    answer: str | None
    text: str = ""  # of an edit
    reason: str = ""


class Ballot(NamedTuple):
    """Sound votes, each person's once per item, and what was wrong with the others."""

    votes: list[Vote]
    faults: dict[str, list[str]]  # fault -> items


Leaks = Callable[[str], bool]
"""Whether a text holds personal data."""


def count(given: Sequence[Vote], asked: Sequence[dict[str, Any]], leaks: Leaks) -> Ballot:
    """The votes that count.

    Args:
        given: All submissions, of all files. Those without an answer are not there yet.
        asked: The items of the push: item and editable.
        leaks: Whether a text that somebody wrote holds personal data.

    Returns:
        Votes in the order of the items, and of persons; persons are numbered, not named.
    """
    known = {one["item"]: one for one in asked}
    faults = defaultdict[str, list[str]](list)
    said = defaultdict[tuple[str, str], set[tuple[str, str]]](set)
    reasons: dict[tuple[str, str], str] = {}
    for vote in given:
        if vote.answer is None:
            continue
        fault = _fault(vote, known, leaks)
        if fault:
            faults[fault].append(vote.item)
            continue
        whose = vote.item, vote.person
        said[whose].add((vote.answer, vote.text.strip() if vote.answer == "edit" else ""))
        reasons.setdefault(whose, vote.reason.strip())
    people = {name: f"person {n}" for n, name in enumerate(sorted({p for _, p in said}), 1)}
    votes = []
    for (item, person), answers in said.items():
        if len(answers) > 1:
            faults["two_answers"].append(item)
            continue
        [(answer, text)] = answers
        votes.append(Vote(item, people[person], answer, text, reasons[item, person]))
    answered = Counter(vote.item for vote in votes)
    faults["no_answer"] = [item for item in known if not answered[item]]
    order = {item: at for at, item in enumerate(known)}
    votes.sort(key=lambda vote: (order[vote.item], vote.person))
    return Ballot(votes, {name: faults[name] for name in FAULTS if faults[name]})


def _fault(vote: Vote, known: dict[str, dict[str, Any]], leaks: Leaks) -> str:
    """What is wrong with one submission; empty if it is sound."""
    if vote.item not in known:
        return "unknown_item"
    if vote.answer not in ANSWERS:
        return "unknown_answer"
    if vote.answer != "edit":
        return ""
    if not vote.text.strip():
        return "edit_without_text"
    if not known[vote.item]["editable"]:
        return "edit_of_part"
    return "edit_holds_personal_data" if leaks(vote.text) else ""
