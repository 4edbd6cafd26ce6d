"""How many good rows a drop by a judge removed, and how many bad ones it left.

The judge's own count is no answer: it errs both ways, and where few rows are bad most of those it
flags may be good. It is corrected by the judge's error rates on a gold file, and assumes that they
hold in the run: a judge that misses one bad row in ten there does so here. The mix of good and bad
may differ; how hard the rows are may not.
"""

from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, JsonValue

from tasks.score.calibration.resample import LEVEL, Estimate, Floats

DRAWS = 4000


class Confusion(BaseModel):
    """Labelled items by what people and the judge say of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bad_flagged: int
    bad_passed: int
    good_flagged: int
    good_passed: int

    @classmethod
    def of(cls, is_good: Floats, is_flagged: Floats) -> Self:
        """Count items; both vectors are 1 for yes and 0 for no."""
        good, flagged = is_good == 1, is_flagged == 1
        return cls(
            bad_flagged=int((~good & flagged).sum()), bad_passed=int((~good & ~flagged).sum()),
            good_flagged=int((good & flagged).sum()), good_passed=int((good & ~flagged).sum()),
        )  # fmt: skip


class Losses(BaseModel):
    """Rows of a run, estimated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    good_dropped: Estimate = Estimate()
    bad_left: Estimate = Estimate()
    rows: int  # judged
    dropped: int  # of them, by the judge's word
    why_not: str = ""  # why there is no estimate

    def facts(self) -> dict[str, JsonValue]:
        """As plain values, with a sentence."""
        return {**self.model_dump(mode="json"), "text": self.text}

    @property
    def text(self) -> str:
        """In a sentence."""
        if self.why_not:
            return f"how many good rows were dropped is not known: {self.why_not}"
        return (
            f"of {self.dropped:,} rows that the judge would drop {_range(self.good_dropped)} are "
            f"good; of {self.rows - self.dropped:,} that it would keep {_range(self.bad_left)} are "
            "bad"
        )


def rogan_gladen(
    seen: Confusion, rows: int, dropped: int, seed: int = 0, level: float = LEVEL
) -> Losses:
    """Losses by the judge's error rates on a gold file (Rogan and Gladen 1978).

    The share of bad rows is the one at which the error rates give as many flags as there are; from
    it follows how likely a flagged row is good, and one that was passed bad. The interval is that
    of draws from what is known of each rate (Jeffreys) and of the rows themselves, so it is defined
    for rates of 0 and 1. A draw in which the judge is worse than chance turns the share round;
    of a judge that may be no better the interval is as wide as it should be.

    Args:
        seen: Labelled items of a gold file.
        rows: Rows of the run that the judge decided.
        dropped: Of them, those that it flagged.
        seed: Of the draws.
        level: Of the interval.
    """
    bad, good = seen.bad_flagged + seen.bad_passed, seen.good_flagged + seen.good_passed
    if why := unknown(rows, bad, good) or _no_better_than_chance(seen, bad, good):
        return Losses(rows=rows, dropped=dropped, why_not=why)
    chance = np.random.default_rng(seed)
    counts = np.array([dropped, rows - dropped])[:, None]
    best = counts * _wrong(
        np.array([seen.bad_flagged / bad]), np.array([seen.good_flagged / good]),
        np.array([dropped / rows]),
    )  # fmt: skip
    likely = _wrong(
        chance.beta(seen.bad_flagged + 0.5, seen.bad_passed + 0.5, DRAWS),
        chance.beta(seen.good_flagged + 0.5, seen.good_passed + 0.5, DRAWS),
        chance.beta(dropped + 0.5, rows - dropped + 0.5, DRAWS),
    )  # fmt: skip
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(chance.binomial(counts, likely), [tail, 100 - tail], axis=1)
    good_dropped, bad_left = (
        Estimate(value=float(best[n, 0]), low=float(low[n]), high=float(high[n]), items=bad + good)
        for n in (0, 1)
    )
    return Losses(good_dropped=good_dropped, bad_left=bad_left, rows=rows, dropped=dropped)


def _wrong(hit: Floats, false_alarm: Floats, flagged: Floats) -> Floats:
    """How likely a flagged row is good, and a row that was passed is bad."""
    bad = np.clip((flagged - false_alarm) / (hit - false_alarm), 0, 1)
    good_flagged, good_passed = (1 - bad) * false_alarm, (1 - bad) * (1 - false_alarm)
    bad_flagged, bad_passed = bad * hit, bad * (1 - hit)
    return np.stack([_part(good_flagged, bad_flagged), _part(bad_passed, good_passed)])


def _part(one: Floats, other: Floats) -> Floats:
    """`one` of both together; nothing of nothing."""
    both = one + other
    return np.divide(one, both, out=np.zeros_like(both), where=both > 0)


def unknown(rows: int, bad: int, good: int) -> str:
    """Why labels of so many bad and good items say nothing of so many rows; empty if they do."""
    if not rows:
        return "the judge decided no row"
    if not bad and not good:
        return "people labelled no item"
    if not bad or not good:
        return "people labelled no bad item" if good else "people labelled no good item"
    return ""


def _no_better_than_chance(seen: Confusion, bad: int, good: int) -> str:
    if seen.bad_flagged / bad > seen.good_flagged / good:
        return ""
    return "on the gold file it flags good items as often as bad ones"


def _range(found: Estimate) -> str:
    return f"about {found.value:,.0f} ({found.low:,.0f} to {found.high:,.0f})"
