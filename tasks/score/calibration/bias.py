"""What sways a judge that should not: place, length, its own hand, and the day.

Length and own hand are measured against people (`agreement.leaning`): a judge that prefers the
longer answer as often as people do has no leaning, and neither has one that merely errs.
"""

import re

import numpy as np
import polars as pl

from tasks.base.text import answer
from tasks.score.calibration.agreement import leaning, partial_spearman
from tasks.score.calibration.labels import TIE
from tasks.score.calibration.resample import Estimate, Floats, estimate, share
from tasks.score.calibration.sheet import Sheet


def position(sheet: Sheet, seed: int) -> dict[str, Estimate]:
    """How the order of two answers sways the judge; empty where answers were not compared.

    Returns:
        `order_consistency`, share of pairs in which both orders prefer the same answer (or both
        none), and `first_shown`, share of all showings in which the answer shown first is
        preferred, no preference counting half; 0.5 is no leaning.
    """
    if sheet.orders is None:
        return {}
    straight, swapped = (np.sign(order - TIE) for order in sheet.orders.T)
    same = (straight == swapped).astype(np.float64)
    first = ((straight + 1) / 2 + (1 - swapped) / 2) / 2
    return {
        "order_consistency": share(same, sheet.groups, seed),
        "first_shown": share(first, sheet.groups, seed),
    }


def length(sheet: Sheet, seed: int) -> Estimate:
    """How far the judge leans to longer answers beyond what people do: -1 to 1, 0 for not.

    Of pairs it is their leaning; of ratings the rank correlation of score and length with that of
    each to people's rating taken out. What people do not say cleanly is then partly taken for a
    leaning of the judge's: with few raters an honest judge may show some.
    """
    items = sheet.gold.items
    if sheet.gold.kind == "points":
        long = items.select(answer().str.len_chars()).to_series().cast(pl.Float64).to_numpy()
        if not len(long):
            return Estimate()
        return estimate(partial_spearman(sheet.judge, long, sheet.people), sheet.groups, seed)
    chars = items.select(pl.col("first", "second").str.len_chars().cast(pl.Int64)).to_numpy()
    return _leaning(sheet, np.sign(chars[:, 0] - chars[:, 1]).astype(np.float64), seed)


def own_hand(sheet: Sheet, family: str, seed: int) -> Estimate:
    """How far the judge leans to answers of its own family beyond what people do.

    Rests on pairs of which its family wrote one answer. Without any, there is no figure: that the
    judge prefers its own answer where nobody else was asked may mean that it is the better one.
    """
    if sheet.gold.kind == "points":
        return Estimate()
    writers = sheet.gold.items.select("first_by", "second_by").rows()
    sides = [(is_of(one, family), is_of(other, family)) for one, other in writers]
    own = np.array(sides, dtype=np.float64).reshape(-1, 2)
    return _leaning(sheet, own[:, 0] - own[:, 1], seed)


def is_of(writer: str | None, family: str) -> bool:
    """Whether `writer` is a model of `family`: llama-7b is of the family llama."""
    words = re.findall(r"[a-z]{2,}", (writer or "").rpartition("/")[2].lower())
    return bool(words) and words[0] == family.lower()


def family_of(model: str) -> str:
    """The family of a model by its name: the first word of it, as llama in org/Llama-3.1-8B."""
    words = re.findall(r"[a-z]{2,}", model.partition("@")[0].rpartition("/")[2].lower())
    return words[0] if words else ""


def retest(sheet: Sheet, again: Sheet, good: float, seed: int) -> dict[str, Estimate]:
    """How far the judge says the same when it is asked the same again.

    Args:
        sheet: The exam.
        again: Some of its items, asked once more.
        good: Ratings from here on are good.
        seed: Of the resampling.

    Returns:
        `retest_same`, share of the same verdicts, and `retest_distance`, mean difference of what
        it said on a scale from 0 to 1. Items without a reply in either are left out.
    """
    ids, seen = again.gold.items["id"], sheet.gold.items["id"]  # both in order
    now, then = np.flatnonzero(ids.is_in(seen)), np.flatnonzero(seen.is_in(ids))
    verdicts = sheet.verdict[then], again.verdict[now]
    if sheet.gold.kind == "points":
        verdicts = (verdicts[0] >= good).astype(float), (verdicts[1] >= good).astype(float)
    groups = again.groups[now]
    return {
        "retest_same": share((verdicts[0] == verdicts[1]).astype(np.float64), groups, seed),
        "retest_distance": share(np.abs(sheet.judge[then] - again.judge[now]), groups, seed),
    }


def _leaning(sheet: Sheet, side: Floats, seed: int) -> Estimate:
    """Leaning to a side of pairs.

    Args:
        sheet: Pairs.
        side: 1 where the first answer is on that side, -1 where the second is, 0 where none or
            both are.
        seed: Of the resampling.
    """
    at = side != 0
    verdict, people = (
        np.where(side[at] > 0, won[at], 1 - won[at]) for won in (sheet.verdict, sheet.people)
    )
    decided = people != TIE
    found = leaning(verdict[decided], people[decided])
    return estimate(found, sheet.groups[at][decided], seed)
