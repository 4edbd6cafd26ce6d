"""How well a model finds what is labelled, and how it compares with another one.

A labelled span is found when half of its letters and digits lie in findings of a kind that counts
as its own; a finding is right when half of its lie in such labels. F2 weighs recall above
precision, as a value that stays does more harm than one too many that goes. Places, dates,
nationalities, organisations and titles alone are no personal data: neither right nor wrong.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tasks.redact.rule import Span

NEUTRAL = frozenset({"LOCATION", "DATE_TIME", "NRP", "ORGANIZATION", "TITLE", "PREFIX"})
SAME = {
    "STREET_ADDRESS": "ADDRESS", "ZIP_CODE": "ADDRESS", "US_DRIVER_LICENSE": "DRIVER_LICENSE",
}  # fmt: skip
HALF = 0.5


class Tally(NamedTuple):
    """Of one kind, or of all: what is labelled and found, what was predicted and right."""

    labelled: int
    found: int
    predicted: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the predicted spans that are right."""
        return self.right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the labelled spans that are found."""
        return self.found / self.labelled if self.labelled else 1.0

    @property
    def f2(self) -> float:
        """Their mean, recall counted four times."""
        below = 4 * self.precision + self.recall
        return 5 * self.precision * self.recall / below if below else 0.0


def tallies(
    texts: Sequence[str], labels: Sequence[Sequence[Span]], findings: Sequence[Sequence[Span]]
) -> dict[str, Tally]:
    """The tally of each kind, and that of all under "ALL"."""
    counts: Counter[tuple[str, str]] = Counter()
    for text, gold, seen in zip(texts, labels, findings, strict=True):
        counts += _count(text, gold, seen)
    kinds = sorted({kind for kind, _ in counts})
    return {
        kind: Tally(*(counts[kind, what] for what in Tally._fields)) for kind in [*kinds, "ALL"]
    }


def _count(text: str, gold: Sequence[Span], seen: Sequence[Span]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    neutral = [span for span in gold if span.entity in NEUTRAL]
    for span in gold:
        if span.entity not in NEUTRAL and span.start < span.end:
            _note(counts, span, "labelled", "found", _share(text, span, _alike(span, seen)) >= HALF)
    for span in seen:
        own = _alike(span, gold)
        around = neutral if _kind(span) == "ADDRESS" and _share(text, span, own) else []
        is_right = _share(text, span, [*own, *around]) >= HALF
        if is_right or _share(text, span, neutral) < HALF:
            _note(counts, span, "predicted", "right", is_right)
    return counts


def _note(
    counts: Counter[tuple[str, str]], span: Span, what: str, good: str, is_good: bool
) -> None:
    for kind in (_kind(span), "ALL"):
        counts[kind, what] += 1
        counts[kind, good] += is_good


def _kind(span: Span) -> str:
    return SAME.get(span.entity, span.entity)


def _alike(span: Span, others: Sequence[Span]) -> list[Span]:
    """Those of `others` that are of the same kind and no neutral one."""
    return [o for o in others if _kind(o) == _kind(span) and o.entity not in NEUTRAL]


def _share(text: str, span: Span, others: Sequence[Span]) -> float:
    """The share of the letters and digits of `span` that lie in `others`."""
    places = [i for i in range(span.start, span.end) if text[i].isalnum()]
    places = places or list(range(span.start, span.end))
    inside = sum(any(o.start <= i < o.end for o in others) for i in places)
    return inside / len(places)
