"""Teach a head a judge's scores, and measure how far it agrees."""

from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.score.calibration.agreement import auc, kappa, spearman
from tasks.score.calibration.resample import Estimate, estimate
from tasks.score.features import PLAIN, Features, Floats, Sides, pair_features
from tasks.score.head import FOLDS, Head, Lesson, folds_of, train_head
from tasks.score.logistic import fit, logistic

CHEAP = (
    "score_pairing", "score_pairing_rank", "score_mismatch", "score_refusal", "score_echo",
    "score_cut", "score_repetition", "score_overlap", "score_language_match",
    "score_format_valid", "score_injection",
)  # fmt: skip
"""Columns of earlier stages that a head learns from, where they are."""

JUDGE = "score_judge"


class Pupil(NamedTuple):
    """A head that the judge has taught."""

    head: Head
    curve: Floats  # level and slope, from what the head says to the judge's scale
    cheap: tuple[str, ...]
    usual: tuple[float, ...]  # value of each of these columns where a row has none
    seed: int

    def score(self, texts: pl.DataFrame, sides: Sides) -> tuple[Floats, Floats]:
        """What the judge would say of n rows, and the standard error of that.

        The error is that of a jackknife over folds (Efron 1982): how far the heads of the folds,
        each taught without one fifth, differ.
        """
        every = self.head.predict(_features(texts, sides, self.cheap, self.usual))
        said = logistic(self.curve[0] + self.curve[1] * every)
        own = said[np.arange(len(said)), folds_of(texts["asked"], self.seed)]
        return own, said.std(axis=1) * np.sqrt(FOLDS - 1)


def taught_by(judged: pl.DataFrame, sides: Sides, seed: int) -> Pupil:
    """Teach a head.

    Args:
        judged: Columns asked, score_judge and any of `CHEAP`, of n rows in the order of a hash.
        sides: The same rows.
        seed: Changes the folds.
    """
    cheap = tuple(name for name in CHEAP if name in judged.columns)
    means = judged.select(pl.col(cheap).cast(pl.Float64).mean().fill_null(0)) if cheap else None
    usual = means.row(0) if means is not None else ()
    target = judged[JUDGE].cast(pl.Float64).to_numpy()
    features = _features(judged, sides, cheap, usual)
    folds, even = folds_of(judged["asked"], seed), np.ones(len(target))
    head = train_head(Lesson(features, PLAIN + len(cheap), target, folds, even))
    return Pupil(head, fit(head.out_of_fold, target), cheap, usual, seed)


def agreement(pupil: Pupil, judged: pl.DataFrame, threshold: float) -> dict[str, Estimate]:
    """How far the head agrees with the judge on rows whose prompt it had not seen.

    Returns:
        `spearman` of both, and with the judge's scores cut at `threshold` the `auc` of the head
        and the `kappa` of both; intervals over prompts.
    """
    said = logistic(pupil.curve[0] + pupil.curve[1] * pupil.head.out_of_fold)
    judge = judged[JUDGE].cast(pl.Float64).to_numpy()
    prompts = judged["asked"].rank("dense").cast(pl.Int64).to_numpy()
    good, called = (judge >= threshold).astype(np.int64), (said >= threshold).astype(np.int64)
    # two digits, for the area asks for a cell per row and distinct score
    statistics = {
        "spearman": spearman(said, judge),
        "auc": auc(said.round(2), good.astype(np.float64)),
        "kappa": kappa(called, good, 2),
    }
    return {name: estimate(one, prompts, pupil.seed) for name, one in statistics.items()}


def _features(
    texts: pl.DataFrame, sides: Sides, cheap: tuple[str, ...], usual: tuple[float, ...]
) -> Features:
    columns = [texts[n].cast(pl.Float64).fill_null(u) for n, u in zip(cheap, usual, strict=True)]
    return pair_features(sides, *(column.to_numpy() for column in columns))
