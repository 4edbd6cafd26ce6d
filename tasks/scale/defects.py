"""Defects planted in a training set, to see on this very data which measure notices which."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.scale.corpus import Ints

SHARE = 0.3  # of the rows whose answers are swapped or scrambled


class Planted(NamedTuple):
    """Rows of a training set: places of their prompts and answers in the corpus."""

    prompts: Ints
    answers: Ints


def swapped(rows: Ints, chance: np.random.Generator, scrambled: int) -> Planted:  # noqa: ARG001
    """The answers of some rows go one row on."""
    hit = np.flatnonzero(chance.random(len(rows)) < SHARE)
    answers = rows.copy()
    answers[hit] = rows[np.roll(hit, -1)]
    return Planted(rows, answers)


def scrambled(rows: Ints, chance: np.random.Generator, scrambled: int) -> Planted:
    """The words of some answers are in another order; those texts begin at `scrambled`."""
    hit = chance.random(len(rows)) < SHARE
    return Planted(rows, np.where(hit, rows + scrambled, rows))


def duplicated(rows: Ints, chance: np.random.Generator, scrambled: int) -> Planted:  # noqa: ARG001
    """Every row stands there twice, so half as many do."""
    half = np.repeat(rows[: (len(rows) + 1) // 2], 2)[: len(rows)]
    return Planted(half, half)


Plant = Callable[[Ints, np.random.Generator, int], Planted]
DEFECTS: dict[str, Plant] = {
    "swapped": swapped, "scrambled": scrambled, "duplicated": duplicated,
}  # fmt: skip


def scramble(answers: pl.Series, seed: int) -> pl.Series:
    """Each answer with its words in another order."""
    words = answers.str.split(" ")
    return words.list.sample(fraction=1.0, shuffle=True, seed=seed).list.join(" ")
