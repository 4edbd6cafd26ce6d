"""Shapes that learning curves take: y(n) = c + a * g(n), for many fixed shapes g.

The shapes of each family lie on a grid, so that fitting one is linear in c and a: there is no
optimiser, no local minimum, and the same numbers give the same fit on every machine. All are scaled
to g = 1 at the smallest size and fall from there. Families: pow3 and pow4 (power laws, the latter
with an offset), exp3, ilog, wbl4 (Weibull), mmf4 (Morgan-Mercer-Flodin); see Viering and Loog,
arXiv 2103.10948.
"""

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Shape = Callable[[Floats], Floats]


def _pow(b: float, d: float) -> Shape:
    return lambda r: ((r + d) / (1 + d)) ** -b


def _exp(k: float) -> Shape:
    return lambda r: np.exp(-k * (r - 1))


def _ilog(d: float) -> Shape:
    return lambda r: np.log(1 + d) / np.log(r + d)


def _weibull(k: float, d: float) -> Shape:
    return lambda r: np.exp(-k * (r**d - 1))


def _mmf(k: float, d: float) -> Shape:
    return lambda r: (1 + k) / (r**d + k)


def _grid(low: float, high: float, many: int) -> list[float]:
    return [float(x) for x in np.geomspace(low, high, many)]


FAMILIES: dict[str, list[Shape]] = {
    "pow3": [_pow(b, 0.0) for b in _grid(0.03, 2.0, 60)],
    "pow4": [_pow(*bd) for bd in product(_grid(0.05, 2.0, 24), (0.5, 1, 2, 4, 8, 16))],
    "exp3": [_exp(k) for k in _grid(0.003, 2.0, 50)],
    "ilog": [_ilog(d) for d in (1.0, 3.0, 10.0)],
    "wbl4": [_weibull(*kd) for kd in product(_grid(0.05, 3.0, 16), (0.25, 0.4, 0.6, 0.8, 1.2))],
    "mmf4": [_mmf(*kd) for kd in product(_grid(0.3, 100, 16), (0.3, 0.5, 0.75, 1.0, 1.5, 2.0))],
}


@cache
def shapes(ratios: tuple[float, ...]) -> Floats:
    """Every shape at `ratios` of the smallest size: array (shapes, ratios)."""
    at = np.array(ratios)
    return np.stack([shape(at) for family in FAMILIES.values() for shape in family])


@cache
def prior() -> Floats:
    """Logarithm of the weight of each shape before any point is seen: each family the same."""
    return np.concatenate(
        [np.full(len(family), -np.log(len(FAMILIES) * len(family))) for family in FAMILIES.values()]
    )
