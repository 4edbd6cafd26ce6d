"""The size experiment: forecasts on real curves, planted defects, what the battery costs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.scale.corpus import Corpus
from tasks.scale.defects import DEFECTS, scramble
from tasks.scale.families import FAMILIES, Floats
from tasks.scale.fit import Posterior, forecast, noise_of
from tasks.scale.multiplier import multiplier
from tasks.scale.proxies import BATTERY
from tasks.scale.trainer import Held, Subset
from tasks.scale.verdict import judge
from tasks.score.head import on_one_thread
from tests.bench import lcdb
from tests.bench.data import bench_texts
from tests.bench.section import Cell, Section, share
from tests.bench.spent import Spent, measured

SETTINGS = (("accuracy", 3, 6), ("accuracy", 5, 8), ("accuracy", 3, 5), ("logloss", 3, 6))
MOST = 500  # curves of each half
DRAWS = 120  # of the seed bootstrap
WORTH = 0.01  # points of error that a doubling must bring to be worth having
SIZES, SEEDS, HELD, POOL = (125, 250, 500, 1000, 2000, 4000, 8000), 5, 600, 10_000
_NOTES = {
    "curves": "Learning curves of LCDB, up to {most} of each half, of which the sizes seen halve "
    "down from a quarter of the largest. No dataset is in both halves: one taught the factors that "
    "intervals are scaled by, the other is tested on. Covered is the share of curves whose value "
    "lies in the band of 80 %; the score counts its width and ten times what it misses by (less is "
    "better); errors are mean absolute ones. The bootstrap resamples seeds around one power law, "
    "the doubling rule adds the last gain once more.",
    "verdicts": "What is said of curves of LCDB whose true value at twice the rows is known; a "
    "doubling is worth having from one point of error.",
    "defects": "Bench rows with a defect planted, {seeds} draws at sizes from {low} to {high:,}: "
    "share of draws and sizes in which a measure is worse for it, and what a spoilt row is worth "
    "in sound ones. The last line is a draw and size that any measure finds.",
    "battery": "CPU seconds of all measures at {sizes} sizes up to {high:,} rows, {seeds} draws, "
    "{arms} arms, {held} held-out rows; words, vectors and tokens of all texts included.",
}


class Told(NamedTuple):
    """One case with what is said of it."""

    case: lcdb.Case
    found: Posterior


def curves() -> Section:
    """Coverage, interval score and error on real curves."""
    archive = lcdb.fetch()
    if archive is None:
        why = f"skipped: it needs {lcdb.NAME}, which the package index did not give"
        return Section("curves", "Forecasts of learning curves", why, [])
    lines: list[dict[str, Cell]] = []
    for metric, seeds, sizes in SETTINGS:
        found = lcdb.cases(lcdb.curves(archive, metric), seeds, sizes, 0)
        first, second = (_told(half[:MOST]) for half in lcdb.halves(found, 0))
        for horizon in (0, 1):
            lines.append(_line(f"{metric}, {seeds} seeds, {sizes} sizes", first, second, horizon))
    return Section("curves", "Forecasts of learning curves", _NOTES["curves"].format(most=MOST),
                   lines)  # fmt: skip


def _told(cases: Sequence[lcdb.Case]) -> list[Told]:
    return [Told(case, forecast(case.sizes, case.values, case.at)) for case in cases]


def _line(
    name: str, first: Sequence[Told], second: Sequence[Told], horizon: int
) -> dict[str, Cell]:
    truth = np.array([one.case.truth[horizon] for one in second])
    mean, low, high = (
        np.array([f(one.found)[horizon] for one in second])
        for f in (lambda p: p.mean, lambda p: p.interval()[0], lambda p: p.interval()[1])
    )  # fmt: skip
    missed = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    boot = [_bootstrap(one.case, horizon) for one in second]
    inside = [a <= t <= b for (a, b), t in zip(boot, truth, strict=True)]
    learned = [abs(one.found.mean[horizon] - one.case.truth[horizon]) / one.found.sd[horizon]
               for one in first]  # fmt: skip
    return {
        "curves": name, "at": f"×{2 ** (horizon + 1)}", "tested": len(second),
        "covered": round(float((missed == 0).mean()), 3),
        "bootstrap covers": round(float(np.mean(inside)), 3),
        "score": round(float((high - low + 10 * missed).mean()), 4),
        "error": round(float(np.abs(mean - truth).mean()), 5),
        "doubling rule": round(float(np.mean([abs(_doubled(o.case, horizon) - t)
                                             for o, t in zip(second, truth, strict=True)])), 5),
        "factor learned": round(float(np.quantile(learned, 0.8)), 2),
    }  # fmt: skip


def _doubled(case: lcdb.Case, horizon: int) -> float:
    """The last gain once more for every doubling."""
    means = case.values.mean(axis=1)
    step = (means[-1] - means[-2]) / np.log2(case.sizes[-1] / case.sizes[-2])
    return max(float(means[-1] + step * np.log2(case.at[horizon] / case.sizes[-1])), 0.0)


def _bootstrap(case: lcdb.Case, horizon: int) -> tuple[float, float]:
    """The usual band: a power law fitted to resampled seeds, 80 % of what it then says."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, case.values.shape[1], (DRAWS, case.values.shape[1]))
    means = case.values[:, drawn].mean(axis=2).T  # (draws, S)
    ratios = np.array(case.sizes) / case.sizes[0]
    here = np.stack([shape(ratios) for shape in FAMILIES["pow3"]])
    there = np.stack([shape(np.array([case.at[horizon] / case.sizes[0]]))
                      for shape in FAMILIES["pow3"]])[:, 0]  # fmt: skip
    found = _least_squares(here, there, means, 1 / noise_of(case.values))
    low, high = np.quantile(found, [0.1, 0.9])
    return float(low), float(high)


def _least_squares(here: Floats, there: Floats, means: Floats, w: Floats) -> Floats:
    """For each line of `means` what the best of the shapes says at the place of `there`."""
    w = w / w.sum()
    center = here @ w
    spread = (here - center[:, None]) ** 2 @ w
    level = means @ w
    a = np.maximum(((here - center[:, None]) * w) @ means.T / np.maximum(spread, 1e-12)[:, None], 0)
    c = np.maximum(level - a * center[:, None], 0)  # (G, draws)
    left = means.T[None] - c[:, None] - a[:, None] * here[:, :, None]
    best = (left**2 * w[None, :, None]).sum(axis=1).argmin(axis=0)
    at = np.arange(len(means))
    return c[best, at] + a[best, at] * there[best]


def verdicts() -> Section:
    """How often verdicts are right."""
    archive = lcdb.fetch()
    title = "Verdicts on learning curves"
    if archive is None:
        why = f"skipped: it needs {lcdb.NAME}, which the package index did not give"
        return Section("verdicts", title, why, [])
    found = lcdb.cases(lcdb.curves(archive, "accuracy"), 3, 6, 0)
    _, tested = lcdb.halves(found, 0)
    said: dict[str, list[bool]] = {}
    for case in tested:
        now = float(case.values[-1].mean())
        verdict = judge(
            [round(n) for n in case.sizes], case.values, WORTH / max(now, WORTH)
        ).verdict
        said.setdefault(verdict, []).append(bool(case.now - case.truth[0] >= WORTH))
    lines: list[dict[str, Cell]] = [
        {"verdict": name, "curves": len(hits), "of all": share(len(hits), len(tested)),
         "worth having in truth": share(sum(hits), len(hits))}
        for name, hits in sorted(said.items())
    ]  # fmt: skip
    return Section("verdicts", title, _NOTES["verdicts"], lines)


class _Battery(NamedTuple):
    """Values by arm, measure, draw and size, and what they cost."""

    values: dict[str, dict[str, Floats]]  # arm, measure -> (S, K)
    spent: Spent


@on_one_thread
def _battery() -> _Battery:
    """Every measure on sound rows and on each defect."""
    texts = bench_texts(60_000)
    rng = np.random.default_rng(1)
    chosen = [texts[at] for at in rng.permutation(len(texts)) if len(texts[at].answer) > 20]
    some = chosen[: POOL + HELD]
    asked, said = (pl.Series([t[side] for t in some]) for side in (0, 1))
    spent, values = Spent(), {}  # type: ignore[var-annotated]
    with measured(spent):
        corpus = Corpus(pl.concat([asked, asked]), pl.concat([said, scramble(said, 0)]))
        held = Held(np.arange(HELD))
        for seed in range(SEEDS):
            rows = np.random.default_rng(seed).permutation(np.arange(HELD, len(some)))[: SIZES[-1]]
            arms = {"sound": (rows, rows)} | {
                name: plant(rows, np.random.default_rng(seed), len(some))
                for name, plant in DEFECTS.items()
            }
            for arm, (prompts, answers) in arms.items():
                for trainer in BATTERY:
                    for point in trainer.train(corpus, Subset(prompts, answers, SIZES), held, seed):
                        cells = values.setdefault(arm, {}).setdefault(
                            point.metric, np.zeros((len(SIZES), SEEDS))
                        )
                        cells[SIZES.index(point.size), seed] = point.value
    return _Battery(values, spent)


def defects() -> Section:
    """Which measure notices which defect, and what the battery costs."""
    found = _battery()
    lines: list[dict[str, Cell]] = []
    sound = found.values["sound"]
    hits = {name: np.zeros((len(SIZES), SEEDS), bool) for name in DEFECTS}
    for metric, clean in sound.items():
        line: dict[str, Cell] = {"measure": metric}
        for name in DEFECTS:
            worse = found.values[name][metric] > clean
            hits[name] |= worse
            worth = multiplier((SIZES, clean), (SIZES, found.values[name][metric]))
            line[f"{name}: worse"] = share(int(worse.sum()), worse.size)
            line[f"{name}: worth"] = f"{worth.value:.3f}" if worth else "–"
        lines.append(line)
    last: dict[str, Cell] = {"measure": "any of them"}
    for name in DEFECTS:
        last |= {f"{name}: worse": share(int(hits[name].sum()), hits[name].size),
                 f"{name}: worth": ""}  # fmt: skip
    note = _NOTES["defects"].format(seeds=SEEDS, low=SIZES[0], high=SIZES[-1])
    cost = _NOTES["battery"].format(sizes=len(SIZES), high=SIZES[-1], seeds=SEEDS,
                                    arms=1 + len(DEFECTS), held=HELD)  # fmt: skip
    told = f"{note}\n\n{cost} {found.spent.cpu:.1f} CPU seconds."
    return Section("defects", "Defects and what it takes to find them", told, [*lines, last])
