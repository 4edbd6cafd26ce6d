"""A ridge regression on features, cross-fitted: no row is scored by a head that saw its group.

One pass over the rows gives the products of the features for each fold; those of the other folds
add up to what the head of a fold is taught from. So five folds and a grid of penalties cost about
as much as one fit. Ridge on 0/1 targets ranks no worse than a logistic regression here (measured
on swapped answers) and has one solution, which does not depend on where a solver stops.
"""

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_hash as plh

from tasks.score.features import Features, Floats

FOLDS = 5
PENALTIES = (0.03, 0.15, 0.75, 4.0, 20.0)
"""On a column of a vector, in units of its variance."""

PLAIN = 0.01
"""Share of that which a plain feature bears: one of a thousand directions is seldom worth as much
as a word count. Without it 400 rows taught an AUC of 0.73 where plain features alone had 0.83; with
it 0.83, and more than those from 1,000 rows on."""

CONSTANT = 1e-6  # a column that spreads less says nothing
TINY = 1e-9

Folds = npt.NDArray[np.int64]
P = ParamSpec("P")
R = TypeVar("R")


class Lesson(NamedTuple):
    """What a head is taught from: n rows, in an order that does not depend on storage."""

    features: Features  # (n, d)
    plain: int  # so many of the first columns are no part of a vector
    target: Floats  # (n,) what it should say
    folds: Folds  # (n,) `folds_of`
    weights: Floats  # (n,) how much each row counts


class Head(NamedTuple):
    """One regression per fold, each taught by the rows of the other folds."""

    weights: Floats  # (FOLDS, features)
    bias: Floats  # (FOLDS,)
    penalty: float
    out_of_fold: Floats  # (n,) what it says of the rows that taught it

    def predict(self, features: Features) -> Floats:
        """What the head of each fold says: (n, FOLDS)."""
        # in double precision, so that how rows are batched shows in no digit that is kept
        said: Floats = features.astype(np.float64) @ self.weights.T + self.bias
        return said


def on_one_thread(work: Callable[P, R]) -> Callable[P, R]:
    """`work` with its linear algebra on one thread: its digits do not depend on how many cores.

    On matrices of this size it costs less, too: on a busy machine the threads of BLAS spin while
    they wait for each other (measured: ten times the CPU).
    """

    @wraps(work)
    def alone(*args: P.args, **named: P.kwargs) -> R:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1, "blas"):
            return work(*args, **named)

    return alone


def folds_of(groups: pl.Series, seed: int) -> Folds:
    """Fold of each row: equal `groups` (texts) share one, whatever rows stand beside them."""
    salted = pl.DataFrame({"group": groups.fill_null("")}).select(
        salted=pl.lit(f"{seed}:") + pl.col("group")
    )
    folds: Folds = salted.select(
        (plh.col("salted").nchash.xxh3_64() % FOLDS).cast(pl.Int64)
    ).to_series().to_numpy()  # fmt: skip
    return folds


def train_head(lesson: Lesson) -> Head:
    """Teach a head: of the penalties the one with the least squared error out of fold."""
    features, plain, target, folds, weights = lesson
    share = (weights / weights.sum()).astype(np.float32)
    even, mean, scale = _evened(features, share)
    sums = [_sums(even, target, share * (folds == fold)) for fold in range(FOLDS)]
    rest = [_add(sums[:fold] + sums[fold + 1 :]) for fold in range(FOLDS)]
    held = np.repeat([PLAIN, 1.0, 0.0], [plain, len(mean) - plain, 1])
    fits = np.array([[_solve(*one, penalty * held) for one in rest] for penalty in PENALTIES])
    said = [(even @ fit.T.astype(np.float32))[np.arange(len(folds)), folds] for fit in fits]
    best = int(np.argmin([share @ np.square(one - target) for one in said]))
    slopes = fits[best][:, :-1] / scale
    bias = fits[best][:, -1] - slopes @ mean
    return Head(slopes, bias, PENALTIES[best], said[best].astype(np.float64))


def _evened(features: Features, share: Features) -> tuple[Features, Floats, Floats]:
    """`features` with mean 0, variance 1 and a constant behind them; their means and spreads."""
    even = np.empty((len(features), features.shape[1] + 1), np.float32)
    mean = share @ features
    values = np.subtract(features, mean, out=even[:, :-1])
    spread = np.sqrt(np.einsum("i,ij,ij->j", share, values, values))
    scale = np.where(spread > CONSTANT, spread, np.inf)
    values /= scale
    even[:, -1] = 1
    return even, mean.astype(np.float64), scale.astype(np.float64)


def _sums(even: Features, target: Floats, share: Features) -> tuple[Floats, Floats]:
    """Products of the features with each other and with the target over the rows of a fold."""
    mine = np.flatnonzero(share)
    weighted = even[mine] * share[mine, None]
    products = (weighted.T @ even[mine]).astype(np.float64)
    return products, (target[mine].astype(np.float32) @ weighted).astype(np.float64)


def _add(parts: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    products, targets = zip(*parts, strict=True)
    return np.sum(products, axis=0), np.sum(targets, axis=0)


def _solve(products: Floats, target: Floats, penalty: Floats) -> Floats:
    """Coefficients of the ridge regression with a penalty on each, the last one the constant's."""
    from scipy.linalg import solve

    total = products[-1, -1]  # the weight of all rows
    found: Floats = solve(products + np.diag(penalty * total + TINY), target, assume_a="pos")
    return found
