"""Logistic regression on one score, with targets anywhere from 0 to 1."""

import numpy as np

from tasks.score.features import Floats

STEPS, CLOSE = 100, 1e-10
HELD = 1e-6  # a touch of ridge: scores that part their targets altogether have no best slope


def logistic(odds: Floats) -> Floats:
    """Probability of log odds."""
    found: Floats = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return found


def step(score: Floats, target: Floats, weights: Floats, line: Floats) -> Floats:
    """Level and slope (2,), one Newton step nearer to the weighted fit than `line`."""
    design = np.column_stack([np.ones(len(score)), score])
    likely = logistic(design @ line)
    gradient = design.T @ (weights * (target - likely)) - HELD * line
    curve = (design * (weights * likely * (1 - likely))[:, None]).T @ design
    return line + np.linalg.solve(curve + HELD * np.eye(2), gradient).astype(np.float64)


def fit(score: Floats, target: Floats) -> Floats:
    """Level and slope (2,) that make `target` likeliest."""
    line: Floats = np.zeros(2)
    for _ in range(STEPS):
        before, line = line, step(score, target, np.ones(len(score)), line)
        if np.abs(line - before).max() < CLOSE:
            break
    return line
