"""Curves, their doubt, and the verdicts: each simulated curve gets the honest answer."""

import numpy as np
import pytest

from tasks.scale.families import FAMILIES, prior, shapes
from tasks.scale.findings import Curve, self_check
from tasks.scale.fit import CONFORMAL, check, fit, forecast, noise_of
from tasks.scale.verdict import judge, worth_of

SIZES = (125, 250, 500, 1000, 2000, 4000)


def draws(curve, noise=0.002, seeds=5, sizes=SIZES, seed=0):
    """Values of `curve` at each size, with noise of its own for every seed."""
    chance = np.random.default_rng(seed)
    means = np.array([curve(n) for n in sizes])
    return means[:, None] + chance.normal(0, noise, (len(sizes), seeds))


def power(n):
    return 0.2 + 2.0 * n**-0.4


def test_every_shape_begins_at_one_and_falls():
    at = shapes((1.0, 2.0, 4.0, 1000.0))
    assert at.shape == (sum(map(len, FAMILIES.values())), 4)
    assert np.allclose(at[:, 0], 1)
    assert (np.diff(at, axis=1) <= 1e-12).all()
    assert np.isclose(np.exp(prior()).sum(), 1)


@pytest.mark.parametrize(
    "curve",
    [
        power,
        lambda n: 0.3 + 0.4 * np.exp(-n / 900),
        lambda n: 1 / np.log(n),
        lambda n: 5 * power(n),
    ],
)
def test_a_curve_of_any_family_is_followed_to_four_times_its_size(curve):
    found = fit(SIZES, draws(curve), [8000, 16000])
    truth = np.array([curve(8000), curve(16000)])
    assert np.abs(found.mean - truth).max() < 0.05 * truth.max()
    low, high = found.interval()
    assert (low < found.mean).all()
    assert (found.mean < high).all()


def test_the_same_points_give_the_same_fit_to_the_bit():
    one, other = (fit(SIZES, draws(power), [8000]) for _ in range(2))
    assert one.mean.tobytes() == other.mean.tobytes()


def test_intervals_cover_what_they_say():
    """200 noisy curves of random shape: a band of 80 % holds about 80 % of them."""
    chance = np.random.default_rng(1)
    inside = 0
    for nth in range(200):
        c, a, b = chance.uniform(0, 0.5), chance.uniform(0.5, 3), chance.uniform(0.15, 0.9)
        values = draws(lambda n, c=c, a=a, b=b: c + a * n**-b, 0.005, 3, seed=nth)
        low, high = fit(SIZES, values, [16000]).interval()
        inside += low[0] <= c + a * 16000**-b <= high[0]
    assert 0.7 <= inside / 200 <= 0.97


def test_more_noise_and_more_distance_mean_more_doubt():
    near, far = fit(SIZES, draws(power), [8000, 16000]).sd
    assert near < far
    assert fit(SIZES, draws(power, 0.02), [8000]).sd[0] > near


def test_scale_does_not_matter():
    values = draws(power)
    one, other = fit(SIZES, values, [8000]), fit(SIZES, 1000 * values, [8000])
    assert other.mean[0] == pytest.approx(1000 * one.mean[0])
    assert other.sd[0] == pytest.approx(1000 * one.sd[0])


def test_subsets_of_most_of_the_pool_have_more_noise_than_they_show():
    values = draws(power)
    small, large = np.zeros(len(SIZES)), np.linspace(0.02, 0.8, len(SIZES))
    assert (noise_of(values, large) > noise_of(values, small)).all()


def test_the_chance_to_be_below_a_value_rises_with_it():
    found = fit(SIZES, draws(power), [8000])
    chances = [found.below(v)[0] for v in (0.1, power(8000), 0.5)]
    assert chances == sorted(chances)
    assert chances[0] < 0.05
    assert chances[2] > 0.95


def test_conformal_factors_are_for_two_and_four_times():
    assert set(CONFORMAL) == {1, 2}


@pytest.mark.parametrize(
    ("curve", "noise", "verdict"),
    [
        (power, 0.002, "add data"),
        (lambda n: 0.5, 0.002, "not improving"),
        (lambda n: 0.5, 0.1, "undecided"),
        (lambda n: 0.5 + n / 40000, 0.002, "not improving"),
        (lambda n: power(n) + (0.05 if n > 1000 else 0), 0.002, "undecided"),
    ],
    ids=["falling", "flat", "noisy", "rising", "double descent"],
)
def test_each_kind_of_curve_gets_its_verdict(curve, noise, verdict):
    for seed in range(5):
        assert judge(SIZES, draws(curve, noise, seed=seed), 0.02).verdict == verdict


def test_a_curve_that_has_levelled_off_is_never_told_to_need_more():
    curves = [draws(lambda n: 0.3 + 0.4 * np.exp(-n / 200), 0.001, seed=s) for s in range(10)]
    verdicts = [judge(SIZES, values, 0.02).verdict for values in curves]
    assert set(verdicts) <= {"enough", "undecided"}
    assert verdicts.count("enough") >= 7


def test_a_curve_at_the_edge_is_undecided():
    """What twice the rows bring is about what they must bring: a coin would do as well."""
    values = draws(power, 0.003)
    now = fit(SIZES, values, [4000]).mean[0]
    edge = -fit(SIZES, values, [8000], since=4000).mean[0] / now
    judged = judge(SIZES, values, edge)
    assert judged.verdict == "undecided"
    assert judged.probability == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize(
    ("seeds", "sizes", "why"),
    [(2, SIZES, "2 seeds"), (1, SIZES, "1 seed,"), (5, SIZES[:4], "4 sizes")],
)
def test_too_few_seeds_or_sizes_are_no_verdict(seeds, sizes, why):
    judged = judge(sizes, draws(power, seeds=seeds, sizes=sizes), 0.02)
    assert (judged.verdict, judged.probability) == ("undecided", None)
    assert why in judged.why


def test_asking_for_more_makes_it_less_likely():
    values = draws(power)
    chances = [worth_of(SIZES, values, worth) for worth in (0.01, 0.05, 0.1, 0.3)]
    assert chances == sorted(chances, reverse=True)


def test_a_curve_that_did_not_foretell_its_end_is_doubted_more():
    values = draws(power)
    values[-1] -= 0.05
    trusted, doubted = fit(SIZES, values, [8000]), forecast(SIZES, values, [8000])
    assert doubted.mean[0] == pytest.approx(trusted.mean[0])
    assert doubted.sd[0] > 1.5 * trusted.sd[0]
    assert check(SIZES[:4], values[:4]) is None


def test_the_self_check_hides_the_last_point():
    values = draws(power)
    curve = Curve(list(SIZES), list(SIZES), values, np.zeros(len(SIZES)))
    found = self_check(curve)
    assert found["rows"] == 4000
    assert found["inside"]
    assert found["error"] < 0.05
    broken = values.copy()
    broken[-1] += 0.3
    assert not self_check(curve._replace(values=broken))["inside"]


def test_a_change_is_surer_than_the_difference_of_two_values():
    values = draws(power, 0.02)
    change = fit(SIZES, values, [8000], since=4000)
    apart = fit(SIZES, values, [4000, 8000])
    assert change.mean[0] == pytest.approx(apart.mean[1] - apart.mean[0], abs=1e-9)
    assert change.sd[0] < np.hypot(*apart.sd)


@pytest.mark.parametrize("noise", [0.005, 0.02, 0.05])
def test_of_flat_curves_no_gain_is_told(noise):
    """100 flat curves: not one is told to need more data."""
    verdicts = [judge(SIZES, draws(lambda n: 0.5, noise, seed=s), 0.02).verdict for s in range(100)]
    assert verdicts.count("add data") <= 2


def test_where_nothing_is_left_nothing_can_be_gained():
    assert worth_of(SIZES, np.zeros((6, 5)), 0.02) == 0
