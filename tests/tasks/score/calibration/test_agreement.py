"""The figures of agreement are those of the textbooks, whole and by weights."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from tasks.score.calibration.agreement import (
    agree,
    alpha,
    auc,
    kappa,
    leaning,
    pairwise,
    partial_spearman,
    spearman,
)

CHANCE = np.random.default_rng(0)
N = 60
ONE, OTHER = CHANCE.integers(0, 3, N), CHANCE.integers(0, 3, N)
LEFT = np.round(CHANCE.normal(size=N), 1)  # with ties
RIGHT = np.round(LEFT + CHANCE.normal(size=N), 1)
GOOD = (CHANCE.random(N) < 0.4).astype(float)
TIMES = CHANCE.integers(0, 4, N)  # how often each item was drawn
DRAWN = np.repeat(np.arange(N), TIMES)


def whole(statistic, n=N):
    return statistic(np.ones((1, n)))[0]


def drawn(statistic):
    """Beside another draw, so that draws are not mixed up."""
    return statistic(np.stack([np.ones(N), TIMES]))[1]


@pytest.mark.parametrize("weighting", ["none", "linear", "quadratic"])
def test_kappa_is_cohens_also_of_a_resample(weighting):
    found = kappa(ONE, OTHER, 3, weighting)
    name = None if weighting == "none" else weighting

    assert whole(found) == pytest.approx(cohen_kappa_score(ONE, OTHER, weights=name))
    assert drawn(found) == pytest.approx(cohen_kappa_score(ONE[DRAWN], OTHER[DRAWN], weights=name))


def test_kappa_by_hand():
    # Cohen's table 20 5 / 10 15: observed 0.7, by chance 0.5
    one = np.repeat([0, 0, 1, 1], [20, 5, 10, 15])
    other = np.repeat([0, 1, 0, 1], [20, 5, 10, 15])

    assert whole(kappa(one, other, 2), 50) == pytest.approx(0.4)


def test_kappa_of_a_judge_that_always_says_the_same_is_nought_not_its_agreement():
    people = np.repeat([0, 1], [5, 45])

    assert whole(kappa(np.ones(50, int), people, 2), 50) == 0
    assert agree(np.ones(50, int), people).mean() == 0.9


def test_kappa_where_everybody_only_ever_said_one_thing_is_not_known():
    assert np.isnan(whole(kappa(np.ones(9, int), np.ones(9, int), 2), 9))


def test_spearman_is_that_of_scipy_with_ties_also_of_a_resample():
    assert whole(spearman(LEFT, RIGHT)) == pytest.approx(spearmanr(LEFT, RIGHT)[0])
    assert drawn(spearman(LEFT, RIGHT)) == pytest.approx(spearmanr(LEFT[DRAWN], RIGHT[DRAWN])[0])


def test_spearman_with_a_constant_is_not_known():
    assert np.isnan(whole(spearman(np.ones(N), RIGHT)))


def test_auc_is_that_of_sklearn_with_ties_also_of_a_resample():
    assert whole(auc(LEFT, GOOD)) == pytest.approx(roc_auc_score(GOOD, LEFT))
    assert drawn(auc(LEFT, GOOD)) == pytest.approx(roc_auc_score(GOOD[DRAWN], LEFT[DRAWN]))


def test_auc_without_a_bad_item_is_not_known():
    assert np.isnan(whole(auc(LEFT, np.ones(N))))


def test_alpha_is_krippendorffs_own_example():
    # Krippendorff 2011, "Computing Krippendorff's alpha-reliability", C: nominal data, any number
    # of observers, missing data; alpha = 0.743
    x = np.nan
    raters = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, x, x, x],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, x, 3],
        [x, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, x],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, x],
    ]
    labels = np.array(raters, float).T

    assert whole(alpha(labels), 12) == pytest.approx(0.743, abs=5e-4)


def test_alpha_of_a_resample_is_that_of_the_rows_it_drew():
    labels = np.stack([ONE, OTHER, ONE], axis=1).astype(float)
    labels[:5, 2] = np.nan

    assert drawn(alpha(labels)) == pytest.approx(whole(alpha(labels[DRAWN]), len(DRAWN)))


def test_pairs_of_raters_that_agree_are_counted_item_by_item():
    labels = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0.5], [1, np.nan, np.nan], [0, np.nan, 0]])

    found = pairwise(labels)

    assert found[[0, 1, 2, 4]].tolist() == pytest.approx([1, 1 / 3, 0, 1])
    assert np.isnan(found[3])


def test_what_a_third_thing_explains_is_taken_out_of_a_correlation():
    common = CHANCE.normal(size=400)
    one, other = common + CHANCE.normal(size=400) / 3, common + CHANCE.normal(size=400) / 3

    assert whole(spearman(one, other), 400) > 0.8
    assert abs(whole(partial_spearman(one, other, common), 400)) < 0.15


def test_leaning_is_one_for_who_always_takes_the_side_and_minus_one_for_who_never_does():
    people = np.array([1.0, 1, 1, 0])

    assert whole(leaning(np.ones(4), people), 4) == 1
    assert whole(leaning(np.zeros(4), people), 4) == -1


def test_no_leaning_in_a_judge_that_follows_people_however_they_prefer_the_side():
    people = np.repeat([1.0, 0.0], [90, 10])

    assert whole(leaning(people, people), 100) == 0


def test_no_leaning_in_a_judge_that_errs_to_both_sides_alike():
    people = np.repeat([1.0, 0.0], [80, 20])
    judge = np.concatenate([np.tile([1, 1, 1, 0], 20), np.tile([0, 0, 0, 1], 5)]).astype(float)

    assert whole(leaning(judge, people), 100) == 0


def test_a_leaning_where_errors_go_to_one_side():
    people = np.repeat([1.0, 0.0], [50, 50])
    judge = np.concatenate([np.ones(50), np.tile([1.0, 0.0], 25)])

    assert whole(leaning(judge, people), 100) == 0.5
