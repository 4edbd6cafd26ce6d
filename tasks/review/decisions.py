"""What people decided together over each row: by majority, if enough of them were asked.

A row stays if more people want it kept or edited than dropped; it is edited if most of these want
that and wrote the same. A tie decides nothing, and the rules' word stands.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from tasks.review.answers import DECISIONS
from tasks.review.votes import Vote

UNDECIDED = {
    "too_few": "fewer people than wanted have answered",
    "tie": "as many people want it dropped as want it to stay",
    "edits_differ": "people wrote different texts",
}
MOST = 500  # characters of the reasons


def decide(
    votes: Iterable[Vote], asked: Sequence[dict[str, Any]], fewest: int | None = None
) -> pl.DataFrame:
    """A line (`DECISIONS`) for every item that somebody has answered, in the order of the items.

    Args:
        votes: Sound votes, in the order of the items.
        asked: The items.
        fewest: Votes that a decision needs; None: as many as the item wanted.
    """
    known = {one["item"]: one for one in asked}
    lines = []
    for item, group in groupby(votes, key=lambda vote: vote.item):
        one, given = known[item], list(group)
        lines.append(_line(one, given, fewest or one["wanted"]))
    return pl.DataFrame(lines, schema=DECISIONS, orient="row")


def _line(one: dict[str, Any], given: list[Vote], fewest: int) -> dict[str, Any]:
    decision, text, undecided = _decided(given, fewest)
    votes = sum(vote.answer == decision for vote in given)
    reasons = dict.fromkeys(vote.reason for vote in given if vote.reason)
    return {
        "id": one["row"], "decision": decision, "answer": text,
        "twin": (one["repeats"] or None) if decision == "drop" else None,
        "votes": votes, "of": len(given),
        "agreement": max(Counter(v.answer for v in given).values()) / len(given),
        "reason": "; ".join(reasons)[:MOST], "undecided": undecided,
        "suggestion": one["suggestion"], "sign": one["sign"],
    }  # fmt: skip


def _decided(given: list[Vote], fewest: int) -> tuple[str | None, str | None, str | None]:
    """Decision, text of an edit, and why there is neither."""
    if len(given) < fewest:
        return None, None, "too_few"
    answers = Counter(vote.answer for vote in given)
    stay = answers["keep"] + answers["edit"]
    if stay == answers["drop"]:
        return None, None, "tie"
    if stay < answers["drop"]:
        return "drop", None, None
    if answers["edit"] <= answers["keep"]:
        return "keep", None, None
    texts = {vote.text for vote in given if vote.answer == "edit"}
    return ("edit", texts.pop(), None) if len(texts) == 1 else (None, None, "edits_differ")
