"""How much a prompt asks for, and what that must not be moved by."""

import json
from collections import defaultdict

import polars as pl
import pytest
from scipy.stats import spearmanr

from tasks.score.complexity import ComplexityParams, add_complexity, complexity, features
from tests.builders import row, table, turn

PLAIN = "Write a poem about the sea."


@pytest.mark.parametrize(
    "harder",
    [
        "Write a poem about the sea in exactly twelve lines, without the word blue.",
        "Write a poem about the sea, and explain why each image in it was chosen.",
        "Compare two poems about the sea which were written before 1900, and justify a preference.",
    ],
)
def test_a_prompt_that_asks_for_more_scores_more(harder):
    assert complexity(harder) > complexity(PLAIN)


def test_the_same_said_again_is_worth_next_to_nothing():
    again = complexity(" ".join([PLAIN] * 20))
    assert again < complexity(PLAIN + " Use only words that a child of six knows.")


def test_words_that_only_look_like_constraints_do_not_count():
    assert features("The mustard seeds were eachother's thenceforth").constraints == 0
    assert features("It must be short, and only in prose.").constraints == 2


def test_an_empty_prompt_asks_for_nothing():
    assert complexity("") == 0
    assert features("") == (0, 0, 0, 0)


@pytest.mark.parametrize("text", ["\ud800", "\0", "👩‍👩‍👧", "你好世界", " " * 10_000])
def test_any_text_has_a_score(text):
    assert complexity(text) >= 0


def test_all_that_the_user_asked_counts_and_no_answer():
    rows = table(
        row("a", PLAIN, "Waves."),
        row("b", PLAIN, "Waves. " * 50),
        row("c", PLAIN, "Waves.", "Now explain why you chose each image.", "Because."),
        row("d", turn("assistant", "Hello")),
    )
    found = add_complexity(rows, ComplexityParams()).collect()["score_complexity"].to_list()
    assert found[0] == found[1] < found[2]


def test_switched_off_it_scores_nothing():
    rows = add_complexity(table(row("a", PLAIN, "x")), ComplexityParams(enabled=False)).collect()
    assert rows["score_complexity"].to_list() == [None]


def test_levels_of_constraints_are_put_in_order(shared):
    file = shared / "calibration/complexity_followbench_content.jsonl"
    examples = defaultdict(list)
    for line in file.read_text().splitlines():
        one = json.loads(line)
        examples[one["example_id"], one["source"]].append((one["level"], one["instruction"]))
    ranks = [
        spearmanr([level for level, _ in found], [complexity(text) for _, text in found])[0]
        for found in examples.values()
        if len(found) > 3
    ]
    assert len(ranks) > 20
    assert pl.Series(ranks).mean() >= 0.6
