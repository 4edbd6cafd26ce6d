"""From submissions to decisions, and to what they say of the rules and of the people."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import polars as pl

from tasks.redact.mask import private_texts
from tasks.review.agreement import agreement
from tasks.review.answers import ANSWERS
from tasks.review.decisions import UNDECIDED, decide
from tasks.review.estimate import false_drops
from tasks.review.signs import SIGNS
from tasks.review.votes import FAULTS, Ballot, Vote, count

Facts = dict[str, Any]
Items = Sequence[dict[str, Any]]
Mask = Callable[[list[str]], list[str]]
NAMED = 5  # items of each fault
LONGEST = 40  # characters of an id that nobody was asked about
_ID = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # no sign of an id


class Tally(NamedTuple):
    """What came of a review."""

    decisions: pl.DataFrame  # `answers.DECISIONS`
    facts: Facts  # review.json


def tally(
    given: Sequence[Vote], asked: Items, mask: Mask, fewest: int | None = None, seed: int = 0
) -> Tally:
    """Count votes, decide, and measure.

    Args:
        given: All submissions.
        asked: The items of the push.
        mask: What hides personal data in the reasons that people wrote.
        fewest: Votes that a decision needs; None: as many as the item wanted.
        seed: Of the resampling for the intervals.
    """
    hidden = mask([vote.reason for vote in given])
    masked = [vote._replace(reason=text) for vote, text in zip(given, hidden, strict=True)]
    private = private_texts({vote.text for vote in given if vote.answer == "edit"})
    ballot = count(masked, asked, private.__contains__)
    decisions = decide(ballot.votes, asked, fewest)
    facts = {
        "asked": len(asked),
        "answered": decisions.height,
        "submissions": len(ballot.votes),
        "decisions": _decisions(decisions),
        "faults": _faults(ballot, mask),
        "agreement": agreement(ballot.votes, seed),
        "false_drops": false_drops(drawn(asked, ballot.votes)),
        "by_sign": _by_sign(asked, decisions),
    }
    return Tally(decisions, facts)


def drawn(asked: Items, votes: Sequence[Vote]) -> pl.DataFrame:
    """The rows drawn at random, and whether people want them back (`estimate.strata`)."""
    said = Counter((vote.item, vote.answer == "drop") for vote in votes)
    lines = [
        (one["stratum"], one["population"], _wrong(one["item"], said))
        for one in asked if one["stratum"]
    ]  # fmt: skip
    schema = {"stratum": pl.String, "population": pl.Int64, "wrong": pl.Float64}
    return pl.DataFrame(lines, schema=schema, orient="row")


def _wrong(item: str, said: Counter[tuple[str, bool]]) -> float | None:
    stay, drop = said[item, False], said[item, True]
    return None if not stay + drop else 0.5 if stay == drop else float(stay > drop)


def _decisions(decisions: pl.DataFrame) -> Facts:
    counted = Counter(decisions["decision"].drop_nulls())
    why = Counter(decisions["undecided"].drop_nulls())
    return {
        **{answer: counted[answer] for answer in ANSWERS},
        "overturned": _overturned(decisions),
        "undecided": {name: why[name] for name in UNDECIDED if why[name]},
    }


def _overturned(decisions: pl.DataFrame) -> int:
    """Rows over which people decided otherwise than the machine."""
    return decisions.filter(pl.col("decision") != pl.col("suggestion")).height


def _faults(ballot: Ballot, mask: Mask) -> list[Facts]:
    """What was wrong; an id that is none of ours may be any text, so it is masked and cut."""
    found = []
    for name, items in ballot.faults.items():
        named = list(dict.fromkeys(items))[:NAMED]
        if name == "unknown_item":
            named = [_ID.sub("\ufffd", text)[:LONGEST] for text in mask(named)]
        found.append({"fault": name, "what": FAULTS[name], "submissions": len(items),
                      "items": named})  # fmt: skip
    return found


def _by_sign(asked: Items, decisions: pl.DataFrame) -> list[Facts]:
    """How many rows of each sign were decided over, and how often the machine was overturned."""
    counted = Counter(one["sign"] for one in asked)
    found = []
    for sign in (name for name in SIGNS if counted[name]):
        mine = decisions.filter(pl.col("sign") == sign)
        found.append(
            {
                "sign": sign,
                "what": SIGNS[sign],
                "asked": counted[sign],
                "decided": mine["decision"].count(),
                "overturned": _overturned(mine),
            }
        )
    return found  # fmt: skip
