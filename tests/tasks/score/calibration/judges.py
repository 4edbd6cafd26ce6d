"""Judges whose worth is known: anchors for the exam. No model is asked."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence

import polars as pl

from tasks.base.report import Cost
from tasks.base.text import answer
from tasks.llm.call import Grade
from tasks.score.calibration.examinee import Choice, JudgeIdentity, Score
from tasks.score.calibration.gold import Gold

Prefer = Callable[[str, str], float]
"""How likely the first of two answers is better, shown in this order."""


class Scripted:
    """Prefers by a rule, and scores by another."""

    def __init__(
        self,
        name: str,
        prefer: Prefer = lambda one, other: 0.5,
        rate: Callable[[str], float | None] = lambda text: 0.5,
        grade: Grade = "real",
    ) -> None:
        self.identity = JudgeIdentity(
            model=name, grade=grade, backend="logprobs", rubric="none@1:0", prompt="1"
        )
        self.cost = Cost()
        self.prefer, self.rate = prefer, rate
        self.asked: list[tuple[int, int]] = []  # items and sample of each asking

    def choose(self, pairs: pl.DataFrame, sample: int = 0) -> Sequence[Choice]:
        self.asked.append((pairs.height, sample))
        both = pairs.select("first", "second").iter_rows()
        ways = [(self.prefer(one, other), 1 - self.prefer(other, one)) for one, other in both]
        return [Choice((one + other) / 2, one, other) for one, other in ways]

    def score(self, rows: pl.DataFrame, sample: int = 0) -> Sequence[Score]:
        self.asked.append((rows.height, sample))
        rated = [self.rate(text) for text in rows.select(answer()).to_series()]
        return [Score(value, None if value is not None else "refused") for value in rated]


def longer_wins() -> Scripted:
    """Whoever says more."""

    def prefer(one: str, other: str) -> float:
        return 0.5 + 0.4 * ((len(one) > len(other)) - (len(one) < len(other)))

    return Scripted("longer wins", prefer, lambda text: min(len(text) / 1000, 1))


def first_wins() -> Scripted:
    """Whatever stands first."""
    return Scripted("first wins", lambda one, other: 0.9)


def coin() -> Scripted:
    """Neither place nor text, but a hash of both."""
    return Scripted("coin", lambda one, other: _chance(f"{one}\0{other}"), _chance)


def copycat(gold: Gold, person: int = 0) -> Scripted:
    """Says what one person said."""
    said = gold.labels[:, person]
    if gold.kind == "points":
        texts = gold.items.select(answer()).to_series()
        rates = dict(zip(texts, map(float, said), strict=True))
        return Scripted("copycat", rate=rates.__getitem__)
    first, second = gold.items["first"], gold.items["second"]
    known = dict(zip(zip(first, second, strict=True), map(float, said), strict=True))

    def prefer(one: str, other: str) -> float:
        return known[one, other] if (one, other) in known else 1 - known[other, one]

    won: dict[str, list[float]] = defaultdict(list)
    for (one, other), label in known.items():
        won[one].append(label)
        won[other].append(1 - label)
    return Scripted("copycat", prefer, lambda text: sum(won[text]) / len(won[text]))


def _chance(text: str) -> float:
    return hashlib.sha256(text.encode()).digest()[0] / 255
