"""What people say together, and how far they agree among themselves: the ceiling for any judge."""

import numpy as np

from tasks.score.calibration.agreement import agree, alpha, kappa, pairwise, spearman
from tasks.score.calibration.labels import TIE
from tasks.score.calibration.resample import Codes, Estimate, Floats, estimate, share


def majority(labels: Floats) -> Floats:
    """What most people say of each pair; a tie where no answer has most, NaN without a label.

    Args:
        labels: Items x people: 1, 0.5 or 0, NaN where someone said nothing.
    """
    kinds = np.array([0.0, TIE, 1.0])
    votes = np.stack([(labels == kind).sum(axis=1) for kind in kinds], axis=1)
    most = votes.max(axis=1, keepdims=True)
    alone = (votes == most).sum(axis=1) == 1
    said = np.where(alone, kinds[votes.argmax(axis=1)], TIE)
    found: Floats = np.where(most[:, 0] > 0, said, np.nan)
    return found


def mean(labels: Floats) -> Floats:
    """Mean rating of each item, NaN without one."""
    given = (~np.isnan(labels)).sum(axis=1)
    found: Floats = np.full(len(labels), np.nan)
    np.divide(np.nansum(labels, axis=1), given, out=found, where=given > 0)
    return found


def three_ways(values: Floats) -> Codes:
    """Pairs as kinds: 0 the second is better, 1 a tie, 2 the first is better."""
    return np.rint(2 * values).astype(np.int64)


def ceiling(labels: Floats, groups: Codes, good: float | None, seed: int) -> dict[str, Estimate]:
    """How far people agree with each other; empty where no item has two labels.

    Args:
        labels: Items x people, 0 to 1, NaN where there is none.
        groups: Which prompt each item belongs to.
        good: Ratings from here on are good; None: the labels are preferences.
        seed: Of the resampling.

    Returns:
        `pairwise`, the mean share of two people who agree; `alpha`, Krippendorff's; and each person
        against what the others say together, which is what a judge is held to: `agreement`,
        `kappa` and, of ratings, `spearman`.
    """
    named = labels if good is None else np.where(np.isnan(labels), np.nan, labels >= good)
    both = pairwise(named)
    rated = ~np.isnan(both)
    if not rated.any():
        return {}
    one, rest, whose = _each_and_the_rest(labels, groups, of_pairs=good is None)
    if good is None:
        codes, others, kinds = three_ways(one), three_ways(rest), 3
    else:
        codes, others, kinds = (one >= good).astype(int), (rest >= good).astype(int), 2
    found = {
        "pairwise": share(both[rated], groups[rated], seed),
        "alpha": estimate(alpha(named), groups, seed),
        "agreement": share(agree(codes, others), whose, seed),
        "kappa": estimate(kappa(codes, others, kinds), whose, seed),
    }
    return (
        found if good is None else found | {"spearman": estimate(spearman(one, rest), whose, seed)}
    )


def _each_and_the_rest(
    labels: Floats, groups: Codes, *, of_pairs: bool
) -> tuple[Floats, Floats, Codes]:
    """Every label, what all others say of that item, and the prompt it belongs to."""
    together = majority if of_pairs else mean
    people = range(labels.shape[1])
    rest = np.concatenate([together(np.delete(labels, one, axis=1)) for one in people])
    one = labels.T.ravel()
    known = ~np.isnan(one) & ~np.isnan(rest)
    return one[known], rest[known], np.tile(groups, labels.shape[1])[known]
