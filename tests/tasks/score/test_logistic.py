"""Logistic regression on one score."""

import numpy as np
import pytest

from tasks.score.logistic import fit, logistic


def test_the_curve_that_made_the_targets_is_found():
    score = np.linspace(-4, 4, 401)
    assert fit(score, logistic(0.5 - 2 * score)) == pytest.approx([0.5, -2], abs=1e-3)


def test_targets_between_no_and_yes_are_means():
    assert logistic(fit(np.zeros(4), np.array([0.25, 0.5, 0.5, 0.75]))[0]) == pytest.approx(0.5)


def test_scores_that_part_their_targets_have_a_steep_curve_and_not_an_endless_one():
    line = fit(np.array([-1.0, -1, 1, 1]), np.array([0.0, 0, 1, 1]))
    assert np.isfinite(line).all()
    assert logistic(line[0] + line[1]) > 0.99
