"""What a judge said beside what people said, as numbers."""

from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.base.errors import StageError
from tasks.score.calibration.examinee import Judge
from tasks.score.calibration.gold import Gold
from tasks.score.calibration.gold_pairs import as_rows
from tasks.score.calibration.labels import FIRST, SECOND, TIE
from tasks.score.calibration.people import majority, mean
from tasks.score.calibration.resample import Codes, Floats


class Sheet(NamedTuple):
    """The items of an exam that have a reply.

    Attributes:
        gold: Those items, with what every person said.
        people: What people say together: preference or mean rating.
        judge: What the judge said, 0 to 1: how good the answer is, or how likely the first one is
            better.
        verdict: That as a preference (1, 0.5, 0); of ratings the same as `judge`.
        orders: Items x 2, how likely the first answer is better when shown first and second; None
            where answers were not compared.
        reasons: Why there is no reply, of those items that have none.
    """

    gold: Gold
    people: Floats
    judge: Floats
    verdict: Floats
    orders: Floats | None
    reasons: list[str]

    @property
    def groups(self) -> Codes:
        """Which prompt each item belongs to."""
        return self.gold.groups


def fill_in(gold: Gold, judge: Judge, *, compare: bool, sample: int = 0) -> Sheet:
    """Put every item of `gold` before `judge`.

    Args:
        gold: What is asked.
        judge: Who is asked.
        compare: Show both answers of a pair at once, in both orders; else each is scored by
            itself, and the higher score wins.
        sample: Which asking of the same questions.
    """
    if gold.kind == "points":
        scores = judge.score(gold.items, sample)
        values = _numbers([score.value for score in scores])
        return _sheet(gold, values, values, None, [score.reason for score in scores])
    if not compare:
        return _by_scores(gold, judge, sample)
    choices = judge.choose(gold.items, sample)
    orders = _numbers([(c.straight, c.swapped) for c in choices])
    values = _numbers([choice.first for choice in choices])
    return _sheet(gold, values, _verdict(orders), orders, [choice.reason for choice in choices])


def _by_scores(gold: Gold, judge: Judge, sample: int) -> Sheet:
    """Pairs, each answer scored by itself."""
    scores = judge.score(_both_answers(gold.items), sample)
    one, other = scores[: gold.items.height], scores[gold.items.height :]
    gap = _numbers([s.value for s in one]) - _numbers([s.value for s in other])
    reasons = [a.reason or b.reason for a, b in zip(one, other, strict=True)]
    return _sheet(gold, (gap + 1) / 2, (np.sign(gap) + 1) / 2, None, reasons)


def _both_answers(pairs: pl.DataFrame) -> pl.DataFrame:
    """A row of the table for each answer: all first ones, then all second ones."""
    sides = ("first", "second")
    each = [as_rows(pairs, side).with_columns(id=pl.format("{}-" + side, "id")) for side in sides]
    return pl.concat(each)


def _verdict(orders: Floats) -> Floats:
    """The answer that both orders prefer, else a tie (Zheng et al. 2023, arXiv:2306.05685)."""
    won, lost = (orders > TIE).all(axis=1), (orders < TIE).all(axis=1)
    found = np.where(won, FIRST, np.where(lost, SECOND, TIE))
    return np.where(np.isnan(orders).any(axis=1), np.nan, found)


def _sheet(
    gold: Gold, judge: Floats, verdict: Floats, orders: Floats | None, reasons: list[str | None]
) -> Sheet:
    """The sheet without the items that have no reply.

    Raises:
        StageError: There is neither a reply nor a reason.
    """
    is_lost = np.isnan(judge) | np.isnan(verdict)
    known, lost = np.flatnonzero(~is_lost), [reasons[at] for at in np.flatnonzero(is_lost)]
    if None in lost:
        raise StageError("score.calibrate: the judge gave neither a reply nor a reason for none")
    people = majority(gold.labels) if gold.kind == "pairs" else mean(gold.labels)
    shown = None if orders is None else orders[known]
    return Sheet(
        gold.at(known), people[known], judge[known], verdict[known], shown, [str(r) for r in lost]
    )


def _numbers(values: list[float | None] | list[tuple[float | None, float | None]]) -> Floats:
    """`values` as numbers, NaN for none."""
    return np.array(values, dtype=np.float64)
