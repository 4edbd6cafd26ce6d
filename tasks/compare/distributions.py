"""The measures of two releases as distributions, the one that moved most first."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from tasks.compare.measures import NONE, Measure
from tasks.compare.shift import shift_of
from tasks.publish.quality import BINS, span

Facts = dict[str, Any]
TOLD = 3  # kinds named in the sentence


class Sides(NamedTuple):
    """Released rows of both releases on one line each, with their measures.

    `rows` has fate (stayed, changed, lost, gained), weight, and `<measure>_before` and
    `<measure>_after`, null where the row is not there (a number that is not known is NaN).
    """

    rows: pl.DataFrame
    sampled: int = 0  # rows looked at; 0: all


def distributions(sides: Sides, measures: Iterable[Measure], seed: int) -> list[Facts]:
    """How each measure lies before and after, and how far it moved."""
    return [_distribution(sides, one, seed) for one in measures]


def largest_first(found: list[Facts]) -> list[Facts]:
    """`found` by how far each moved."""
    return sorted(found, key=lambda one: (-one["shift"], one["name"]))


def _distribution(sides: Sides, one: Measure, seed: int) -> Facts:
    ends = {end: sides.rows[f"{one.name}_{end}"] for end in ("before", "after")}
    order: list[str] | None = None
    if one.edges is not None:
        edges = list(one.edges) or _edges(*ends.values())
        order = [*_labels(edges), NONE]
        binned = {end: _binned(values, edges, order) for end, values in ends.items()}
    else:
        binned = ends
    cells = (
        sides.rows.select("fate", "weight", **binned)
        .group_by("fate", "before", "after", maintain_order=True)
        .agg(rows=pl.len(), weight=pl.col("weight").first())
    )
    found = shift_of(cells, order, seed)._asdict()
    found |= _shown(found, is_ordered=order is not None)
    facts = {"name": one.name, "title": one.title, "unit": one.unit, "sampled": sides.sampled}
    facts |= {**found, "is_real": found["shift"] > found["by_chance"]}
    figures = _figures(ends) if one.edges is not None else {}
    return {**facts, **figures, "told": _numbers(figures, one.unit) if figures else _kinds(facts)}


def _shown(found: Facts, *, is_ordered: bool) -> Facts:
    """Bins without the empty ones at the ends, or kinds with what moved most in front."""
    lines = list(zip(found["bins"], found["before"], found["after"], strict=True))
    if is_ordered:
        full = [at for at, (_, was, now) in enumerate(lines) if was or now]
        lines = lines[full[0] : full[-1] + 1] if full else []
    else:
        lines.sort(key=lambda one: (-abs(one[2] - one[1]), -one[1], one[0]))
    return {key: [one[at] for one in lines] for at, key in enumerate(("bins", "before", "after"))}


def _edges(before: pl.Series, after: pl.Series) -> list[float]:
    """Inner edges of `BINS` bins of equal width."""
    low, high = span(pl.concat([before, after]).drop_nulls().drop_nans())
    return [low + (high - low) / BINS * i for i in range(1, BINS)]


def _labels(edges: list[float]) -> list[str]:
    """`≤ 10`, `11 to 20`, and `> 20`; whole numbers are named as such."""
    if all(edge == int(edge) for edge in edges):
        whole = [int(edge) for edge in edges]
        inner = [f"{low + 1:,} to {high:,}" if low + 1 < high else f"{high:,}"
                 for low, high in pairwise(whole)]  # fmt: skip
        first = f"{whole[0]:,}" if whole[0] == 1 else f"≤ {whole[0]:,}"
        return [first, *inner, f"> {whole[-1]:,}"]
    inner = [f"{low:.2f} to {high:.2f}" for low, high in pairwise(edges)]
    return [f"≤ {edges[0]:.2f}", *inner, f"> {edges[-1]:.2f}"]


def _binned(values: pl.Series, edges: list[float], order: list[str]) -> pl.Series:
    """The bin of each number; null stays null, what is not a number has a bin of its own."""
    known = values.fill_nan(None).cut(edges, labels=order[:-1]).cast(pl.String)
    return known.set(values.is_nan().fill_null(False), NONE)


def _figures(ends: dict[str, pl.Series]) -> Facts:
    """Means, and how far the distributions are apart in the measure's own unit (Wasserstein)."""
    known = {end: values.drop_nulls().drop_nans().sort() for end, values in ends.items()}
    if not all(len(values) for values in known.values()):
        return {}
    at = (np.arange(1000) + 0.5) / 1000
    quantiles = [np.quantile(values.to_numpy(), at) for values in known.values()]
    return {
        "mean_before": known["before"].mean(), "mean_after": known["after"].mean(),
        "apart": float(np.abs(quantiles[0] - quantiles[1]).mean()),
    }  # fmt: skip


def _numbers(figures: Facts, unit: str) -> str:
    digits = 0 if unit == "characters" else 2
    mean = f"{figures['mean_before']:,.{digits}f} → {figures['mean_after']:,.{digits}f}"
    return f"mean {mean} {unit}; rows of the same rank differ by {figures['apart']:,.{digits}f}"


def _kinds(facts: Facts) -> str:
    """The kinds that moved most; they stand in front."""
    lines = zip(facts["bins"][:TOLD], facts["before"], facts["after"], strict=False)
    shown = [(name, f"{was:.1%}", f"{now:.1%}") for name, was, now in lines]
    return ", ".join(f"{name} {was} → {now}" for name, was, now in shown if was != now)
