"""Losses of a drop by a labelled sample of the run; see `prevalence`."""

from typing import NamedTuple

import numpy as np

from tasks.score.calibration.prevalence import Losses, unknown
from tasks.score.calibration.resample import LEVEL, Estimate, Floats

FEW = 10  # rows of a kind below which an interval is not taken to be normal


class Labelled(NamedTuple):
    """A random sample of the run's judged rows that people have labelled; vectors of one length."""

    is_good: Floats  # 1 or 0, by people
    is_flagged: Floats  # 1 or 0, by the judge
    score: Floats  # of the judge, 0 to 1


def prediction_powered(
    labelled: Labelled, is_flagged: Floats, score: Floats, level: float = LEVEL
) -> Losses:
    """Losses by a labelled sample of the run, made sharper by the judge's scores of all rows.

    How far the scores are relied on is tuned to the sample (Angelopoulos et al. 2023,
    arXiv:2311.01453), so that a useless judge costs nothing against counting labels alone. The
    interval is normal; where the sample has too few losses for that, the labels alone are counted,
    and the interval is Jeffreys'.

    Args:
        labelled: The sample.
        is_flagged: 1 for each row of the run that the judge would drop, else 0.
        score: The judge's score of each row of the run.
        level: Of the interval.
    """
    rows, dropped = len(is_flagged), int(is_flagged.sum())
    if why := unknown(rows, len(labelled.is_good), len(labelled.is_good)):
        return Losses(rows=rows, dropped=dropped, why_not=why)
    good, flagged, rated = labelled
    return Losses(
        good_dropped=_count(good * flagged, flagged * rated, is_flagged * score, level),
        bad_left=_count(
            (1 - good) * (1 - flagged), (1 - flagged) * (1 - rated),
            (1 - is_flagged) * (1 - score), level,
        ),
        rows=rows, dropped=dropped,
    )  # fmt: skip


def _count(truth: Floats, guess: Floats, every: Floats, level: float) -> Estimate:
    """How many rows of the run are so, from the truth of a few and a guess at each."""
    from scipy.stats import beta, norm

    n, rows, found = len(truth), len(every), float(truth.sum())
    if min(found, n - found) < FEW:
        low, high = beta.interval(level, found + 0.5, n - found + 0.5)
        return Estimate(value=found / n * rows, low=low * rows, high=high * rows, items=n)
    spread = guess.var()
    trust = np.cov(truth, guess)[0, 1] / spread / (1 + n / rows) if spread > 0 else 0.0
    rate = trust * every.mean() + (truth - trust * guess).mean()
    doubt = np.sqrt(trust**2 * every.var() / rows + (truth - trust * guess).var() / n)
    reach = float(norm.ppf((1 + level) / 2)) * doubt
    value, low, high = (float(np.clip(x, 0, 1)) * rows for x in (rate, rate - reach, rate + reach))
    return Estimate(value=value, low=low, high=high, items=n)
