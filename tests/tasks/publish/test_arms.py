"""Two arms of one size: the mix, and people's rows alone."""

import polars as pl

from tasks.publish.arms import arms
from tests.builders import row, table


def rows(people, made, test=0):
    every = [row(f"h{n}", "q", "a", source=f"s{n % 2}") for n in range(people)]
    every += [row(f"m{n}", "q", "a", origin="augmented") for n in range(made)]
    frame = table(*every).collect().with_row_index("at")
    side = pl.when(pl.col("at") < test).then(pl.lit("test")).otherwise(pl.lit("train"))
    return frame.with_columns(split=side).drop("at")


def test_both_arms_have_one_size_and_the_control_has_no_made_row():
    found = arms(rows(40, 40))
    sizes = dict(found["arm"].value_counts().iter_rows())
    assert sizes == {"augmented": 40, "control": 40}
    assert set(found.filter(arm="control")["origin"]) == {"human"}
    made = found.filter(arm="augmented", origin="augmented").height
    assert 0 < made < 40


def test_rows_that_are_kept_to_test_with_are_in_no_arm():
    found = arms(rows(40, 20, test=5))
    assert not set(found["id"]) & {f"h{n}" for n in range(5)}
    assert found.filter(arm="control").height == 35


def test_a_set_without_made_rows_or_without_others_has_no_arms():
    assert arms(rows(5, 0)).is_empty()
    assert arms(rows(0, 5)).is_empty()
    assert arms(rows(0, 0)).columns == ["arm", "id", "origin"]


def test_the_same_rows_make_the_same_arms():
    assert arms(rows(30, 30)).equals(arms(rows(30, 30)[::-1]))
