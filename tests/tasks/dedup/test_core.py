"""The core set: who goes, when it stops, what is said of it, and that it is the greedy itself."""

import random
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from flows.params import CurateParams
from flows.plan import models_used
from tasks.base.dataset import read_dataset
from tasks.base.text import answer, prompt
from tasks.dedup.core import MARKED, CoreParams, _side, dedup_core, mark_outside
from tasks.embed.encoders import encoder_of
from tasks.embed.thinning import cosine
from tests.builders import row, table, turn
from tests.laws.hard_rows import ROWS

STOLEN = "What do I do if my phone is stolen?"
AGAIN = "My phone was stolen, what should I do?"
CALL = "Call your bank at once and have every card in the wallet of the phone blocked."
BREAD = ("How is rye bread baked?", "Mix flour, water, salt and sourdough, and wait over night.")
FJORD = ("Which fjord is the deepest of Norway?", "The Sognefjord, more than a kilometre deep.")


def outcome(*rows, **params):
    found = mark_outside(table(*rows), CoreParams(**params))
    frame = found.rows.collect()
    MARKED.validate(frame.select(list(MARKED.columns)))
    return frame, found.figures


def lost(*rows, **params):
    """Nearest row that stays, by dropped row."""
    frame, _ = outcome(*rows, **params)
    gone = frame.filter(frame["drop_reason"].is_not_null())
    return dict(gone.select("id", "drop_twin_of").iter_rows())


def tasks_of(count, seed=0):
    """Rows made of a few nouns and verbs, some near to each other and some far apart."""
    chance = random.Random(seed)
    verbs = ("Explain", "Describe", "Sum up", "Translate", "Count", "Draw", "Judge")
    nouns = ("rivers", "bread", "tax", "engines", "poems", "cells", "knots", "birds", "trains")
    rows = []
    for n in range(count):
        about = chance.sample(nouns, chance.randint(1, 3))
        asked = f"{chance.choice(verbs)} {' and '.join(about)}"
        told = " ".join(chance.choices(nouns, k=chance.randint(1, 4)))
        rows.append(row(f"{n:04}", asked, told))
    return rows


def by_hand(rows, stay):
    """The rows that stay of the greedy as it is told: a list of all pairs, nearest first."""
    listed = table(*rows).select("id", asked=prompt(), told=answer()).collect()
    longest = [-sum(len(t["content"]) for t in r["messages"]) - 1 for r in rows]
    order = sorted(range(len(rows)), key=lambda n: (longest[n], listed["id"][n]))
    sides = [_side(listed[column][order], None) for column in ("asked", "told")]
    a, b = (np.array(places) for places in zip(*combinations(range(len(rows)), 2), strict=True))
    alike = np.minimum(*(cosine(side, a, b) for side in sides))
    there, stopped_at = set(range(len(rows))), None
    for pair in sorted(range(len(a)), key=lambda n: (-alike[n], -b[n], a[n])):
        if len(there) == stay:
            break
        if a[pair] in there and b[pair] in there:
            there.remove(b[pair])
            stopped_at = alike[pair]
    left = max(alike[n] for n in range(len(a)) if a[n] in there and b[n] in there)
    return {listed["id"][order[n]] for n in there}, stopped_at, left


@pytest.mark.parametrize(("count", "stay"), [(300, 120), (300, 290), (400, 40), (50, 2)])
def test_it_is_the_greedy_over_the_list_of_all_pairs(count, stay):
    rows = tasks_of(count, seed=count)
    frame, figures = outcome(*rows, rows=stay, prefer=("longest",))
    kept, stopped_at, left = by_hand(rows, stay)
    assert {*frame.filter(pl.col("drop_reason").is_null())["id"]} == kept
    assert figures["stopped_at"] == round(stopped_at, 4)
    assert figures["nearest_kept"] == round(left, 4)


def test_no_two_rows_of_the_core_set_are_nearer_than_where_it_stopped():
    rows = tasks_of(300)
    for stay in (200, 50):
        _, figures = outcome(*rows, rows=stay)
        assert (figures["rows_before"], figures["rows_after"], figures["cells"]) == (300, stay, 1)
        assert figures["nearest_kept"] <= figures["stopped_at"]


def test_a_smaller_core_set_is_part_of_a_larger_one():
    rows = tasks_of(200)
    assert lost(*rows, rows=150).keys() < lost(*rows, rows=60).keys()


def test_the_nearest_pair_loses_its_less_preferred_row():
    rows = (row("a", STOLEN, CALL), row("b", AGAIN, CALL), row("c", *BREAD), row("d", *FJORD))
    assert lost(*rows, rows=3) == {"a": "b"}  # the longest survives
    assert lost(*rows, rows=3, prefer=()) == {"b": "a"}
    other = row("a", STOLEN, CALL, source="good")
    assert lost(other, *rows[1:], rows=3, prefer_sources=("good",)) == {"b": "a"}


def test_a_row_goes_with_the_nearest_row_that_stays_its_cosine_and_words_for_it():
    rows = (row("a", STOLEN, CALL), row("b", AGAIN, CALL), row("c", *BREAD), row("d", *FJORD))
    frame, _ = outcome(*rows, rows=3)
    gone = frame.row(0, named=True)
    assert (gone["drop_reason"], gone["drop_twin_of"]) == ("outside_core_set", "b")
    assert 0.7 < gone["drop_score"] < 0.95
    assert gone["drop_detail"].startswith(f"prompts {gone['drop_score']:.2f}, answers 1.0 alike")


def test_every_twin_stays_and_is_the_nearest_that_does():
    rows = tasks_of(200)
    found = lost(*rows, rows=70)
    assert not {*found} & {*found.values()}
    listed = table(*rows).select("id", asked=prompt(), told=answer()).collect()
    sides = [_side(listed[column], None) for column in ("asked", "told")]
    frame, _ = outcome(*rows, rows=70)
    kept = np.flatnonzero(frame["drop_reason"].is_null().to_numpy())
    for at in np.flatnonzero(frame["drop_reason"].is_not_null().to_numpy()):
        best = np.minimum(*(cosine(s, np.full(len(kept), at), kept) for s in sides)).max()
        assert frame["drop_score"][int(at)] == pytest.approx(best, abs=1e-4)


def test_rows_that_no_row_that_stays_stands_for_are_counted():
    frame, figures = outcome(*tasks_of(200), rows=70)
    far = frame["drop_score"].drop_nulls() < figures["stopped_at"]
    assert 0 < figures["uncovered"] == far.sum() < 130


def test_a_row_is_spare_only_if_another_covers_prompt_and_answer():
    one_answer = (row("a", STOLEN, "Yes"), row("b", BREAD[0], "Yes"))
    one_prompt = (row("c", FJORD[0], FJORD[1]), row("d", FJORD[0], CALL))
    pair = (row("e", "Is a bear an animal of prey?", "No"), row("f", "Is a bear an animal?", "No"))
    assert {*lost(*one_answer, *one_prompt, *pair, rows=5)} <= {"e", "f"}


def test_rows_without_an_answer_are_compared_by_what_they_ask():
    rows = (row("a", STOLEN), row("b", AGAIN), row("c", BREAD[0]), row("d", AGAIN, CALL))
    assert lost(*rows, rows=3) == {"a": "b"}


def test_a_row_with_words_is_not_near_to_one_without_and_those_are_near_to_each_other():
    rows = (row("a", "", ""), row("b"), row("c", STOLEN, CALL), row("d", " \n", None))
    assert {*lost(*rows, rows=2).values()} <= {"a", "b", "d"}
    assert len(lost(*rows, rows=2)) == 2
    assert "c" not in lost(*rows, rows=2)


@pytest.mark.parametrize("stay", [0, 3, 4, 10_000])
def test_nothing_goes_where_all_rows_have_their_place(stay):
    rows = (row("a", STOLEN, CALL), row("b", AGAIN, CALL), row("c", *BREAD))
    frame, figures = outcome(*rows, rows=stay)
    assert frame["drop_reason"].null_count() == 3
    assert figures == {}


def test_one_row_may_be_all_that_is_left():
    frame, figures = outcome(row("a", STOLEN, CALL), row("b", *BREAD), rows=1)
    assert frame["drop_reason"].null_count() == 1
    assert figures["nearest_kept"] is None


@pytest.mark.parametrize("silly", [-1, 2.5, "many"])
def test_a_core_set_of_less_than_no_rows_is_an_error(silly):
    with pytest.raises(ValidationError, match="rows"):
        CoreParams(rows=silly)


@pytest.mark.parametrize("stay", [1, 7, 20])
def test_the_laws_hold_where_rows_go(store, stay):
    params = CoreParams(rows=stay)
    data = store(*ROWS)
    first = dedup_core.fn(data, params)
    assert first.data.rows == stay
    assert first.report.dropped == {"outside_core_set": len(ROWS) - stay}
    assert dedup_core.fn(first.data, params).dropped.rows == 0
    again = dedup_core.fn(data, params)
    assert (again.data, again.dropped) == (first.data, first.dropped)
    mixed = dedup_core.fn(store(*random.Random(3).sample(ROWS, len(ROWS)), size=5), params)
    lost_rows, kept = (
        [read_dataset(one).collect().sort("id") for one in both]
        for both in ((first.dropped, mixed.dropped), (first.data, mixed.data))
    )
    assert_frame_equal(*lost_rows)
    assert_frame_equal(*kept)
    assert mixed.report.figures == first.report.figures


def test_many_rows_are_compared_within_cells_and_the_report_says_so():
    rows = tasks_of(1_200)
    frame, figures = outcome(*rows, rows=400, exact_below=1_000)
    whole = lost(*rows, rows=400)
    assert figures["cells"] > 1
    assert frame["drop_reason"].null_count() == 400
    assert outcome(*rows[::-1], rows=400, exact_below=1_000)[0].sort("id").equals(frame)
    some = {*frame.filter(pl.col("drop_reason").is_not_null())["id"]}
    assert len(some & {*whole}) > 0.7 * len(whole)
    few, told = outcome(*rows, rows=2, exact_below=1_000)
    assert few["drop_reason"].null_count() == 2
    assert (told["stopped_at"], told["uncovered"]) == (None, 0)  # fewer rows than cells


def test_vectors_are_remembered(store, monkeypatch):
    data, params = store(row("a", STOLEN, CALL), row("b", AGAIN, CALL)), CoreParams(rows=1)
    first = dedup_core.fn(data, params)
    monkeypatch.setattr(type(encoder_of("static")), "encode", None)
    assert dedup_core.fn(data, params).dropped == first.dropped


def test_other_turns_than_the_last_answer_are_what_was_asked():
    talk = (turn("user", "Hello"), turn("assistant", "Hi"), turn("user", STOLEN))
    rows = (row("a", *talk, turn("assistant", CALL)), row("b", AGAIN, CALL), row("c", *BREAD))
    assert lost(*rows, rows=2) == {"b": "a"}


def test_the_encoder_stands_in_the_manifest_when_it_is_asked():
    def named(**dedup):
        params = CurateParams(dedup=dedup, redact={"enabled": False})
        return [(one["name"], one["used_for"]) for one in models_used(params)]

    assert named() == []
    assert named(core={"rows": 9}, enabled=False) == []
    assert named(core={"rows": 9}) == [("wordllama", "rows to spare")]
    both = named(core={"rows": 9}, semantic={"enabled": True})
    assert both == [("wordllama", "rows of one meaning")]
