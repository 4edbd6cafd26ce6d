"""Made rows for people to look at: a few, the same ones, and none of people's own."""

import polars as pl

from tasks.augment.recipe import Recipe, made_row, turn
from tasks.publish.review import FEWEST, MOST, review
from tests.builders import row, table


def made(n):
    recipe = Recipe("augment.evolve", "deepen", "m", 1, record=str(n))
    return made_row([turn("user", f"q{n}"), turn("assistant", f"a{n}")], recipe,
                    origin="augmented", source="s", parent="h0")  # fmt: skip


def rows(many):
    return table(*(row(f"h{n}", "q", "a") for n in range(9)), *map(made, range(many))).collect()


def test_a_few_made_rows_are_laid_out_with_what_made_them():
    found = review(rows(100))
    assert found.height == FEWEST
    assert set(found["origin"]) == {"augmented"}
    assert set(found["made_by"]) == {"deepen"}
    assert set(found["pre_label"]) == {"unchecked"}
    assert found["label"].null_count() == found.height
    assert found["prompt"][0][1:] == found["answer"][0][1:]


def test_there_are_never_more_than_there_are_nor_more_than_people_read():
    assert review(rows(3)).height == 3
    assert review(rows(0)).height == 0
    assert review(rows(MOST * 21)).height == MOST


def test_what_the_run_thinks_of_a_row_is_its_pre_label():
    scored = rows(6).with_columns(score_verdict=pl.lit("poor"))
    assert set(review(scored)["pre_label"]) == {"poor"}


def test_the_draw_does_not_depend_on_the_order():
    assert review(rows(60)).equals(review(rows(60)[::-1]))


def test_meta_of_any_shape_is_no_reason_to_fail():
    odd = rows(4).with_columns(
        meta=pl.when(pl.col("origin") != "human").then(pl.lit('{"recipe": "none of ours"}'))
    )
    assert set(review(odd)["made_by"]) == {""}
