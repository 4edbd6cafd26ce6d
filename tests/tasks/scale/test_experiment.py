"""Who is held out, what each arm has, what is remembered, and what is said of it."""

import numpy as np
import polars as pl
import pytest

from tasks.base.dataset import read_dataset, write_dataset
from tasks.base.errors import UsageError
from tasks.scale.experiment import run_battery
from tasks.scale.findings import curves, findings
from tasks.scale.params import PlanParams, VerdictParams
from tasks.scale.plan import cells, sizes_of
from tasks.scale.points import keys_of, train_all
from tasks.scale.pool import pool_of
from tasks.scale.proxies import BATTERY
from tests.builders import row, table
from tests.tasks.scale.sets import rows

METRICS = [metric for trainer in BATTERY for metric in trainer.metrics]


def pool(raw, curated=None, dropped=None, params=None, seed=0):
    ids = pl.Series("id", [r["id"] for r in (curated if curated is not None else raw)], pl.String)
    gone = {
        stage: pl.Series("id", [r["id"] for r in some]) for stage, some in (dropped or {}).items()
    }
    return pool_of(table(*raw).lazy(), ids, gone, params or PlanParams(), seed)


def named(found, arm):
    at = set(found.arms[arm].tolist())
    return {one["id"] for one in found.rows.to_dicts() if one["at"] in at}


def test_nobody_is_trained_on_who_says_what_a_held_out_row_says():
    some = rows(200)
    copies = [{**r, "id": f"c{n}"} for n, r in enumerate(some)]
    found = pool([*some, *copies], curated=some)
    held = set(found.rows.filter(pl.col("at").is_in(found.held.rows.tolist()))["id"])
    assert len(held) == 40
    twins = {f"c{n}" for n, r in enumerate(some) if r["id"] in held}
    for arm in found.arms:
        assert not named(found, arm) & (held | twins)
    assert found.near >= len(twins)


def test_arms_are_curated_raw_random_and_each_without_a_stage():
    some = rows(300)
    found = pool(some, some[:200], {"dedup.near": some[200:240], "score.drop": some[240:]})
    assert set(found.arms) == {"curated", "raw", "random", "without dedup.near",
                               "without score.drop"}  # fmt: skip
    assert named(found, "raw") == named(found, "random")
    assert named(found, "curated") < named(found, "without score.drop") < named(found, "raw")


def test_of_one_stage_alone_the_raw_rows_are_those_without_it():
    some = rows(200)
    assert set(pool(some, some[:150], {"dedup.near": some[150:]}).arms) == {
        "curated", "raw", "random"}  # fmt: skip


def test_where_nothing_was_dropped_there_is_nothing_to_compare():
    assert set(pool(rows(120)).arms) == {"curated"}


def test_made_rows_are_compared_with_those_of_people_and_never_held_out():
    people, made = rows(150), rows(100, seed=9, origin="synthetic")
    found = pool([*people, *made])
    assert len(found.arms["human"]) < len(found.arms["curated"])
    assert found.rows.filter(pl.col("at").is_in(found.held.rows.tolist()))["is_human"].all()


def test_too_few_rows_are_told_of():
    with pytest.raises(UsageError, match="at least 64 rows with an answer; 63 are left"):
        pool(rows(63))


def test_a_set_that_repeats_itself_is_told_so():
    some = rows(100)
    same = [{**some[0], "id": f"c{n}"} for n in range(100)]
    with pytest.raises(UsageError, match="are left to train on, and it takes 32"):
        pool(same)


def test_a_tiny_share_still_holds_rows_out():
    assert len(pool(rows(120), params=PlanParams(held_out=0.001)).held.rows) == 16


def test_an_arm_of_a_few_rows_is_none():
    made = rows(150, seed=9, origin="synthetic")
    assert "human" not in pool([*rows(20), *made]).arms


def test_rows_without_an_answer_take_no_part():
    some = rows(100)
    asks = row("q", {"role": "user", "content": "Well?", "extra": None})
    assert "q" not in set(pool([*some, asks]).rows["id"])


@pytest.mark.parametrize(
    ("many", "sizes"),
    [(100, (12, 19, 31, 50, 80)), (51, (12, 16, 22, 30, 40)),
     (1000, (12, 25, 50, 100, 200, 400, 800)),
     (100_000, (125, 250, 500, 1000, 2000, 4000, 8000))],
)  # fmt: skip
def test_sizes_double_up_to_four_fifths(many, sizes):
    assert sizes_of(many, PlanParams()) == sizes


def test_sets_are_nested_drawn_anew_for_each_seed_and_fair_to_sources():
    found = pool(rows(400))
    first, second = [c for c in cells(found, PlanParams(seeds=2), 0) if c.arm == "curated"]
    assert first.subset.sizes == second.subset.sizes
    assert not np.array_equal(first.subset.prompts, second.subset.prompts)
    assert len(set(first.subset.prompts)) == first.subset.sizes[-1]
    source = found.rows["source"]
    for size in first.subset.sizes[2:]:
        chosen = source.gather(first.subset.prompts[:size])
        assert abs((chosen == "s0").mean() - 0.5) < 0.1


def test_points_are_remembered_by_what_is_in_their_rows(tmp_path):
    found = pool(rows(150))
    params = PlanParams(seeds=2)
    planned = list(cells(found, params, 0))
    once = train_all(planned, found, BATTERY, str(tmp_path)).points
    assert not once["remembered"].any()
    again = train_all(planned, found, BATTERY, str(tmp_path)).points
    assert again["remembered"].all()
    assert again.drop("remembered").equals(once.drop("remembered"))
    more = list(cells(found, PlanParams(seeds=3), 0))
    third = train_all(more, found, BATTERY, str(tmp_path)).points
    assert third.filter("remembered").height == once.height


def test_another_row_is_another_point():
    one, other = rows(150), rows(150)
    other[3]["messages"][1]["content"] += " Indeed."
    keys = []
    for some in (one, other):
        found = pool(some, params=PlanParams())
        (cell,) = cells(found, PlanParams(seeds=1, controls=False), 0)
        keys.append(keys_of(found, cell.subset, 0))
    assert keys[0][-1] != keys[1][-1]


def test_curated_rows_beat_raw_ones_of_which_half_are_swapped(tmp_path):
    some = rows(600)
    spoilt = []
    for n, (r, next_) in enumerate(zip(some[300:], [*some[301:], some[300]], strict=True)):
        asked, said = r["messages"][0], next_["messages"][1]
        spoilt.append({**r, "id": f"x{n}", "messages": [asked, said]})
    raw = write_dataset(table(*some[:300], *spoilt).collect(), str(tmp_path))
    kept = write_dataset(table(*some[:300]).collect(), str(tmp_path))
    gone = write_dataset(table(*spoilt).collect(), str(tmp_path))
    done = run_battery.fn(raw, kept, {"score.drop": gone}, PlanParams(), 0)
    points = read_dataset(done.points).collect()
    said = findings(points, METRICS, VerdictParams(), 300)
    by_name = {one["name"]: one for one in said["measures"]}
    worth = by_name["answer_distance"]["arms"]["random"]["multiplier"]
    assert worth["low"] <= worth["value"] <= worth["high"] < 1
    assert by_name["answer_distance"]["controls"]["swapped"]["noticed"]
    assert not by_name["bits_per_word"]["controls"]["swapped"]["noticed"]
    assert done.facts["arms"]["curated"] == len(named_rows(points, "curated"))
    assert said["points"] == points.height
    gains = by_name["coverage"]["gains"]
    assert gains[1]["rows"] == 4 * points.filter(arm="curated")["size"].max()


def named_rows(points, arm):
    """Rows that an arm's sets were drawn from."""
    return range(points.filter(arm=arm)["pool"].max())


def test_a_goal_is_told_as_chances_and_never_as_one_number(tmp_path):
    found = pool(rows(400))
    planned = cells(found, PlanParams(controls=False), 0)
    points = train_all(planned, found, BATTERY, str(tmp_path)).points
    said = findings(
        points, METRICS, VerdictParams(targets={"coverage": 0.05, "x": 1}, row_price=2.0), 300
    )
    for one in said["measures"]:
        chances = [p for _, p in one["target"]["chance"]]
        assert chances == sorted(chances)
        assert one["target"]["chance"][-1][0] == 4 * one["rows"]
    last = said["measures"][-1]
    assert last["target"]["value"] == 0.05
    gain = last["gains"][0]
    assert gain["price"] == 2.0 * (gain["rows"] - 300)
    assert said["unknown_targets"] == ["x"]
    assert gain["per_money"] == pytest.approx(gain["gain"] / gain["price"])


def test_with_two_seeds_there_are_curves_and_no_forecast(tmp_path):
    found = pool(rows(300))
    points = train_all(cells(found, PlanParams(seeds=2), 0), found, BATTERY, str(tmp_path)).points
    said = findings(points, METRICS, VerdictParams(), 300)
    assert said["verdicts"] == {"undecided": 4}
    assert all(one["forecast"] is None for one in said["measures"])
    assert all(not c["noticed"] for one in said["measures"] for c in one["controls"].values())
    assert len(curves(points.filter(metric="coverage"))["curated"].sizes) >= 4


def test_who_asks_or_answers_almost_as_a_held_out_row_does_is_not_trained_on():
    some = rows(200)
    long = (
        "It takes a good while, and whoever tries it for the first time should ask somebody old. "
    )
    for n, one in enumerate(some):
        one["messages"][1]["content"] = " ".join(f"{word}{n}" for word in long.split())
    twins = []
    for n, one in enumerate(some):
        asked, said = one["messages"]
        other = {**asked, "content": f"Quite another question, number {n}, of nothing alike?"}
        twins.append({**one, "id": f"a{n}", "messages": [other, said]})
    found = pool([*some, *twins], curated=some)
    held = set(found.rows.filter(pl.col("at").is_in(found.held.rows.tolist()))["id"])
    twins_of = {f"a{n}" for n, one in enumerate(some) if one["id"] in held}
    assert len(twins_of) == 40
    assert not named(found, "raw") & twins_of


def test_what_changes_nothing_is_not_planted():
    some = rows(200)
    for one in some:
        one["messages"][1]["content"] = "Yes."
    planned = {cell.arm for cell in cells(pool(some), PlanParams(), 0)}
    assert planned == {"curated", "duplicated"}
