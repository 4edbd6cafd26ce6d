"""The quick measures, each beside a slow reckoning of the same, and what each is blind to."""

import math
from collections import Counter, defaultdict

import numpy as np
import polars as pl
import pytest

from tasks.scale.corpus import WORD, Corpus
from tasks.scale.defects import DEFECTS, scramble
from tasks.scale.proxies import BATTERY
from tasks.scale.proxies.ngram import DISCOUNT, VOCABULARY, Ngram
from tasks.scale.proxies.ridge import PENALTY, Ridge
from tasks.scale.trainer import Held, Subset, tokens_of
from tests.tasks.scale.sets import TOPICS, sentence

SIZES = (20, 40, 80, 160)


@pytest.fixture(scope="module")
def corpus():
    import random

    chance = random.Random(3)
    names = list(TOPICS)
    pairs = [sentence(names[n % 4], chance) for n in range(220)]
    asked, said = (pl.Series(side) for side in zip(*pairs, strict=True))
    return Corpus(pl.concat([asked, asked]), pl.concat([said, scramble(said, 0)]))


HELD = Held(np.arange(160, 220))


def subset(rows=None, sizes=SIZES):
    rows = np.arange(160) if rows is None else rows
    return Subset(rows, rows, sizes)


def values(trainer, corpus, chosen):
    found = defaultdict(dict)
    for point in trainer.train(corpus, chosen, HELD, 0):
        found[point.metric][point.size] = point.value
    return found


def words(text):
    import re

    return re.findall(WORD, text.lower())


def slow_bits(train, held):
    """Interpolated Kneser-Ney by counting, without an array."""
    three, two, one = Counter(), defaultdict(set), defaultdict(set)
    for text in train:
        padded = ["<s>", "<s>", *words(text), "</s>"]
        three.update(tuple(padded[i : i + 3]) for i in range(len(padded) - 2))
    for u, v, w in three:
        two[v, w].add(u)
    for v, w in two:
        one[w].add(v)

    def chance(u, v, w):
        total = sum(len(s) for s in one.values())
        p = max(len(one[w]) - DISCOUNT, 0) / total + DISCOUNT * len(one) / total / VOCABULARY
        after = {x: len(s) for (y, x), s in two.items() if y == v}
        if after:
            n = sum(after.values())
            p = max(after.get(w, 0) - DISCOUNT, 0) / n + DISCOUNT * len(after) / n * p
        after = {x: c for (a, b, x), c in three.items() if (a, b) == (u, v)}
        if after:
            n = sum(after.values())
            p = max(after.get(w, 0) - DISCOUNT, 0) / n + DISCOUNT * len(after) / n * p
        return p

    bits = []
    for text in held:
        padded = ["<s>", "<s>", *words(text), "</s>"]
        bits += [-math.log2(chance(*padded[i : i + 3])) for i in range(len(padded) - 2)]
        one = defaultdict(set, {k: v for k, v in one.items() if v})
    return sum(bits) / len(bits)


def test_bits_per_word_are_those_of_kneser_and_ney(corpus):
    found = values(Ngram(), corpus, subset(sizes=(30, 60)))["bits_per_word"]
    said = corpus.answers.to_list()
    for size in (30, 60):
        expected = slow_bits(said[:size], [said[row] for row in HELD.rows])
        assert found[size] == pytest.approx(expected, abs=1e-9)


def test_the_ridge_is_that_of_all_rows_at_once(corpus):
    found = values(Ridge(), corpus, subset())["answer_distance"]
    x, y = corpus.prompt_vectors[:160].astype(float), corpus.answer_vectors[:160].astype(float)
    mean_x, mean_y = x.mean(0), y.mean(0)
    inner = (x - mean_x).T @ (x - mean_x) + PENALTY * np.eye(x.shape[1])
    weights = np.linalg.solve(inner, (x - mean_x).T @ (y - mean_y))
    told = (corpus.prompt_vectors[HELD.rows] - mean_x) @ weights + mean_y
    told /= np.linalg.norm(told, axis=1, keepdims=True)
    expected = 1 - (told * corpus.answer_vectors[HELD.rows]).sum(1).mean()
    assert found[160] == pytest.approx(expected, abs=1e-5)


def test_coverage_is_the_distance_to_the_nearest_prompt(corpus):
    found = values(BATTERY[2], corpus, subset())["coverage"]
    cosines = corpus.prompt_vectors[HELD.rows] @ corpus.prompt_vectors[:80].T
    assert found[80] == pytest.approx(1 - cosines.max(1).mean(), abs=1e-5)


def test_nested_sets_give_what_each_alone_gives(corpus):
    for trainer in BATTERY:
        nested = values(trainer, corpus, subset())
        alone = values(trainer, corpus, subset(np.arange(80), (80,)))
        for metric, points in alone.items():
            assert nested[metric][80] == pytest.approx(points[80], abs=1e-5), metric


def test_more_rows_are_better_by_every_measure(corpus):
    for trainer in BATTERY:
        for metric, points in values(trainer, corpus, subset()).items():
            assert points[160] < points[20], metric


NOTICED = {
    "swapped": {"answer_distance", "neighbour_distance"},
    "scrambled": {"bits_per_word"},
    "duplicated": {"bits_per_word", "answer_distance", "neighbour_distance", "coverage"},
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_planted_defect_is_noticed_by_the_measures_that_can(corpus, defect):
    planted = DEFECTS[defect](np.arange(160), np.random.default_rng(0), 220)
    worse = set()
    for trainer in BATTERY:
        clean = values(trainer, corpus, subset(sizes=(160,)))
        spoilt = values(trainer, corpus, Subset(planted.prompts, planted.answers, (160,)))
        worse |= {m for m in clean if spoilt[m][160] > clean[m][160] * 1.005}
    assert worse == NOTICED[defect]


def test_defects_keep_the_number_of_rows_and_are_what_they_say(corpus):
    rows, chance = np.arange(160), np.random.default_rng(0)
    swapped = DEFECTS["swapped"](rows, chance, 220)
    assert sorted(swapped.answers) == list(rows)
    assert 0.15 < (swapped.answers != rows).mean() < 0.45
    scrambled = DEFECTS["scrambled"](rows, chance, 220)
    moved = [n for n in scrambled.answers if n >= 220]
    for at in moved[:20]:
        assert sorted(corpus.answers[int(at)].split()) == sorted(
            corpus.answers[int(at - 220)].split()
        )
    doubled = DEFECTS["duplicated"](rows, chance, 220)
    assert len(doubled.prompts) == 160
    assert len(set(doubled.prompts)) == 80


def test_tokens_add_up_over_nested_sets(corpus):
    asked, said = corpus.tokens
    assert (asked > 0).all()
    total = tokens_of(corpus, subset())
    assert total[0] == (asked + said)[:20].sum()
    assert (np.diff(total) > 0).all()


def test_an_empty_answer_and_another_script_are_rows_like_any_other():
    texts = pl.Series(["a b", "c d", "e", "日本語です", "f", "g", "h", ""])
    one = Corpus(texts, texts)
    chosen = Subset(np.arange(7), np.arange(7), (4, 7))
    for trainer in BATTERY:
        for point in trainer.train(one, chosen, Held(np.array([7, 3])), 0):
            assert np.isfinite(point.value), point
