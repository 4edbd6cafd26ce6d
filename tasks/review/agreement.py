"""How far people agree with each other beyond chance, over the items that several looked at."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tasks.review.answers import ANSWERS
from tasks.review.votes import Vote
from tasks.score.calibration.agreement import alpha, kappa, pairwise
from tasks.score.calibration.resample import Estimate, Floats, estimate, share

TWO = 2
COHEN, KRIPPENDORFF = "Cohen's kappa", "Krippendorff's alpha"
Facts = dict[str, Any]


def agreement(votes: Sequence[Vote], seed: int = 0) -> Facts:
    """Agreement of all people, with intervals (95 %) over resampled items.

    Returns:
        `measure` (Cohen's kappa of two people, else Krippendorff's alpha, which takes that not
        everybody has seen every item), its `value`, `low` and `high`, null where everybody always
        said the same; `same`, the share of pairs of people who agree, likewise; `items`, looked at
        by two or more; `people`.
    """
    labels = table(votes)
    several = labels[(~np.isnan(labels)).sum(axis=1) >= TWO]
    people = labels.shape[1]
    measure = COHEN if people <= TWO else KRIPPENDORFF
    if not len(several):
        nothing = _ends(Estimate())
        return {"measure": measure, **nothing, "same": nothing, "items": 0, "people": people}
    groups = np.arange(len(several))
    statistic = alpha(several)
    if people == TWO:
        one, other = several.astype(np.int64).T
        statistic = kappa(one, other, len(ANSWERS))
    found = estimate(statistic, groups, seed)
    same = share(pairwise(several), groups, seed)
    return {"measure": measure, **_ends(found), "same": _ends(same), "items": len(several),
            "people": people}  # fmt: skip


def table(votes: Sequence[Vote]) -> Floats:
    """Items x people: the place of the answer in `ANSWERS`, NaN where somebody gave none."""
    items = {item: at for at, item in enumerate(dict.fromkeys(v.item for v in votes))}
    people = {name: at for at, name in enumerate(sorted({v.person for v in votes}))}
    labels = np.full((len(items), len(people)), np.nan)
    for vote in votes:
        assert vote.answer in ANSWERS
        labels[items[vote.item], people[vote.person]] = ANSWERS.index(vote.answer)
    return labels


def _ends(found: Estimate) -> Facts:
    value, low, high = found.ends()
    return {"value": value, "low": low, "high": high}
