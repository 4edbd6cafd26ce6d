"""The rate of wrong drops: right on average, with an interval that holds it, never too sure."""

import random

import polars as pl
import pytest

from tasks.review.estimate import Stratum, false_drops, overall
from tasks.review.sample import sample

WRONG = {"often": 0.3, "seldom": 0.04, "never": 0.0}
SIZES = {"often": 80, "seldom": 400, "never": 60}


def population(seed):
    """Rows by stratum, and which of them left wrongly."""
    chance = random.Random(seed)
    lines = [(f"{name}{n}-0", name, float(chance.random() < WRONG[name]))
             for name, size in SIZES.items() for n in range(size)]  # fmt: skip
    schema = {"id": pl.String, "stratum": pl.String, "truth": pl.Float64}
    return pl.DataFrame(lines, schema=schema, orient="row")


def judged(rows, seed, size=60):
    """What people, who are right, say of a sample."""
    drawn = sample(rows.select("id", "stratum"), size, seed)
    return drawn.join(rows.select("id", wrong="truth"), on="id", how="left")


def test_the_estimate_is_unbiased_and_its_interval_holds_the_truth_as_often_as_it_says():
    rows = population(1)
    truth = rows["truth"].mean()
    rates = [false_drops(judged(rows, seed))["overall"] for seed in range(150)]
    values = [rate["value"] for rate in rates]
    assert sum(values) / len(values) == pytest.approx(truth, abs=0.01)
    held = sum(rate["low"] <= truth <= rate["high"] for rate in rates) / len(rates)
    assert held > 0.93


def test_the_mean_of_the_rows_drawn_would_be_biased_where_the_weighed_one_is_not():
    lines = pl.DataFrame({
        "stratum": ["small", "small", "large", "large"], "population": [2, 2, 98, 98],
        "wrong": [1.0, 1.0, 0.0, 0.0],
    })  # fmt: skip
    assert false_drops(lines)["overall"]["value"] == pytest.approx(0.02)


def test_no_wrong_drop_among_a_few_leaves_doubt_and_among_all_none():
    some = overall([Stratum("a", 1000, 10, 0.0)])
    assert (some.value, some.low) == (0.0, 0.0)
    assert some.high == pytest.approx(0.277, abs=0.005)  # Wilson's, of ten
    every = overall([Stratum("a", 10, 10, 3.0)])
    assert every == (0.3, 0.3, 0.3)


def test_what_nobody_judged_is_not_part_of_the_estimate_and_is_said():
    lines = pl.DataFrame(
        {"stratum": ["a", "b"], "population": [10, 90], "wrong": [1.0, None]},
    )
    found = false_drops(lines)
    assert (found["dropped"], found["covered"], found["judged"]) == (100, 10, 1)
    assert found["overall"]["value"] == 1.0
    assert "value" not in found["strata"][1]


def test_without_a_judged_row_there_is_no_estimate():
    schema = {"stratum": pl.String, "population": pl.Int64, "wrong": pl.Float64}
    assert false_drops(pl.DataFrame(schema=schema))["overall"] is None
