"""Where a learning curve goes: the Bayesian average over all its possible shapes.

For every shape of `tasks.scale.families` the two linear coefficients have a conjugate Gaussian
posterior; a shape weighs as much as the points make it likely. Points are the means over seeds,
with the variance that the seeds show, and what no shape explains is a discrepancy of a few fixed
sizes. Averaging is needed because no family wins: on the curves of LCDB none holds a fifth of the
weight.

Intervals are those of the mixture, then widened or narrowed by a factor learned from other curves
(split conformal prediction) so that they cover what they say.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tasks.scale.families import Floats, prior, shapes

TAUS = (0.0, 0.02, 0.06)  # discrepancy, as a share of the first point
MEAN, SPREAD = 0.5, 0.5  # of c and of a, before any point is seen, in the same unit
FARTHEST = 4.0  # times the largest size; beyond, nothing is said
LEVEL = 0.8  # of intervals
FEWEST = 4  # sizes that a curve is laid through to foretell the next
CONFORMAL = {1: 1.05, 2: 1.18}
"""By doublings: half-width of an interval in standard deviations, learned from LCDB's curves."""


class Posterior(NamedTuple):
    """All shapes with their weights, for sizes `at`."""

    at: Floats  # (T,)
    weights: Floats  # (G,)
    means: Floats  # (G, T)
    variances: Floats  # (G, T)
    last: float  # the largest size seen

    @property
    def mean(self) -> Floats:
        """(T,) expected values."""
        found: Floats = self.weights @ self.means
        return found

    @property
    def sd(self) -> Floats:
        """(T,) standard deviations."""
        second = self.weights @ (self.variances + self.means**2)
        found: Floats = np.sqrt(np.maximum(second - self.mean**2, 1e-24))
        return found

    def interval(self) -> tuple[Floats, Floats]:
        """(T,) lower and upper ends of intervals that hold the value in `LEVEL` of cases."""
        doublings = np.log2(self.at / self.last)
        known = sorted(CONFORMAL)
        factor = np.interp(doublings, known, [CONFORMAL[k] for k in known])
        half = factor * self.sd
        return self.mean - half, self.mean + half

    def widened(self, factor: float) -> "Posterior":
        """The same with that many times the doubt."""
        means = self.mean + factor * (self.means - self.mean)
        return self._replace(means=means, variances=self.variances * factor**2)

    def below(self, value: float) -> Floats:
        """(T,) probabilities that the curve is at `value` or below."""
        from scipy.special import ndtr

        z = (value - self.means) / np.sqrt(self.variances)
        found: Floats = self.weights @ ndtr(z)
        return found


def noise_of(values: Floats, parts: Floats | None = None) -> Floats:
    """Variance of each mean over seeds, pooled: a few seeds alone tell little of it.

    Args:
        values: (S, K), sizes by seeds.
        parts: (S,) shares of the pool that each subset takes. Subsets that are a large part of one
            pool differ less than ones from afresh would; their variance is raised for it.
    """
    many = values.shape[1]
    seen = values.var(axis=1, ddof=1) + 1e-10 * max(float((values**2).max()), 1e-18)
    if parts is not None:
        seen = seen / np.maximum(1 - parts, 0.05)
    pooled = np.exp(0.7 * np.log(seen).mean() + 0.3 * np.log(seen)) * 1.35  # E log chi² is low
    found: Floats = pooled / many
    return found


def fit(
    sizes: Sequence[float], values: Floats, at: Sequence[float], parts: Floats | None = None,
    since: float | None = None,
) -> Posterior:  # fmt: skip
    """The curve through `values`, at the sizes `at`.

    Args:
        sizes: S rising sizes, in rows or tokens.
        values: (S, K) of a measure of which less is better and 0 is the least, K >= 2 seeds.
        at: T sizes to tell the curve at; up to `FARTHEST` times the largest is sensible.
        parts: (S,) shares of the pool; see `noise_of`.
        since: A size. Then what is told is how far the curve changes from there on, which is surer
            than the difference of two values that are each told with their own doubt.

    Source: Bayesian model averaging over arXiv 2103.10948's families.
    """
    y, noise = values.mean(axis=1), noise_of(values, parts)
    unit = max(float(np.abs(y).max()), 1e-9)
    first = float(sizes[0])
    here = shapes(tuple(float(n) / first for n in sizes))
    there = shapes(tuple(float(n) / first for n in at))
    level = 1.0  # that c counts in what is told
    if since is not None:
        there, level = there - shapes((float(since) / first,)), 0.0
    found = [_conjugate(y / unit, noise / unit**2, here, there, tau, level) for tau in TAUS]
    evidence = np.concatenate([one[0] for one in found])
    weights = np.exp(evidence - evidence.max())
    return Posterior(
        at=np.asarray(at, dtype=float), weights=weights / weights.sum(),
        means=np.concatenate([one[1] for one in found]) * unit,
        variances=np.concatenate([one[2] for one in found]) * unit**2, last=float(sizes[-1]),
    )  # fmt: skip


class Check(NamedTuple):
    """What the smaller sizes say of the largest one, beside what was seen there."""

    told: float
    low: float
    high: float
    seen: float

    @property
    def doubt(self) -> float:
        """By how much more than they say intervals should be doubted.

        The root of how many half-widths it missed by: on LCDB's curves that gives better interval
        scores than the miss itself, or than none of it.
        """
        half = max((self.high - self.low) / 2, 1e-300)
        return float(np.sqrt(max(1.0, abs(self.told - self.seen) / half)))


def check(sizes: Sequence[float], values: Floats, parts: Floats | None = None) -> Check | None:
    """Hide the largest size and foretell it; None where too few are left to do so."""
    if len(sizes) < FEWEST + 1:
        return None
    less = None if parts is None else parts[:-1]
    found = fit(sizes[:-1], values[:-1], [sizes[-1]], less)
    (low,), (high,) = found.interval()
    return Check(float(found.mean[0]), float(low), float(high), float(values[-1].mean()))


def forecast(
    sizes: Sequence[float], values: Floats, at: Sequence[float], parts: Floats | None = None,
    since: float | None = None,
) -> Posterior:  # fmt: skip
    """The curve as `fit` has it, doubted the more the worse it would have foretold its own end."""
    checked = check(sizes, values, parts)
    found = fit(sizes, values, at, parts, since)
    return found.widened(checked.doubt) if checked else found


def _conjugate(
    y: Floats, noise: Floats, here: Floats, there: Floats, tau: float, level: float
) -> tuple[Floats, Floats, Floats]:
    """For every shape: log evidence (G,), and mean and variance (G, T) of the curve."""
    from scipy.special import log_ndtr

    variance = noise + tau**2 + 1e-6
    w = 1 / variance
    before = 1 / SPREAD**2
    # the posterior of (c, a) has a 2 x 2 precision, written out
    p_cc = before + w.sum()
    p_ca = here @ w
    p_aa = before + here**2 @ w
    b_c = before * MEAN + (w * y).sum()
    b_a = before * MEAN + here @ (w * y)
    det = p_cc * p_aa - p_ca**2
    v_cc, v_aa, v_ca = p_aa / det, p_cc / det, -p_ca / det
    c, a = v_cc * b_c + v_ca * b_a, v_ca * b_c + v_aa * b_a
    left = y - c[:, None] - a[:, None] * here
    evidence = (
        -0.5 * (left**2 @ w + before * ((c - MEAN) ** 2 + (a - MEAN) ** 2))
        + 0.5 * np.log(w).sum() - 0.5 * np.log(det)
        + log_ndtr(a / np.sqrt(v_aa)) + log_ndtr(c / np.sqrt(v_cc))  # curves fall, to 0 at least
        + prior()
    )  # fmt: skip
    means = level * c[:, None] + a[:, None] * there
    spread = level * (v_cc[:, None] + 2 * v_ca[:, None] * there)
    spread = spread + v_aa[:, None] * there**2 + tau**2
    return evidence, means, spread
