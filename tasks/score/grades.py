"""What judges said of a row, as the columns of that row, and what they said of all rows in figures.

A row has a score when at least one judge answered on every criterion of quality; the score is the
mean over criteria and judges. Complexity is no quality and stays apart. A judge that left a
criterion open gives no score: its mean would be over other things than that of the next row. Rows
without a score have a reason.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
from pydantic import JsonValue

from tasks.llm.call import PASSING
from tasks.score.backends.asking import Name
from tasks.score.decision import Decision, mean
from tasks.score.pairwise import Preference, share_consistent
from tasks.score.rubric import Rubric

Line = dict[str, Any]


class Opinion(NamedTuple):
    """What one judge said of one row."""

    decisions: Sequence[Decision]  # one per criterion
    score: float | None  # mean over the criteria of quality, if all are decided
    reason: str | None


class Heard(NamedTuple):
    """What one judge said of all rows, by their ids."""

    opinions: dict[str, Opinion]
    preferences: dict[str, Preference]
    backend: Name | None

    def is_waiting(self, name: str, passing: Sequence[str] = PASSING) -> bool:
        """Whether it may say more of this row another time: its reason is one of `passing`."""
        preference = self.preferences.get(name)
        reasons = [one.reason for one in self.opinions[name].decisions]
        return any(why in passing for why in (*reasons, preference and preference.reason))


def schema(rubric: Rubric) -> pl.Schema:
    """Columns that the judges add."""
    each = {f"score_judge_{criterion.name}": pl.Float64() for criterion in rubric.criteria}
    return pl.Schema({
        "score_judge": pl.Float64(), **each, "score_judge_mass": pl.Float64(),
        "score_judge_disagreement": pl.Float64(), "score_judge_preferred": pl.Float64(),
        "score_judge_reason": pl.String(), "score_judge_grade": pl.String(),
    })  # fmt: skip


def opinion_of(decisions: Sequence[Decision], rubric: Rubric) -> Opinion:
    """What one judge said of a row, criterion by criterion."""
    on_quality = [
        decision
        for decision, criterion in zip(decisions, rubric.criteria, strict=True)
        if criterion.quality
    ]
    reasons = sorted((one.reason for one in on_quality if one.reason), key=_is_final)
    if reasons:
        return Opinion(decisions, None, reasons[0])
    values = [decision.value for decision in on_quality]
    return Opinion(decisions, sum(v for v in values if v is not None) / len(values), None)


def columns_of(name: str, rubric: Rubric, heard: Sequence[Heard]) -> Line:
    """Columns of one row."""
    line: Line = {}
    opinions = [one.opinions[name] for one in heard]
    decided = [mean(of) for of in zip(*(one.decisions for one in opinions), strict=True)]
    for criterion, decision in zip(rubric.criteria, decided, strict=True):
        line[f"score_judge_{criterion.name}"] = decision.value
    masses = [decision.mass for decision in decided if decision.mass is not None]
    scores = [one.score for one in opinions if one.score is not None]
    reasons = sorted((one.reason for one in opinions if one.reason), key=_is_final)
    preferred = [one.preferences[name].first for one in heard if name in one.preferences]
    return line | {
        "score_judge": _mean(scores),
        "score_judge_mass": _mean(masses),
        "score_judge_disagreement": max(scores) - min(scores) if len(scores) > 1 else None,
        "score_judge_preferred": _mean([one for one in preferred if one is not None]),
        "score_judge_reason": None if scores else reasons[0],
    }


def _is_final(reason: str) -> bool:
    """Whether another run would meet it again; what passes is told before what stays."""
    return reason not in PASSING


def summary(scores: pl.DataFrame) -> dict[str, JsonValue]:
    """How many rows were judged and why others were not, with mean mass and disagreement.

    Rows are taken by id, so that sums do not depend on their order.
    """
    ordered = scores.sort("id")
    why = ordered["score_judge_reason"].drop_nulls().value_counts().sort("score_judge_reason")
    return {
        "judged": ordered["score_judge"].count(),
        "unscored": dict(why.iter_rows()),
        "mean_score": rounded(ordered["score_judge"].mean()),
        "mean_mass": rounded(ordered["score_judge_mass"].mean()),
        "mean_disagreement": rounded(ordered["score_judge_disagreement"].mean()),
    }


def told(heard: Sequence[Heard]) -> dict[str, JsonValue]:
    """What lies behind each reason for which a judge said nothing: a status, never text of a row.

    Of several for one reason it is the first in the alphabet, so that it does not depend on which
    answer came first.
    """
    decisions = (d for one in heard for opinion in one.opinions.values() for d in opinion.decisions)
    why = sorted({(d.reason, d.detail) for d in decisions if d.reason and d.detail}, reverse=True)
    return {"told": dict(why)}


def order(heard: Sequence[Heard]) -> dict[str, JsonValue]:
    """Pairs that were asked in both orders, and the share whose orders agree."""
    found = [preference for one in heard for preference in one.preferences.values()]
    return {"pairs": len(found), "order_consistent": rounded(share_consistent(found))}


def rounded(value: object) -> float | None:
    """A figure with four digits behind the point; null stays null."""
    return round(value, 4) if isinstance(value, int | float) else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
