"""Cells of rows that are near to each other, so that a large set is compared cell by cell.

Comparing every pair costs four times as much for twice the rows; within cells of one size it costs
twice as much. Cells are made by k-means on the sphere, as in SemDeDup (Abbas et al. 2023,
arXiv:2303.09540), and what lies on two sides of a border is not seen: of a core set of 10,000 out
of 60,000 rows of the bench set, six cells chose 80 of 100 rows as one does, in a quarter of the
time. Centres are learned from some rows, and start at rows that lie evenly in the order given, so
there is no chance in them.
"""

from collections.abc import Sequence

import numpy as np

from tasks.embed.thinning import GRAIN, Places, blocks
from tasks.embed.vectors import Vectors

LEARNED = 65_536  # rows, at most, that centres are learned from
ROUNDS = 10  # after which few rows change their cell


def cells_of(sides: Sequence[Vectors], size: int) -> list[Places]:
    """Places of the rows of each cell, in order.

    Args:
        sides: Grained vectors (n, dim) for each side; the sum of the cosines counts.
        size: Rows of a cell on average. Where many rows are alike one cell is larger.
    """
    from threadpoolctl import threadpool_limits

    count = len(sides[0])
    wanted = -(-count // size)
    if wanted < 2:
        return [np.arange(count)]
    with threadpool_limits(1, "blas"):
        some = [side[:: -(-count // LEARNED)] for side in sides]
        cell = _nearest(sides, _centres(some, wanted))
    order = np.argsort(cell, kind="stable")
    borders = np.searchsorted(cell[order], np.arange(1, wanted))
    return [places for places in np.split(order, borders) if len(places)]


def _centres(some: Sequence[Vectors], wanted: int) -> list[Vectors]:
    """The centres of `wanted` cells, for each side."""
    first = np.linspace(0, len(some[0]) - 1, wanted).astype(np.int64)
    centres = [side[first] for side in some]
    for _ in range(ROUNDS):
        cell = _nearest(some, centres)
        for side, centre in zip(some, centres, strict=True):
            for one in np.unique(cell):
                total = side[cell == one].sum(axis=0, dtype=np.float64)
                centre[one] = np.rint(total * (GRAIN / max(float(np.sqrt(total @ total)), 1)))
    return centres


def _nearest(sides: Sequence[Vectors], centres: Sequence[Vectors]) -> Places:
    """The centre nearest to each row, the first of equally near ones."""
    found = np.empty(len(sides[0]), np.int64)
    for rows in blocks(len(found), len(centres[0])):
        alike = [side[rows] @ centre.T for side, centre in zip(sides, centres, strict=True)]
        found[rows] = np.sum(alike, axis=0).argmax(axis=1)
    return found
