"""How far two distributions are apart, and how far chance takes them."""

import numpy as np
import polars as pl
import pytest

from tasks.compare.distributions import Sides, distributions
from tasks.compare.measures import CHARACTERS, Measure
from tasks.compare.shift import OTHERS, shift_of


def cells(*lines):
    """Cells of (fate, before, after, rows)."""
    names = ("fate", "before", "after", "rows")
    frame = pl.DataFrame(lines, schema=names, orient="row")
    return frame.with_columns(weight=pl.lit(1.0))


def test_the_shift_is_the_share_of_rows_that_are_elsewhere():
    found = shift_of(cells(("lost", "x", None, 30), ("lost", "y", None, 70),
                           ("gained", None, "x", 80), ("gained", None, "y", 20)))  # fmt: skip
    assert found.shift == pytest.approx(0.5)
    assert found.shift > found.by_chance


def test_nothing_in_common_is_one_and_nothing_changed_is_nought():
    assert shift_of(cells(("lost", "x", None, 5), ("gained", None, "y", 5))).shift == 1
    same = shift_of(cells(("stayed", "x", "x", 5), ("stayed", "y", "y", 5)))
    assert (same.shift, same.by_chance) == (0, 0)


def test_rows_that_come_like_the_others_shift_by_no_more_than_chance_would():
    rng, within = np.random.default_rng(1), 0
    for seed in range(100):
        drawn = [rng.multinomial(n, (0.5, 0.3, 0.2)) for n in (400, 60, 90)]
        table = [
            (fate, kind if fate != "gained" else None, kind if fate != "lost" else None, int(n))
            for fate, counts in zip(("stayed", "lost", "gained"), drawn, strict=True)
            for kind, n in zip("xyz", counts, strict=True)
        ]
        found = shift_of(cells(*table), seed=seed)
        within += found.shift <= found.by_chance
    assert within >= 95


def test_a_few_rows_of_another_kind_among_many_are_more_than_chance():
    found = shift_of(cells(("stayed", "x", "x", 50_000), ("stayed", "y", "y", 50_000),
                           ("gained", None, "y", 200)))  # fmt: skip
    assert 0 < found.shift < 0.002
    assert found.shift > found.by_chance


def test_rows_that_change_both_ways_alike_are_chance_and_one_way_is_not():
    both = shift_of(cells(("stayed", "x", "x", 900), ("changed", "x", "y", 55),
                          ("changed", "y", "x", 45)))  # fmt: skip
    one = shift_of(cells(("stayed", "x", "x", 900), ("changed", "x", "y", 100)))
    assert both.shift < both.by_chance
    assert one.shift > one.by_chance


def test_a_sample_stands_for_as_many_rows_as_its_fate_has():
    table = cells(("stayed", "x", "x", 100), ("gained", None, "y", 100))
    weighted = table.with_columns(weight=pl.when(fate="stayed").then(99.0).otherwise(1.0))
    assert shift_of(weighted).shift == pytest.approx(0.01)


def test_rare_kinds_are_taken_together():
    many = [("gained", None, f"kind {n}", 100 - n) for n in range(60)]
    found = shift_of(cells(*many, ("lost", "kind 59", None, 1)))
    assert len(found.bins) == 40
    assert found.bins[-1] == OTHERS
    assert sum(found.after) == pytest.approx(1)


def lengths(before, after):
    rows = pl.DataFrame({"n_before": before, "n_after": after}, schema_overrides={
        "n_before": pl.Float64, "n_after": pl.Float64})  # fmt: skip
    fate = (
        pl.when(pl.col("n_before").is_null()).then(pl.lit("gained"))
        .when(pl.col("n_after").is_null()).then(pl.lit("lost")).otherwise(pl.lit("stayed"))
    )  # fmt: skip
    return Sides(rows.with_columns(fate=fate, weight=pl.lit(1.0)))


def test_numbers_say_how_far_apart_they_are_in_their_own_unit():
    sides = lengths([100.0] * 50 + [None] * 50, [None] * 50 + [130.0] * 50)
    (found,) = distributions(sides, [Measure("n", "Length", "characters", CHARACTERS)], 0)
    assert found["apart"] == pytest.approx(30)
    assert found["shift"] == 1
    assert found["bins"] == ["51 to 100", "101 to 200"]
    assert found["told"] == "mean 100 → 130 characters; rows of the same rank differ by 30"


def test_a_number_that_is_not_known_has_a_bin_of_its_own():
    sides = lengths([1.0, float("nan"), None], [1.0, float("nan"), 0.5])
    (found,) = distributions(sides, [Measure("n", "Score", "points", ())], 0)
    assert found["bins"][-1] == "none"
    assert found["before"][-1] == pytest.approx(1 / 2)
    assert found["after"][-1] == pytest.approx(1 / 3)


def test_what_chance_does_to_rows_that_change_is_that_of_a_coin():
    found = shift_of(cells(("changed", "x", "y", 50), ("changed", "y", "x", 50)))
    assert found.shift == 0
    assert 0.2 < found.by_chance < 0.32  # 99 of 100 tosses of 100 coins are nearer to 50
