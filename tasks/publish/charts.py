"""Charts as plain SVG: no script, no library, and readable on a phone.

Places along an axis are percentages and there is no `viewBox`, so that a chart takes the width it
is given while its text keeps its size. Colours are classes, which the page sets for light and
dark; `image` brings its own. The colours are those of
Okabe and Ito, which colour-blind readers can tell apart.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from tasks.publish.excerpt import plain

FAMILIES = {
    "ingest": "#999999",
    "validate": "#d55e00",
    "clean": "#56b4e9",
    "redact": "#cc79a7",
    "dedup": "#0072b2",
    "filter": "#e69f00",
    "score": "#f0e442",
    "llm": "#f0e442",
    "embed": "#f0e442",
    "augment": "#56b4e9",
    "select": "#009e73",
    "review": "#882255",
}
"""Family of stages -> colour of the rows that it drops."""

OTHER = "#999999"
"""Colour of a family that is not named above."""

THINNEST = 0.4  # percent: what is there at all can be seen

_IMAGE_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.end{text-anchor:end}.middle{text-anchor:middle}"
    ".left{fill:#c3ccd6}.raw{fill:#c3ccd6}.now{fill:#0072b2}.other{fill:#999}"
    ".axis{stroke:#999}.threshold{stroke:#d55e00;stroke-width:2;stroke-dasharray:5 4}"
    + "".join(f".{family}{{fill:{colour}}}" for family, colour in FAMILIES.items())
)


class Step(NamedTuple):
    """One stage of the waterfall."""

    stage: str
    family: str  # one of `FAMILIES`, or "other"
    dropped: int
    left: int


class Line(NamedTuple):
    """One line of a chart: what, how much as a bar, how much as text."""

    label: str
    bar: Markup
    note: str
    loss: str = ""  # rows dropped


def steps(waterfall: Iterable[Mapping[str, Any]]) -> list[Step]:
    """Stages in order, the drops of all their reasons added up."""
    found: dict[str, Step] = {}
    for entry in waterfall:
        stage = str(entry["stage"])
        family = stage.split(".")[0]
        dropped = entry["dropped"] + (found[stage].dropped if stage in found else 0)
        known = family if family in FAMILIES else "other"
        found[stage] = Step(stage, known, dropped, entry["left"])
    return list(found.values())


def waterfall(stages: Sequence[Step]) -> list[Line]:
    """A line per stage: rows left, and beside them the rows that it dropped."""
    most = max((step.left + step.dropped for step in stages), default=0)
    return [
        Line(
            step.stage,
            stacked([(step.left, "left"), (step.dropped, step.family)], most),
            f"{step.left:,}",
            f"−{step.dropped:,}" if step.dropped else "",
        )
        for step in stages
    ]


def against(
    bins: Sequence[str], raw: Sequence[float], kept: Sequence[float], form: str = ","
) -> list[Line]:
    """A line per bin: rows before curation as a broad bar, rows kept as a slim one in front.

    Args:
        bins: Names.
        raw: How much is in each before.
        kept: The same after.
        form: How amounts are written: whole numbers with commas, or as shares (`.1%`).
    """
    most = max((*raw, *kept), default=0)
    return [
        Line(
            label, _bar(a, most, "raw") + _bar(b, most, "now", inset=25), f"{a:{form}} → {b:{form}}"
        )
        for label, a, b in zip(bins, raw, kept, strict=True)
    ]


def stacked(parts: Iterable[tuple[float, str]], most: float) -> Markup:
    """Bars one after the other; `parts` are amounts and classes, `most` is the full width."""
    drawn, start = [], 0.0
    for amount, kind in parts:
        drawn.append(_bar(amount, most, kind, start=start))
        start += 100 * amount / most if most else 0
    return Markup("").join(drawn)


def columns(bins: Sequence[Mapping[str, Any]], threshold: float | None) -> Markup:
    """A histogram of pairs by similarity, with the threshold as a line.

    Bins are placed by what they span; one that is missing is a gap.
    """
    low, high = float(bins[0]["from"]), float(bins[-1]["to"])
    most = max(b["pairs"] for b in bins)

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low)

    drawn = []
    for b in bins:
        left, right = place(b["from"]), place(b["to"])
        tall = max(120 * b["pairs"] / most, 1) if b["pairs"] else 0
        drawn.append(_COLUMN.format(left + 0.4, 140 - tall, right - left - 0.8, tall))
        drawn.append(_LABEL.format("middle few", (left + right) / 2, 135 - tall, f"{b['pairs']:,}"))
    ticks = [tick / 10 for tick in range(11) if low <= tick / 10 <= high]
    edge = {low: "", high: "end"}
    drawn += [_LABEL.format(edge.get(t, "middle"), place(t), 157, f"{t:g}") for t in ticks]
    if threshold is not None and low <= threshold <= high:
        drawn.append(_THRESHOLD.format(place(threshold), place(threshold)))
    return Markup("").join(drawn) + _AXIS


def image(lines: Sequence[Line], width: int = 720) -> str:
    """`lines` as a data URI of an SVG image, for pages that take images alone."""
    drawn = [
        _IMAGE_LINE.format(
            22 * i + 22,
            plain(line.label, 26),
            22 * i + 10,
            line.bar,
            22 * i + 22,
            f"{line.note}  {line.loss}",
        )
        for i, line in enumerate(lines)
    ]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{22 * len(lines) + 14}">'
        f'<style>{_IMAGE_STYLE}</style><rect width="100%" height="100%" rx="6" fill="#fff"/>'
        f"{''.join(drawn)}</svg>"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


_RECT = Markup('<rect class="{}" x="{:.2f}%" y="{}%" width="{:.2f}%" height="{}%"/>')
_COLUMN = Markup('<rect class="now" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}"/>')
_AXIS = Markup('<line class="axis" x1="0" x2="100%" y1="140" y2="140"/>')
_LABEL = Markup('<text class="{}" x="{:.2f}%" y="{:.1f}">{}</text>')
_THRESHOLD = Markup('<line class="threshold" x1="{:.2f}%" x2="{:.2f}%" y1="4" y2="140"/>')
_IMAGE_LINE = Markup(
    '<text class="end" x="170" y="{}">{}</text>'
    '<svg x="180" y="{}" width="400" height="15">{}</svg><text x="590" y="{}">{}</text>'
)


def _bar(amount: float, most: float, kind: str, start: float = 0, inset: int = 0) -> Markup:
    """A bar from `start` percent on, `inset` percent from the edges; none where nothing is."""
    if not amount or not most:
        return Markup("")
    width = max(100 * amount / most, THINNEST)
    return _RECT.format(kind, min(start, 100 - THINNEST), inset, width, 100 - 2 * inset)
