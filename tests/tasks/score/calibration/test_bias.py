"""Place, length, own hand and the day: each is found in a judge that has it, and not in others."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from tasks.score.calibration.bias import family_of, is_of, length, own_hand, position, retest
from tasks.score.calibration.gold import Gold
from tasks.score.calibration.gold_pairs import PAIR
from tasks.score.calibration.sheet import fill_in
from tests.builders import row, table
from tests.tasks.score.calibration.judges import Scripted, coin, copycat, first_wins, longer_wins


def pairs(n: int = 200, longer_is_better: float = 0.5, seed: int = 0, **writers: Any) -> Gold:
    """Pairs in which the longer answer is the better one in a share of cases."""
    chance = np.random.default_rng(seed)
    is_long, is_right = chance.random(n) < 0.5, chance.random(n) < longer_is_better
    lines = [
        (f"{i:04}-0", f"Prompt {i}", f"One {i} " + "x" * 30 * a, f"Two {i} " + "x" * 30 * (1 - a),
         writers.get("first"), writers.get("second"))
        for i, a in enumerate(is_long.astype(int))
    ]  # fmt: skip
    labels = np.where(is_long == is_right, 1.0, 0.0)[:, None]
    items = pl.DataFrame(lines, schema=PAIR, orient="row")
    return Gold("gold", "0", "pairs", items, labels, np.arange(n), {})


def points(n: int = 300, seed: int = 0) -> Gold:
    """Rated rows whose length has nothing to do with how good they are."""
    chance = np.random.default_rng(seed)
    items = table(
        *(row(f"{i:04}-0", f"Prompt {i}", f"{i:04}" + "x" * chance.integers(1, 900))
          for i in range(n))
    ).collect()  # fmt: skip
    labels = chance.integers(0, 5, (n, 1)) / 4
    return Gold("gold", "0", "points", items, labels, np.arange(n), {})


def asked(gold: Gold, judge: Scripted):
    return fill_in(gold, judge, compare=gold.kind == "pairs")


def test_a_judge_that_takes_the_first_never_says_the_same_the_other_way_round():
    found = position(asked(pairs(), first_wins()), seed=0)

    assert found["order_consistency"].value == 0
    assert found["first_shown"].value == 1


def test_a_judge_that_takes_the_second_is_found_too():
    found = position(asked(pairs(), Scripted("second wins", lambda one, other: 0.1)), seed=0)

    assert (found["order_consistency"].value, found["first_shown"].value) == (0, 0)


def test_a_judge_that_looks_at_the_texts_has_no_leaning_to_a_place():
    found = position(asked(pairs(), longer_wins()), seed=0)

    assert (found["order_consistency"].value, found["first_shown"].value) == (1, 0.5)


def test_a_judge_that_never_decides_is_consistent_and_leans_nowhere():
    found = position(asked(pairs(), Scripted("tie")), seed=0)

    assert (found["order_consistency"].value, found["first_shown"].value) == (1, 0.5)


def test_a_tie_in_one_order_only_is_not_consistent():
    halting = Scripted("halting", lambda one, other: 0.5 if one.startswith("One") else 0.9)

    found = position(asked(pairs(), halting), seed=0)

    assert (found["order_consistency"].value, found["first_shown"].value) == (0, 0.75)


def test_a_coin_is_consistent_by_chance():
    found = position(asked(pairs(400), coin()), seed=0)

    assert found["order_consistency"].low < 0.5 < found["order_consistency"].high
    assert found["first_shown"].low < 0.5 < found["first_shown"].high


def test_scores_of_single_answers_have_no_place_to_lean_to():
    assert position(asked(points(), coin()), seed=0) == {}


def test_longer_wins_leans_to_length_also_where_people_mostly_prefer_longer():
    gold = pairs(longer_is_better=0.9)

    assert length(asked(gold, longer_wins()), seed=0).value == 1
    assert length(asked(gold, copycat(gold)), seed=0).value == 0


def test_shorter_wins_leans_the_other_way():
    found = length(asked(pairs(), Scripted("short", lambda a, b: float(len(a) < len(b)))), seed=0)

    assert found.value == -1


def test_pairs_that_people_tied_do_not_count_as_items_of_a_leaning():
    gold = pairs()
    half = gold._replace(labels=np.where(np.arange(200)[:, None] < 80, 0.5, gold.labels))

    found = length(asked(half, longer_wins()), seed=0)

    assert (found.value, found.items) == (1, 120)


def test_a_coin_does_not_lean_to_length():
    found = length(asked(pairs(400, longer_is_better=0.8), coin()), seed=0)

    assert found.low < 0 < found.high


def test_pairs_of_one_length_say_nothing_of_a_leaning_to_it():
    gold = pairs()
    same = gold._replace(items=gold.items.with_columns(first=pl.lit("one"), second=pl.lit("two")))

    assert length(asked(same, coin()), seed=0).value is None


def test_a_score_that_is_the_length_leans_to_it_and_one_that_is_the_rating_does_not():
    gold = points()

    assert length(asked(gold, longer_wins()), seed=0).value > 0.95
    assert length(asked(gold, coin()), seed=0).low < 0.05
    assert length(asked(gold, copycat(gold)), seed=0).value is None  # nothing is left to explain


def test_a_judge_that_takes_the_part_of_its_family_is_found():
    gold = pairs(first="llama-7b", second="opt-7b")
    partial = Scripted("llama-70b", lambda one, other: float(one.startswith("One")))

    assert own_hand(asked(gold, partial), "llama", seed=0).value == 1
    assert own_hand(asked(gold, partial), "opt", seed=0).value == -1
    assert own_hand(asked(gold, copycat(gold)), "llama", seed=0).value == 0


@pytest.mark.parametrize("writers", [{}, {"first": "llama-7b", "second": "llama-13b"}])
def test_without_an_answer_by_another_hand_there_is_no_figure(writers):
    found = own_hand(asked(pairs(**writers), coin()), "llama", seed=0)

    assert (found.value, found.items) == (None, 0)


def test_points_do_not_tell_of_the_own_hand():
    assert own_hand(asked(points(), coin()), "llama", seed=0).value is None


@pytest.mark.parametrize(
    ("writer", "family", "same"),
    [("llama-7b", "llama", True), ("org/Llama-3.1-8B", "llama", True), ("gpt-4o", "gpt", True),
     ("cerebras-gpt-6.7B", "gpt", False), ("alpaca", "llama", False), (None, "llama", False),
     ("7b", "", False)],
)  # fmt: skip
def test_a_family_is_the_first_word_of_a_models_name(writer, family, same):
    assert is_of(writer, family) is same


def test_the_family_of_a_judge_is_read_off_its_name():
    assert family_of("meta/Llama-3.1-8B@b179c952") == "llama"
    assert family_of("SmolLM2-135M-Instruct") == "smollm"


def test_a_judge_that_says_the_same_again_is_steady():
    gold = pairs()
    sheet = asked(gold, coin())

    found = retest(sheet, asked(gold.sample(30, 0), coin()), 0.5, seed=0)

    assert (found["retest_same"].value, found["retest_distance"].value) == (1, 0)
    assert found["retest_same"].items == 30


def test_a_judge_that_says_the_opposite_the_next_day_is_not():
    gold = pairs()
    other = Scripted("day two", lambda one, two: 0.5 - 0.4 * ((len(one) > len(two)) - (len(one) < len(two))))  # fmt: skip  # noqa: E501

    found = retest(asked(gold, longer_wins()), asked(gold.sample(30, 0), other), 0.5, seed=0)

    assert found["retest_same"].value == 0
    assert found["retest_distance"].value == pytest.approx(0.8)


def test_scores_that_stay_on_their_side_of_good_are_the_same_verdict():
    gold = points()
    one, other = (Scripted("x", rate=lambda _, v=v: v) for v in (0.6, 0.9))

    found = retest(asked(gold, one), asked(gold.sample(30, 0), other), 0.5, seed=0)

    assert found["retest_same"].value == 1
    assert found["retest_distance"].value == pytest.approx(0.3)


def test_items_without_a_reply_in_either_asking_are_left_out_of_the_comparison():
    gold = points(40)
    few = gold.sample(20, 0)
    silent = set(few.items["id"][:5])
    half = Scripted("half", rate=lambda text: None if f"{text[:4]}-0" in silent else 0.5)

    found = retest(asked(gold, coin()), asked(few, half), 0.5, seed=0)

    assert found["retest_same"].items == 15
