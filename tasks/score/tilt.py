"""How much of one sample is drawn from another: a two-part mixture told apart by a score.

The set's own pairs are sound ones and, unknown which, pairs like those that were swapped on
purpose. The log of the ratio of both densities is taken as linear in the score (an exponential
tilt: Anderson 1972; Qin 1999 for the mixture and its EM). So a score becomes the probability
that a pair is a swapped one in this set, and not in one that is half swapped.
"""

from typing import NamedTuple

import numpy as np

from tasks.score.features import Floats
from tasks.score.logistic import logistic, step

FIRST_GUESS = 0.05  # share of swapped pairs
LEAST = 1e-4
STEPS, CLOSE = 500, 1e-6  # at most so many, and until no probability changes by more


class Tilt(NamedTuple):
    """From a score to the probability that a pair is a swapped one."""

    share: float  # of such pairs in the set
    level: float
    slope: float

    def probability(self, score: Floats) -> Floats:
        """The higher the score, the likelier."""
        prior = np.log(self.share / (1 - self.share))
        return logistic(self.level + self.slope * score + prior)


def tilt_of(own: Floats, other: Floats) -> Tilt:
    """How swapped pairs are mixed into a set's own, from the scores of its own and swapped pairs.

    Each step asks how likely each own pair is a swapped one, and then fits a logistic regression
    of swapped against sound that counts it as both, each in its part.
    """
    score = np.concatenate([own, own, other])
    is_other = np.repeat([0.0, 1.0, 1.0], [len(own), len(own), len(other)])
    part: Floats = np.full(len(own), FIRST_GUESS, np.float64)
    line: Floats = np.zeros(2)
    for _ in range(STEPS):
        line = step(score, is_other, np.concatenate([1 - part, part, np.ones(len(other))]), line)
        counted = np.log((part.sum() + len(other)) / (1 - part).sum())
        share = float(np.clip(part.mean(), LEAST, 1 - LEAST))
        tilt = Tilt(share, float(line[0] - counted), float(line[1]))
        before, part = part, tilt.probability(own)
        if np.abs(part - before).max() < CLOSE:
            break
    return tilt
