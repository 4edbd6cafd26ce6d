"""What the points of an experiment say: curves, forecasts, verdicts, multipliers."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from tasks.scale.defects import DEFECTS
from tasks.scale.families import Floats
from tasks.scale.fit import FARTHEST, LEVEL, check, fit, forecast
from tasks.scale.multiplier import Multiplier, multiplier
from tasks.scale.params import VerdictParams
from tasks.scale.trainer import Metric
from tasks.scale.verdict import SEEDS, SIZES, has_risen, judge

Facts = dict[str, Any]
REFERENCE = "curated"
TELLING = 0.005  # share by which a measure must be worse for a planted defect
STEPS = 25  # of a line that is drawn


class Curve(NamedTuple):
    """The points of one arm and one measure."""

    sizes: list[int]
    tokens: list[float]  # mean over seeds
    values: Floats  # (S, K)
    parts: Floats  # (S,) shares of the pool

    @property
    def means(self) -> Floats:
        """(S,) over seeds."""
        found: Floats = self.values.mean(axis=1)
        return found

    def falls(self) -> bool:
        """Whether it is not worse at its end than before."""
        return self.values.shape[1] < SEEDS or not has_risen(self.sizes, self.values, self.parts)

    def fits(self) -> bool:
        """Whether there is enough to fit, and it is no curve that rises."""
        enough = len(self.sizes) >= SIZES and self.values.shape[1] >= SEEDS
        return enough and self.falls()


def findings(
    points: pl.DataFrame, metrics: Sequence[Metric], params: VerdictParams, have: int
) -> Facts:
    """All that is said of an experiment.

    Args:
        points: Table of `tasks.scale.points.SCHEMA`.
        metrics: What was measured.
        params: What more data must bring.
        have: Curated rows that there are; the largest set is a part of them.
    """
    measured = [m for m in metrics if m.name in set(points["metric"])]
    by_metric = {m.name: curves(points.filter(metric=m.name)) for m in measured}
    found = [_measure(by_metric[m.name], m, params, have) for m in measured
             if REFERENCE in by_metric[m.name]]  # fmt: skip
    return {
        "measures": found,
        "verdicts": _count(found),
        "spent": round(float(points["cost"].sum()), 4),
        "points": points.height,
        "unknown_targets": sorted(set(params.targets) - {m.name for m in measured}),
        "level": LEVEL, "farthest": FARTHEST, "worth": params.worth, "row_price": params.row_price,
    }  # fmt: skip


def _count(found: Sequence[Facts]) -> dict[str, int]:
    verdicts = [one["verdict"]["verdict"] for one in found]
    return {name: verdicts.count(name) for name in dict.fromkeys(verdicts)}


def curves(points: pl.DataFrame) -> dict[str, Curve]:
    """Curve by arm; a size that not every seed has is left out."""
    found = {}
    for (arm,), mine in points.group_by("arm", maintain_order=True):
        seeds = mine["seed"].n_unique()
        table = (
            mine.sort("size", "seed").group_by("size", maintain_order=True)
            .agg("value", pl.col("tokens").mean(),
                 part=pl.col("size").first() / pl.col("pool").max())
            .filter(pl.col("value").list.len() == seeds)
        )  # fmt: skip
        if table.height:
            found[str(arm)] = Curve(
                table["size"].to_list(), table["tokens"].to_list(),
                np.array(table["value"].to_list(), dtype=float), table["part"].to_numpy(),
            )  # fmt: skip
    return found


def _measure(
    by_arm: Mapping[str, Curve], metric: Metric, params: VerdictParams, have: int
) -> Facts:
    mine = by_arm[REFERENCE]
    judged = judge(mine.sizes, mine.values, params.worth, mine.parts)
    now = float(mine.means[-1])
    target = params.targets.get(metric.name, now * (1 - params.goal))
    fitted = _forecast(mine, params, target, have)
    return {
        **metric._asdict(), "now": now, "rows": mine.sizes[-1],
        "verdict": judged._asdict(),
        **fitted,
        "arms": {name: _arm(curve, mine) for name, curve in by_arm.items() if name not in DEFECTS},
        "controls": _controls(by_arm),
    }  # fmt: skip


def _arm(curve: Curve, reference: Curve) -> Facts:
    """A curve's points, and what one of its rows is worth in curated ones, by rows and tokens."""
    by_rows = by_tokens = None
    if curve is not reference and curve.falls() and reference.falls():
        by_rows = multiplier((reference.sizes, reference.values), (curve.sizes, curve.values))
        by_tokens = multiplier((reference.tokens, reference.values), (curve.tokens, curve.values))
    return {
        "points": [
            {"rows": size, "tokens": round(tokens), "mean": float(seeds.mean()),
             "values": [float(v) for v in seeds]}
            for size, tokens, seeds in zip(curve.sizes, curve.tokens, curve.values, strict=True)
        ],
        "line": _line(curve) if curve.fits() else [],
        "multiplier": _told(by_rows),
        "multiplier_by_tokens": _told(by_tokens),
    }  # fmt: skip


def _told(found: Multiplier | None) -> Facts | None:
    """The multiplier with an interval; ends that are not known are null."""
    if found is None:
        return None
    told = found._asdict()
    return {name: x if isinstance(x, str) or np.isfinite(x) else None for name, x in told.items()}


def _line(curve: Curve) -> list[list[float]]:
    """[rows, value] of the fitted curve between its first and last point."""
    at = np.geomspace(curve.sizes[0], curve.sizes[-1], STEPS)
    means = fit(curve.sizes, curve.values, list(at), curve.parts).mean
    return [[round(float(n), 1), float(y)] for n, y in zip(at, means, strict=True)]


def _forecast(curve: Curve, params: VerdictParams, target: float, have: int) -> Facts:
    """Where the curve goes, how well it would have told its own last point, and what is gained."""
    if not curve.fits():
        return {"forecast": None, "self_check": None, "gains": [], "target": None}
    last, now = curve.sizes[-1], float(curve.means[-1])
    ahead = [float(n) for n in np.geomspace(last, FARTHEST * last, STEPS)]
    found = forecast(curve.sizes, curve.values, ahead, curve.parts)
    low, high = found.interval()
    band = [
        {"rows": round(n), "mean": float(m), "low": float(a), "high": float(b)}
        for n, m, a, b in zip(ahead, found.mean, low, high, strict=True)
    ]
    return {
        "forecast": band,
        "self_check": self_check(curve),
        "gains": [_gain(curve, factor, params, have) for factor in (2.0, FARTHEST)],
        "target": _target(ahead, found.below(target), target, now),
    }  # fmt: skip


def self_check(curve: Curve) -> Facts | None:
    """What the smaller sizes said of the largest one, beside what was seen there."""
    found = check(curve.sizes, curve.values, curve.parts)
    if found is None:
        return None
    return {
        "rows": curve.sizes[-1], **found._asdict(), "doubt": found.doubt,
        "error": abs(found.told - found.seen) / max(abs(found.seen), 1e-12),
        "inside": found.low <= found.seen <= found.high,
    }  # fmt: skip


def _gain(curve: Curve, factor: float, params: VerdictParams, have: int) -> Facts:
    """What so many times the rows bring, from what the curve says of today, not from one point."""
    last = float(curve.sizes[-1])
    rows = factor * last
    found = forecast(curve.sizes, curve.values, [last, rows], curve.parts)
    change = forecast(curve.sizes, curve.values, [rows], curve.parts, since=last)
    (now, value), (_, low), (_, high) = found.mean.tolist(), *found.interval()
    gain, more = -float(change.mean[0]), rows - last
    price = max(0.0, rows - have) * params.row_price  # those that are there are paid for
    return {
        "factor": factor, "rows": round(rows), "value": value,
        "low": float(low), "high": float(high), "gain": gain, "share": gain / max(abs(now), 1e-12),
        "per_1000_rows": 1000 * gain / more, "price": price,
        "per_money": gain / price if price else None,
    }  # fmt: skip


def _target(ahead: Sequence[float], chance: Floats, target: float, now: float) -> Facts:
    """The probability of having reached a value, over the size; never one number of rows."""
    rising = np.maximum.accumulate(chance)
    said: Mapping[str, int | None] = {
        name: next((round(n) for n, p in zip(ahead, rising, strict=True) if p >= least), None)
        for name, least in (("possible", 0.1), ("even", 0.5), ("likely", 0.9))
    }
    return {
        "value": target, "share": 1 - target / now if now else None,
        "chance": [[round(n), float(p)] for n, p in zip(ahead, rising, strict=True)], **said,
    }  # fmt: skip


def _controls(by_arm: Mapping[str, Curve]) -> dict[str, Facts]:
    """For each planted defect: in how many seeds the measure was worse for it, and by how much."""
    clean = by_arm[REFERENCE]
    found = {}
    for name in DEFECTS:
        planted = by_arm.get(name)
        if planted is None or planted.sizes[-1] not in clean.sizes:
            continue
        base = clean.values[clean.sizes.index(planted.sizes[-1])]
        gap = planted.values[-1] - base
        found[name] = {
            "rows": planted.sizes[-1], "worse": int((gap > 0).sum()), "seeds": len(gap),
            "share": float(gap.mean() / max(abs(base.mean()), 1e-12)),
            "noticed": bool(len(gap) >= SEEDS and (gap > 0).all()
                            and gap.mean() > TELLING * abs(base.mean())),
        }  # fmt: skip
    return found
