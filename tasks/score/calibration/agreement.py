"""Figures of agreement, each as a function of weights over items (`resample.Statistic`).

With all weights 1 they are the textbook figures; with other weights those of the resampled items,
so that an interval costs one matrix product and no loop.
"""

from typing import Literal

import numpy as np

from tasks.score.calibration.resample import Codes, Floats, Statistic

Weighting = Literal["none", "linear", "quadratic"]


def agree(one: Codes, other: Codes) -> Floats:
    """1 where both say the same, else 0."""
    same: Floats = (one == other).astype(np.float64)
    return same


def kappa(one: Codes, other: Codes, kinds: int, weighting: Weighting = "none") -> Statistic:
    """Cohen's kappa: agreement beyond what the shares of the answers give by chance.

    Args:
        one: Answer of each item, 0 to `kinds` - 1.
        other: The same of the other rater.
        kinds: How many answers there are, in order if they are weighted.
        weighting: What a near miss costs (Cohen 1968): as much as any other, or the steps
            between both answers, or those squared.

    Returns:
        A statistic that is NaN where both raters only ever gave one and the same answer.
    """
    cells = np.zeros((len(one), kinds * kinds))
    cells[np.arange(len(one)), one * kinds + other] = 1
    steps = np.abs(np.subtract.outer(np.arange(kinds), np.arange(kinds))).astype(np.float64)
    price = {"none": (steps > 0).astype(np.float64), "linear": steps, "quadratic": steps**2}

    def of(weights: Floats) -> Floats:
        table = (weights @ cells).reshape(-1, kinds, kinds)
        table /= table.sum(axis=(1, 2), keepdims=True)
        by_chance = table.sum(axis=2)[:, :, None] * table.sum(axis=1)[:, None, :]
        paid, expected = ((t * price[weighting]).sum(axis=(1, 2)) for t in (table, by_chance))
        return 1 - _over(paid, expected)

    return of


def alpha(labels: Floats) -> Statistic:
    """Krippendorff's alpha for names: agreement of any number of raters, some labels missing.

    Args:
        labels: Items x raters, NaN where a rater gave none. Items with one label do not count.
    """
    kinds = np.unique(labels[~np.isnan(labels)])
    given = np.stack([(labels == kind).sum(axis=1) for kind in kinds], axis=1).astype(np.float64)
    raters = given.sum(axis=1)
    paired = raters > 1
    given, raters = given * paired[:, None], raters * paired
    same = np.where(paired, (given * (given - 1)).sum(axis=1) / np.maximum(raters - 1, 1), 0)

    def of(weights: Floats) -> Floats:
        total, by_kind = weights @ raters, weights @ given
        observed = 1 - _over(weights @ same, total)
        expected = 1 - _over((by_kind * (by_kind - 1)).sum(axis=1), total * (total - 1))
        return 1 - _over(observed, expected)

    return of


def pairwise(labels: Floats) -> Floats:
    """Share of the pairs of raters that agree on each item; NaN where fewer than two rated it."""
    given = np.stack([labels == kind for kind in np.unique(labels[~np.isnan(labels)])], axis=2)
    by_kind = given.sum(axis=1).astype(np.float64)
    raters = by_kind.sum(axis=1)
    return _over((by_kind * (by_kind - 1)).sum(axis=1), raters * (raters - 1))


def spearman(one: Floats, other: Floats) -> Statistic:
    """Spearman's rank correlation, ties at their mean rank; NaN where one side is constant."""

    def of(weights: Floats) -> Floats:
        return _correlation(_ranks(one, weights), _ranks(other, weights), weights)

    return of


def partial_spearman(one: Floats, other: Floats, given: Floats) -> Statistic:
    """Rank correlation of `one` and `other` with that of each to `given` taken out."""
    with_given = spearman(one, given), spearman(other, given)

    def of(weights: Floats) -> Floats:
        both = spearman(one, other)(weights)
        left, right = (found(weights) for found in with_given)
        return _over(both - left * right, np.sqrt((1 - left**2) * (1 - right**2)))

    return of


def auc(scores: Floats, is_good: Floats) -> Statistic:
    """Probability that a good item has the higher score than a bad one, a tie counting half."""
    order, starts = _ties(scores)

    def of(weights: Floats) -> Floats:
        sides = (weights * is_good)[:, order], (weights * (1 - is_good))[:, order]
        good, bad = (np.add.reduceat(side, starts, axis=1) for side in sides)
        below = np.cumsum(bad, axis=1) - bad / 2
        return _over((good * below).sum(axis=1), good.sum(axis=1) * bad.sum(axis=1))

    return of


def leaning(judge: Floats, people: Floats) -> Statistic:
    """How far a judge leans to one side of pairs beyond what people prefer.

    Both vectors say for each pair how far that side won: 1, 0, or 0.5 for a tie. It is the judge's
    mean where people chose the side, plus its mean where they chose the other, less one. A judge
    that errs to both sides alike, or not at all, has 0, however often people prefer the side; one
    that always takes the side has 1. Pairs that people tied say nothing and do not count.
    """
    chose, refused = (people == 1).astype(np.float64), (people == 0).astype(np.float64)

    def of(weights: Floats) -> Floats:
        where = [_over(weights @ (judge * mask), weights @ mask) for mask in (chose, refused)]
        return where[0] + where[1] - 1

    return of


def _ranks(values: Floats, weights: Floats) -> Floats:
    """Mean rank of every item in each draw, an item counting as often as its weight says."""
    order, starts = _ties(values)
    tied = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = np.cumsum(tied, axis=1) - tied / 2
    _, place = np.unique(values, return_inverse=True)
    ranks: Floats = middle[:, place]
    return ranks


def _ties(values: Floats) -> tuple[Codes, Codes]:
    """The order of `values`, and where in it each distinct value starts."""
    order = np.argsort(values, kind="stable")
    return order, np.flatnonzero(np.diff(values[order], prepend=np.nan) != 0)


def _correlation(one: Floats, other: Floats, weights: Floats) -> Floats:
    total = weights.sum(axis=1, keepdims=True)
    one = one - (one * weights).sum(axis=1, keepdims=True) / total
    other = other - (other * weights).sum(axis=1, keepdims=True) / total
    spread = (weights * one**2).sum(axis=1) * (weights * other**2).sum(axis=1)
    return _over((weights * one * other).sum(axis=1), np.sqrt(spread))


def _over(part: Floats, whole: Floats) -> Floats:
    """`part` / `whole`, NaN where there is no whole."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=np.abs(whole) > 1e-12)
