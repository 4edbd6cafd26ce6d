"""The cross-fitted ridge regression: what it learns, and that it never scores what it saw."""

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from tasks.score.head import FOLDS, PLAIN, Lesson, folds_of, on_one_thread, train_head

CHANCE = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def one_thread():
    with threadpool_limits(1, "blas"):
        yield


def lesson(features, target, folds=None, plain=0):
    folds = np.arange(len(target)) % FOLDS if folds is None else folds
    return Lesson(features.astype(np.float32), plain, target, folds, np.ones(len(target)))


def test_what_is_linear_is_learned_whatever_it_is_measured_in():
    features = CHANCE.normal(size=(600, 4)) * [1, 1_000, 0.001, 1] + [0, 5, 0, 9]
    target = features @ [1, 0.002, -500, 0] + 3
    head = train_head(lesson(features, target))
    fresh = CHANCE.normal(size=(50, 4)) * [1, 1_000, 0.001, 1] + [0, 5, 0, 9]
    said = head.predict(fresh.astype(np.float32))
    assert said.shape == (50, FOLDS)
    assert np.corrcoef(said.mean(axis=1), fresh @ [1, 0.002, -500, 0] + 3)[0, 1] > 0.999


def test_noise_is_not_learned():
    head = train_head(lesson(CHANCE.normal(size=(300, 200)), CHANCE.normal(size=300)))
    assert abs(head.out_of_fold).max() < 1
    assert head.penalty >= 1


def test_what_is_said_out_of_fold_is_what_the_head_of_the_fold_says():
    features, target = CHANCE.normal(size=(100, 5)), CHANCE.normal(size=100)
    folds = np.arange(100) % FOLDS
    head = train_head(lesson(features, target, folds))
    said = head.predict(features.astype(np.float32))[np.arange(100), folds]
    assert said == pytest.approx(head.out_of_fold, abs=1e-4)


def test_no_row_is_scored_by_a_head_that_saw_its_group():
    """Each group has a target and a feature of its own, which says nothing of any other group."""
    groups = pl.Series([f"group {at // 10}" for at in range(200)])
    own = np.repeat(np.eye(20), 10, axis=0)
    target = np.repeat(CHANCE.normal(size=20), 10)
    fair = train_head(lesson(own, target, folds_of(groups, 0))).out_of_fold
    unfair = train_head(lesson(own, target)).out_of_fold
    assert np.corrcoef(unfair, target)[0, 1] > 0.9
    assert abs(np.corrcoef(fair, target)[0, 1]) < 0.5


def test_a_plain_feature_is_held_back_less_than_one_of_many_directions():
    features = CHANCE.normal(size=(120, 300))
    target = features[:, 0] + CHANCE.normal(size=120)
    error = [
        np.square(train_head(lesson(features, target, plain=plain)).out_of_fold - target).mean()
        for plain in (0, 1)
    ]
    assert error[1] < 0.8 * error[0]
    assert PLAIN < 1


def test_a_column_that_never_changes_says_nothing():
    features = CHANCE.normal(size=(100, 3))
    target = features @ [1, 2, 3]
    still = np.column_stack([features, np.full(100, 7.0)])
    head = train_head(lesson(still, target))
    assert np.isfinite(head.weights).all()
    assert not head.weights[:, 3].any()


def test_a_fold_depends_on_the_group_and_the_seed_alone():
    groups = pl.Series(["a", "b", "a", None, "c", "d", "e", "f"])
    folds = folds_of(groups, 0)
    assert folds[0] == folds[2]
    assert folds_of(groups[::-1], 0).tolist() == folds[::-1].tolist()
    assert folds_of(groups, 1).tolist() != folds.tolist()
    assert set(folds_of(pl.Series(map(str, range(200))), 0)) == set(range(FOLDS))


def test_on_one_thread_only_one_thread_of_linear_algebra_runs():
    def threads():
        return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    with threadpool_limits(2, "blas"):
        assert on_one_thread(threads)() == {1}
        assert threads() == {2}
