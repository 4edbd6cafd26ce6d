"""The split: no family on two sides, every source its share, another seed another split."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.select.split import SIDES, SplitParams, assign_splits
from tests.builders import row, table

NOUNS = ("kettle", "ribbon", "glacier", "tractor", "violin", "harbor", "pepper", "lantern")


def lone(i, source="s"):
    """A row that is like no other."""
    return row(
        f"{i:03}", f"tell{i} of{i} that{i} {NOUNS[i % 8]}{i}", f"it{i} was{i} so{i}", source=source
    )


def sides(*rows, **params):
    found = assign_splits(table(*rows), SplitParams(**params)).rows.collect()
    return dict(found.select("id", "split").iter_rows())


def test_every_row_gets_a_side_and_the_figures_count_them():
    found = assign_splits(table(*map(lone, range(40))), SplitParams(validation=0.1, test=0.2))
    frame = found.rows.collect()
    assert set(frame["split"]) == set(SIDES)
    assert found.figures == {"train": 28, "validation": 4, "test": 8, "families": 40}


def test_every_source_gives_its_share():
    rows = [lone(i, "big" if i < 60 else "small") for i in range(80)]
    found = sides(*rows, validation=0.1, test=0.05)
    counted = Counter((r["source"], found[r["id"]]) for r in rows)
    assert (counted["big", "validation"], counted["big", "test"]) == (6, 3)
    assert (counted["small", "validation"], counted["small", "test"]) == (2, 1)


def test_similar_rows_stay_together_also_over_sources_and_in_chains():
    base = "the quick brown fox jumps over the lazy dog near the old mill by the river bend today"
    family = [
        row("z1", base, "yes indeed", source="a"),
        row("z2", base + " again", "yes indeed", source="b"),
        row("z3", base.replace("today", "tomorrow") + " again", "yes indeed", source="a"),
    ]
    for seed in range(8):
        found = sides(*family, *map(lone, range(20)), validation=0.3, test=0.3, seed=seed)
        assert len({found[r["id"]] for r in family}) == 1


def test_an_equal_prompt_makes_a_family_whatever_the_answers():
    pair = [
        row("y1", "What now?", "Run far away from here"),
        row("y2", "what  NOW?", "Sit down, wait"),
    ]
    assert_together = [
        len(
            {
                sides(*pair, *map(lone, range(9)), validation=0.4, test=0.4, seed=s)[i]
                for i in ("y1", "y2")
            }
        )
        for s in range(8)
    ]
    assert assert_together == [1] * 8


def test_rows_that_merely_share_some_words_are_no_family():
    pair = [
        row("y1", "Name a river in France", "The Loire"),
        row("y2", "Name a fish in France", "A trout"),
    ]
    found = assign_splits(table(*pair), SplitParams())
    assert found.figures["families"] == 2


def test_a_family_too_large_for_a_side_stays_in_train():
    family = [row(f"f{i}", "one and the same prompt", f"answer number {i}") for i in range(10)]
    found = sides(*family, *map(lone, range(10)), validation=0.1, test=0.1)
    assert {found[f"f{i}"] for i in range(10)} == {"train"}
    assert Counter(found.values()) == {"train": 16, "validation": 2, "test": 2}


def test_the_seed_decides_and_the_order_of_rows_does_not():
    rows = [lone(i) for i in range(60)]
    first = sides(*rows, validation=0.2, test=0.2, seed=1)
    assert sides(*reversed(rows), validation=0.2, test=0.2, seed=1) == first
    other = sides(*rows, validation=0.2, test=0.2, seed=2)
    assert other != first
    assert Counter(other.values()) == Counter(first.values())


@pytest.mark.parametrize("rows", [[], [lone(1)], [row("a")], [row("a"), row("b", "")]])
def test_where_there_is_nothing_to_split_all_is_train(rows):
    assert set(sides(*rows).values()) <= {"train"}
    assert len(sides(*rows)) == len(rows)


def test_no_share_is_no_side():
    rows = [lone(i) for i in range(30)]
    assert set(sides(*rows, validation=0, test=0).values()) == {"train"}
    assert set(sides(*rows, validation=0.2, test=0).values()) == {"train", "validation"}


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.2), (1, 0), (-0.1, 0)])
def test_shares_that_leave_nothing_to_train_on_are_refused(shares):
    with pytest.raises(ValidationError):
        SplitParams(validation=shares[0], test=shares[1])


text = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f"]), min_size=1, max_size=6).map(
    " ".join
)


@settings(max_examples=40)
@given(st.lists(st.tuples(text, text, st.sampled_from("st")), max_size=20), st.integers(0, 3))
def test_no_prompt_is_on_two_sides_and_no_side_is_overfull(drawn, seed):
    rows = [row(f"{i:02}", ask, told, source=src) for i, (ask, told, src) in enumerate(drawn)]
    found = sides(*rows, validation=0.25, test=0.25, seed=seed)
    assert len(found) == len(rows)
    by_prompt = {}
    for r in rows:
        by_prompt.setdefault(r["messages"][0]["content"], set()).add(found[r["id"]])
    assert all(len(s) == 1 for s in by_prompt.values())
    counted = Counter(found.values())
    most = sum(round(0.25 * sum(r["source"] == s for r in rows)) for s in "st")
    assert counted["test"] <= most
    assert counted["validation"] <= most
