"""Which rows go first when the nearest pair of a set loses one row again and again.

Rows stand in order of preference, so the later row of a pair is the one that goes. Rows only ever
leave, so no pair comes to be, and the nearest pair that is left is always the next of the list of
all pairs, by falling cosine, whose rows are both there. Nobody need make that list: a row goes at

    end(b) = the largest cosine(a, b) of those rows a before b with cosine(a, b) >= end(a)

for by then a row that goes at a higher cosine is gone, and one that goes at the same is not: of
pairs equally near the one with the latest row is first. One pass in order of preference therefore
tells for every row when it goes, for every size of what is left at once, and comparing every pair
once is all that it costs. The rows that stay when the ends down to some cosine have gone have no
pair nearer than that.

A cosine here is that of vectors whose numbers are rounded to the `GRAIN`-th part of one, which
moves it by some 0.0001. Products and sums are then whole numbers below 2^24, which single precision
holds exactly, in whatever order a processor adds them up: the machine decides no row.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tasks.embed.vectors import Vectors

GRAIN = 4_000  # its square, the product of a vector of length 1 with itself, is below 2^24
PRODUCTS = 8_000_000  # cosines at once: 32 MB a side
NEVER = -2.0  # end of the first row: none before it takes it along

Places = npt.NDArray[np.int64]
Cosines = npt.NDArray[np.float64]


def grained(vectors: Vectors) -> Vectors:
    """Vectors of length 1 (or 0) as whole numbers, `GRAIN` for a one."""
    whole: Vectors = np.rint(vectors * np.float32(GRAIN))
    return whole


def ends(sides: Sequence[Vectors]) -> Cosines:
    """The cosine at which each row goes; `NEVER` for the first.

    Args:
        sides: Grained vectors (n, dim) for each side, the row to survive first. Of two rows the
            lesser cosine counts.
    """
    from threadpoolctl import threadpool_limits

    count = len(sides[0])
    end = np.full(count, NEVER * GRAIN**2, np.float32)
    with threadpool_limits(1, "blas"):  # threads that wait for each other spin
        for rows in blocks(count, count):
            alike = _alike([side[rows] for side in sides], [side[: rows.stop] for side in sides])
            # a Python loop over rows: when a row goes depends on when those before it do
            for at, cosine in enumerate(alike, rows.start):
                before = cosine[:at]
                end[at] = np.where(before >= end[:at], before, end[0]).max(initial=end[0])
    return end.astype(np.float64) / GRAIN**2


def nearest(sides: Sequence[Vectors], rows: Places, among: Places) -> Places:
    """Of the rows `among` the nearest to each of `rows`; of equally near ones the first."""
    from threadpoolctl import threadpool_limits

    found = np.empty(len(rows), np.int64)
    those = [side[among] for side in sides]
    with threadpool_limits(1, "blas"):
        for part in blocks(len(rows), len(among)):
            alike = _alike([side[rows[part]] for side in sides], those)
            found[part] = among[alike.argmax(axis=1)]
    return found


def cosine(side: Vectors, a: Places, b: Places) -> Cosines:
    """Cosine of each pair of places on one side."""
    products = [np.einsum("ij,ij->i", side[a[part]], side[b[part]]) for part in blocks(len(a), 512)]
    whole = np.concatenate([np.empty(0, np.float32), *products])
    return np.minimum(whole.astype(np.float64) / GRAIN**2, 1)


def _alike(rows: Sequence[Vectors], columns: Sequence[Vectors]) -> Vectors:
    """The lesser product over the sides of every row with every column, at most that of equals."""
    least: Vectors = rows[0] @ columns[0].T
    for of, with_ in zip(rows[1:], columns[1:], strict=True):
        np.minimum(least, of @ with_.T, out=least)
    return np.minimum(least, np.float32(GRAIN**2), out=least)


def blocks(count: int, width: int) -> Iterator[slice]:
    """`count` rows, cut so that not many more than `PRODUCTS` numbers, `width` a row, are held."""
    step = max(32, min(1_024, PRODUCTS // max(width, 1)))
    yield from (slice(start, min(start + step, count)) for start in range(0, count, step))
