"""Which findings are replaced where they overlap: as presidio-anonymizer does by default.

Findings of one kind that touch become one; what lies inside another goes, and of two in one place
the surer stays; neighbours of one kind with spaces between them become one; of two that still
overlap the first ends where the second begins.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from tasks.redact.rule import Span

_SPACES = re.compile(r"^ +$")  # and, as Presidio's own, one line end behind them


class Finding(NamedTuple):
    """One finding of Presidio's: where it stands, what it is, and how sure Presidio is."""

    start: int
    end: int
    entity: str
    score: float


def resolved(text: str, findings: Iterable[Finding]) -> list[Span]:
    """What goes of `text`, in order and without overlaps, given Presidio's `findings`.

    Args:
        text: What the findings are places in.
        findings: In the order in which Presidio gives them, which decides ties.
    """
    ordered = sorted(findings, key=lambda f: (f.start, f.end))
    spans = _neighbours(text, _outermost(_merged(ordered)))
    spans.sort()
    afters = [span.start for span in spans[1:]] + [len(text)]
    cut = [
        span._replace(end=min(span.end, after))
        for span, after in zip(spans, afters[: len(spans)], strict=True)
    ]
    return [span for span in cut if span.start < span.end]


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one kind that overlap as one, in the place of the last of them."""
    kept: list[tuple[int, Finding]] = []
    kinds: dict[str, list[tuple[int, Finding]]] = {}
    for position, finding in enumerate(findings):
        kinds.setdefault(finding.entity, []).append((position, finding))
    for same in kinds.values():
        last, current = same[0]
        for position, finding in same[1:]:
            if finding.start < current.end:
                end, score = max(current.end, finding.end), max(current.score, finding.score)
                last, current = position, current._replace(end=end, score=score)
            else:
                kept.append((last, current))
                last, current = position, finding
        kept.append((last, current))
    return [finding for _, finding in sorted(kept, key=lambda one: one[0])]


def _outermost(findings: Sequence[Finding]) -> list[Finding]:
    """Findings that lie inside no other; of those in one place the surest, of equals the last."""
    order = sorted(range(len(findings)), key=lambda i: (findings[i].start, -findings[i].end))
    kept, furthest = [], -1
    for (_, end), group in groupby(order, key=lambda i: findings[i][:2]):
        if end > furthest:
            kept.append(max(group, key=lambda i: (findings[i].score, i)))
            furthest = end
    return [findings[i] for i in sorted(kept)]


def _neighbours(text: str, findings: Sequence[Finding]) -> list[Span]:
    spans: list[Span] = []
    for start, end, entity, _ in findings:
        before = spans[-1] if spans else None
        if before and before.entity == entity and _SPACES.search(text[before.end : start]):
            spans[-1] = Span(before.start, end, entity)
        else:
            spans.append(Span(start, end, entity))
    return spans
