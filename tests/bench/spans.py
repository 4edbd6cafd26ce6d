"""How well personal data is found: spans that were found beside spans that are labelled.

A labelled span counts as found when at least half of its letters and digits lie in spans of a kind
that goes with its own; a found span is right when at least half of its own lie in labelled ones. A
labelled span is *safe* when at least 95 % of it is covered by anything at all. Bare places, dates,
nationalities, organisations and titles are neutral: they count neither as hit nor as mistake.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tasks.redact.rule import Span

_GROUPS = (
    {"LOCATION", "ADDRESS", "STREET_ADDRESS"},
    {"US_SSN", "US_ITIN", "US_DRIVER_LICENSE", "DRIVER_LICENSE", "US_BANK_NUMBER", "US_PASSPORT",
     "PASSPORT", "UK_NHS", "ID_NUMBER", "MEDICAL_RECORD", "MEDICAL_LICENSE", "ACCOUNT_NUMBER"},
    {"DATE_TIME", "DATE_OF_BIRTH"},
    {"SECRET", "CRYPTO"},
    {"URL", "DOMAIN_NAME"},
)  # fmt: skip
NEUTRAL = frozenset({"LOCATION", "DATE_TIME", "NRP", "ORGANIZATION", "TITLE", "PREFIX"})


class Case(NamedTuple):
    """A text with labels."""

    text: str
    gold: list[Span]


class Score(NamedTuple):
    """Counts over many cases, by kind."""

    gold: Counter[str]
    hit: Counter[str]
    safe: Counter[str]
    said: int
    right: int
    missed: list[tuple[str, str]]  # kind and value of labelled spans that were not found
    wrong: list[tuple[str, str]]  # of found spans that are not labelled

    def recall(self, *kinds: str) -> float:
        """Share of labelled spans of `kinds` (all, if none are named) that were found."""
        return _part(self.hit, self.gold, kinds)

    def safety(self, *kinds: str) -> float:
        """Share of them of which next to nothing is left."""
        return _part(self.safe, self.gold, kinds)

    @property
    def precision(self) -> float:
        """Share of found spans that are right."""
        return self.right / self.said if self.said else 1.0

    @property
    def f2(self) -> float:
        """Precision and recall, recall counting twice."""
        p, r = self.precision, self.recall()
        return 5 * p * r / (4 * p + r) if p + r else 0.0


def score(cases: Sequence[Case], found: Sequence[Sequence[Span]]) -> Score:
    """Hold what was `found` in each of `cases` to its labels."""
    total = Score(Counter(), Counter(), Counter(), 0, 0, [], [])
    for case, spans in zip(cases, found, strict=True):
        for gold in case.gold:
            if gold.entity not in NEUTRAL:
                _count(total, case.text, gold, spans)
        for span in spans:
            total = _judged(total, case, span)
    return total


def _count(total: Score, text: str, gold: Span, spans: Sequence[Span]) -> None:
    total.gold[gold.entity] += 1
    total.safe[gold.entity] += _covered(text, gold, spans) >= 0.95
    hit = _covered(text, gold, [s for s in spans if _alike(s.entity, gold.entity)]) >= 0.5
    total.hit[gold.entity] += hit
    if not hit:
        total.missed.append((gold.entity, text[gold.start : gold.end]))


def _judged(total: Score, case: Case, span: Span) -> Score:
    if span.entity in NEUTRAL:
        return total
    counted = [g for g in case.gold if g.entity not in NEUTRAL and _alike(span.entity, g.entity)]
    neutral = [g for g in case.gold if g.entity in NEUTRAL]
    right = _covered(case.text, span, counted) >= 0.5
    if not right and _covered(case.text, span, neutral) >= 0.5:
        return total
    if not right:
        total.wrong.append((span.entity, case.text[span.start : span.end]))
    return total._replace(said=total.said + 1, right=total.right + right)


def _covered(text: str, span: Span, others: Sequence[Span]) -> float:
    """Share of the letters and digits of `span` that lie in `others`."""
    places = [at for at in range(span.start, span.end) if text[at].isalnum()]
    inside = [any(o.start <= at < o.end for o in others) for at in places]
    return sum(inside) / len(inside) if inside else 1.0


def _alike(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _GROUPS)


def _part(part: Counter[str], whole: Counter[str], kinds: Sequence[str]) -> float:
    of = kinds or tuple(whole)
    count = sum(whole[kind] for kind in of)
    return sum(part[kind] for kind in of) / count if count else 0.0
