"""A random sample of the rows that left: every one has a chance, and it is known."""

import polars as pl
import pytest

from tasks.review.sample import FEWEST, OTHERS, allocate, automatic, sample
from tests.tasks.review.cases import dropped, lost


def rows(**sizes):
    lines = [(f"{name}{n}-0", name) for name, size in sizes.items() for n in range(size)]
    return pl.DataFrame(lines, schema={"id": pl.String, "stratum": pl.String}, orient="row")


def test_the_chance_of_a_row_is_how_many_of_its_stratum_were_drawn():
    drawn = sample(rows(a=300, b=60, c=3), 40, 0)
    assert drawn.height == 40
    for _, stratum in drawn.group_by("stratum"):
        chance = stratum.height / stratum["population"][0]
        assert stratum["probability"].to_list() == pytest.approx([chance] * stratum.height)


def test_a_rare_reason_is_looked_at_and_a_frequent_one_by_its_size():
    wanted = allocate({"common": 900, "some": 90, "rare": 3, "single": 1}, 50)
    assert sum(wanted.values()) == 50
    assert wanted["rare"] == FEWEST
    assert wanted["single"] == 1
    assert wanted["common"] > 8 * wanted["some"]


def test_no_more_is_drawn_than_there_is():
    drawn = sample(rows(a=3, b=2), 100, 0)
    assert drawn.height == 5
    assert set(drawn["probability"]) == {1.0}


def test_with_fewer_rows_to_draw_than_reasons_small_ones_are_one_stratum_and_none_is_left_out():
    drawn = sample(rows(**{f"reason{n}": n + 1 for n in range(9)}), 4, 0)
    sizes = dict(drawn.select("stratum", "population").unique().iter_rows())
    assert sizes == {"reason8": 9, "reason7": 8, "reason6": 7, OTHERS: 21}


def test_nothing_is_drawn_of_nothing():
    assert sample(rows(), 10, 0).height == 0
    assert sample(rows(a=3), 0, 0).height == 0


def test_the_same_seed_draws_the_same_rows_in_whatever_order_and_another_seed_others():
    given = rows(a=100, b=50)
    assert sample(given, 20, 1).equals(sample(given.reverse(), 20, 1))
    assert set(sample(given, 20, 1)["id"]) != set(sample(given, 20, 2)["id"])


def test_over_many_draws_each_row_comes_as_often_as_its_chance_says():
    given, draws = rows(a=20, b=6), 300
    counted = pl.concat(sample(given, 8, seed) for seed in range(draws)).group_by("id").agg(
        pl.len(), pl.col("probability").first()
    )  # fmt: skip
    assert counted.height == 26
    error = counted.select((pl.col("len") / draws - pl.col("probability")).abs().max()).item()
    assert error < 0.12  # four times the deviation of a share of 300


def test_facts_and_what_says_nothing_against_a_row_are_not_asked_about(tmp_path):
    place = str(tmp_path)
    found = automatic([
        dropped("dedup.exact", place, lost("a-0", "exact_duplicate"),
                lost("b-0", "normalised_duplicate")),
        dropped("validate.rows", place, lost("c-0", "no_turns"), lost("d-0", "too_many_turns")),
        dropped("dedup.settle", place, lost("e-0", "sent_to_review"), lost("f-0", "contradiction")),
        dropped("dedup.core", place, lost("g-0", "outside_core_set")),
        dropped("dedup.protected", place, lost("h-0", "protected_item")),
        dropped("review.rows", place, lost("i-0", "rejected_by_review")),
    ])  # fmt: skip
    assert dict(found.iter_rows()) == {
        "b-0": "dedup.exact/normalised_duplicate", "d-0": "validate.rows/too_many_turns",
        "f-0": "dedup.settle/contradiction",
    }  # fmt: skip
