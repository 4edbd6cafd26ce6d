"""Losses of a drop are found again where they are known, and their intervals cover them."""

import numpy as np
import pytest

from tasks.score.calibration.prevalence import Confusion, Losses, rogan_gladen
from tasks.score.calibration.resample import Estimate

SIMULATIONS = 250


class World:
    """Rows of which all is known, and a judge that errs at known rates."""

    def __init__(self, n: int, bad: float, hit: float, alarm: float, seed: int) -> None:
        chance = np.random.default_rng(seed)
        self.good = (chance.random(n) >= bad).astype(float)
        rate = np.where(self.good == 1, alarm, hit)
        self.flagged = (chance.random(n) < rate).astype(float)

    @property
    def good_dropped(self) -> float:
        return float((self.good * self.flagged).sum())

    @property
    def bad_left(self) -> float:
        return float(((1 - self.good) * (1 - self.flagged)).sum())


def by_gold(seed: int) -> tuple[Losses, World]:
    """A gold file with other shares of good and bad than the run, and the same error rates."""
    gold, run = World(300, 0.4, 0.8, 0.1, seed), World(500, 0.2, 0.8, 0.1, seed + 10_000)
    seen = Confusion.of(gold.good, gold.flagged)
    return rogan_gladen(seen, 500, int(run.flagged.sum()), seed, level=0.9), run


def test_intervals_of_90_percent_cover_the_truth_in_about_90_percent() -> None:
    covered = np.zeros(2)
    for seed in range(SIMULATIONS):
        found, run = by_gold(seed)
        for at, (one, truth) in enumerate(
            [(found.good_dropped, run.good_dropped), (found.bad_left, run.bad_left)]
        ):
            assert one.low is not None
            covered[at] += one.low <= truth <= one.high

    assert ((covered / SIMULATIONS > 0.85) & (covered / SIMULATIONS < 0.95)).all()


def test_estimates_are_right_on_average() -> None:
    ways = [by_gold(seed) for seed in range(100)]

    for name in ("good_dropped", "bad_left"):
        off = [getattr(found, name).value - getattr(run, name) for found, run in ways]
        assert abs(np.mean(off)) < 3 * np.std(off) / 10 + 3


def test_the_judges_own_count_is_corrected_for_its_errors() -> None:
    # 10 % of 1000 are bad; 80 of them and 90 of 900 good ones are flagged
    seen = Confusion(bad_flagged=800, bad_passed=200, good_flagged=100, good_passed=900)

    found = rogan_gladen(seen, 1000, 170)

    assert found.good_dropped.value == pytest.approx(90)
    assert found.bad_left.value == pytest.approx(20)
    assert found.good_dropped.low < 90 < found.good_dropped.high < 170
    assert found.text.startswith("of 170 rows that the judge would drop about 90 ("), found.text


def test_a_judge_that_never_erred_on_few_items_may_err_on_many_rows() -> None:
    seen = Confusion(bad_flagged=20, bad_passed=0, good_flagged=0, good_passed=20)

    found = rogan_gladen(seen, 1000, 100)

    assert (found.good_dropped.value, found.bad_left.value) == (0, 0)
    assert found.good_dropped.high > 10


def test_no_more_good_rows_are_lost_than_were_dropped() -> None:
    seen = Confusion(bad_flagged=8, bad_passed=2, good_flagged=5, good_passed=5)

    found = rogan_gladen(seen, 1000, 100)  # fewer flags than good rows alone would give

    assert found.good_dropped.value == 100
    assert found.good_dropped.high <= 100
    assert rogan_gladen(seen, 1000, 0).good_dropped.high == 0


@pytest.mark.parametrize(
    ("counts", "why"),
    [((5, 5, 5, 5), "as often"), ((2, 8, 5, 5), "as often"), ((0, 0, 5, 5), "no bad item"),
     ((5, 5, 0, 0), "no good item"), ((0, 0, 0, 0), "no item")],
)  # fmt: skip
def test_a_judge_of_which_nothing_is_known_gives_no_estimate(
    counts: tuple[int, ...], why: str
) -> None:
    seen = Confusion(**dict(zip(Confusion.model_fields, counts, strict=True)))

    found = rogan_gladen(seen, 100, 10)

    assert why in found.why_not
    assert found.good_dropped == Estimate()
    assert found.text == f"how many good rows were dropped is not known: {found.why_not}"


def test_a_judge_just_better_than_chance_gives_an_estimate_that_says_little() -> None:
    seen = Confusion(bad_flagged=6, bad_passed=4, good_flagged=5, good_passed=5)

    found = rogan_gladen(seen, 1000, 520)

    assert found.why_not == ""
    assert found.good_dropped.high - found.good_dropped.low > 400


def test_a_run_without_rows_lost_none_and_says_so() -> None:
    seen = Confusion(bad_flagged=8, bad_passed=2, good_flagged=1, good_passed=9)

    assert rogan_gladen(seen, 0, 0).why_not == "the judge decided no row"


def test_items_are_counted_by_what_people_and_the_judge_say() -> None:
    found = Confusion.of(np.array([1.0, 1, 1, 0, 0, 0]), np.array([1.0, 0, 0, 1, 1, 0]))

    assert found == Confusion(bad_flagged=2, bad_passed=1, good_flagged=1, good_passed=2)
