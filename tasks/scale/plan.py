"""Which nested training sets each arm has, for every seed."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.scale.corpus import Ints
from tasks.scale.defects import DEFECTS
from tasks.scale.params import PlanParams
from tasks.scale.pool import Pool, order
from tasks.scale.trainer import Subset
from tasks.scale.trainer_params import DearParams
from tasks.scale.verdict import SIZES as FEWEST_SIZES

SIZES, LEAST = 7, 12  # at most, and rows of the smallest
CHANGED = 0.05  # share of answers that a defect must change to be planted
PART = 0.8  # of an arm's rows, for sets of nearly all of them would differ in nothing


class Cell(NamedTuple):
    """The nested sets of one arm and one seed."""

    arm: str
    seed: int
    subset: Subset
    pool: int  # rows that they were drawn from


def sizes_of(rows: int, params: PlanParams) -> tuple[int, ...]:
    """Rows of each set, each twice the one before; the largest leaves a fifth of `rows` out.

    Where that makes too few sets, the steps are smaller.
    """
    most = min(int(PART * rows), params.most_rows)
    sizes = sorted(size for halved in range(SIZES) if (size := most >> halved) >= LEAST)
    if len(sizes) < FEWEST_SIZES:
        sizes = [round(size) for size in np.geomspace(min(LEAST, most), most, FEWEST_SIZES)]
    return tuple(dict.fromkeys(sizes))


def dear_cells(pool: Pool, params: PlanParams, dear: DearParams, seed: int) -> Iterator[Cell]:
    """The few cells that a trainer is asked for whose points cost time or money."""
    for cell in cells(pool, params.model_copy(update={"controls": False}), seed):
        if cell.arm in dear.arms and cell.seed < dear.seeds:
            sizes = cell.subset.sizes[-dear.sizes :]
            yield cell._replace(subset=cell.subset._replace(sizes=sizes))


def cells(pool: Pool, params: PlanParams, seed: int) -> Iterator[Cell]:
    """Every arm with every seed; then the curated arm with a defect planted, at its last size."""
    common = sizes_of(len(pool.arms["curated"]), params)
    drawn = {name: pool.rows.filter(pl.col("at").is_in(pl.Series(rows).implode()))
             for name, rows in pool.arms.items()}  # fmt: skip
    for name, rows in drawn.items():
        for nth in range(params.seeds):
            ordered = order(rows, seed + nth, stratified=name != "random")
            sizes = _sizes(name, common, len(ordered), params)
            top = ordered[: sizes[-1]]
            yield Cell(name, nth, Subset(top, top, sizes), len(ordered))
            if name == "curated" and params.controls:
                yield from _planted(top[: common[-1]], common[-1:], nth, seed, pool)


def _sizes(arm: str, common: tuple[int, ...], rows: int, params: PlanParams) -> tuple[int, ...]:
    """The sizes of the curated arm, and for a larger arm its own largest one."""
    most = min(int(PART * rows), params.most_rows)
    fit = tuple(size for size in common if size <= most) or (most,)
    is_larger = arm != "random" and most > 1.2 * fit[-1]
    return (*fit, most) if is_larger else fit


def _planted(rows: Ints, sizes: tuple[int, ...], nth: int, seed: int, pool: Pool) -> Iterator[Cell]:
    for name, plant in DEFECTS.items():
        chance = np.random.default_rng([seed, nth])
        planted = plant(rows, chance, pool.rows.height)
        said = pool.corpus.hashes[1]
        changed = (said[planted.answers] != said[rows]).mean()
        if changed < CHANGED and len(set(planted.prompts.tolist())) == len(rows):
            continue  # answers of a word, or all the same: there is nothing to spoil
        yield Cell(name, nth, Subset(planted.prompts, planted.answers, sizes), len(rows))
