"""Learning curves as plain SVG: points, lines and bands over a logarithmic number of rows.

Lines are drawn in a nested image that is stretched to the width there is, with strokes that are
not; points and words are placed beside it in percent, so that circles stay round and text keeps its
size. Classes give the colours (`report.css`).
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from tasks.publish.excerpt import plain

HEIGHT, FOOT, LEFT = 190, 34, 9  # pixels of the plot and of what is below; percent for the numbers
SPAN = (5, 100_000)  # rows from one end of the axis of `span` to the other
WIDE = 1000  # units of the stretched image

Place = tuple[float, float]  # rows, value


class Series(NamedTuple):
    """One arm."""

    kind: str  # class
    points: Sequence[Place]
    line: Sequence[Place] = ()


class Plot(NamedTuple):
    """What is drawn of one measure."""

    series: Sequence[Series]
    seeds: Sequence[Place] = ()  # single draws of the first series
    band: Sequence[tuple[float, float, float]] = ()  # rows, lower and upper end
    ahead: Sequence[Place] = ()  # the forecast
    now: float | None = None  # rows that are there
    check: tuple[float, float, float, float] | None = None  # rows, told, lower, upper end
    tokens: Sequence[Place] = ()  # rows, tokens


def draw(plot: Plot) -> Markup:
    """The plot; the element around it has to be `HEIGHT + FOOT` pixels high."""
    places = [p for one in plot.series for p in (*one.points, *one.line)]
    rows = [n for n, _ in places] + [n for n, *_ in plot.band]
    values = [v for _, v in places] + [v for _, *ends in plot.band for v in ends]
    values += [v for _, v in plot.seeds]
    if not rows:
        return Markup("")
    x, y = _Axis(min(rows), max(rows), log=True), _Axis(*_wider(min(values), max(values)))
    drawn = [
        _grid(y), _ticks(x, plot.tokens), *_inside(plot, x, y),
        *(_dots(s.points, s.kind, x, y) for s in reversed(plot.series)),
        _dots(plot.seeds, "seed", x, y),
    ]  # fmt: skip
    if plot.check:
        drawn.append(_check(plot.check, x, y))
    if plot.now:
        at = LEFT + (100 - LEFT) * x.place(plot.now)
        drawn.append(_NOW.format(at, at, HEIGHT))
    return Markup("").join(drawn)


def chances(lines: Sequence[tuple[str, Sequence[Place]]]) -> Markup:
    """Probabilities over how many times the rows there are, a line for each kind."""
    times = [n for _, line in lines for n, _ in line]
    if not times:
        return Markup("")
    x, y = _Axis(min(times), max(times), log=True), _Axis(0, 1)
    inside = [_PATH.format(f"curve {kind}", _path(line, x, y)) for kind, line in lines]
    grid = [(_GRID.format(LEFT, p, p) + _WORD.format("end", LEFT - 1, p + 4, f"{share:.0%}"))
            for share in (0, 0.5, 1) for p in [HEIGHT * (1 - y.place(share))]]  # fmt: skip
    ticks = [(factor, f"×{factor:g}") for factor in (1, 1.5, 2, 3, 4)]
    feet = [_WORD.format(_anchor(x.place(n)), LEFT + (100 - LEFT) * x.place(n), HEIGHT + 16, text)
            for n, text in ticks if x.low <= n <= x.high * 1.001]  # fmt: skip
    return Markup("").join([*grid, *feet, _stretched(inside)])


def span(least: int | None, most: int | None, rows: int) -> Markup:
    """A range of rows as a bar, and a set of so many as a mark, both on one logarithmic axis."""
    axis = _Axis(*SPAN, log=True)
    low, high = 100 * axis.place(least or SPAN[0]), 100 * axis.place(most or SPAN[1])
    bar = _SPAN.format("left", low, max(high - low, 0.5))
    return bar + _SPAN.format("now", 100 * axis.place(max(rows, SPAN[0])) - 0.3, 0.6)


class _Axis:
    def __init__(self, low: float, high: float, *, log: bool = False) -> None:
        self.low, self.high, self.log = low, high if high > low else low + 1, log

    def place(self, value: float) -> float:
        """From 0 to 1."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low)


def _wider(low: float, high: float) -> Place:
    room = 0.06 * (high - low) or 0.05 * abs(high) or 1
    return max(low - room, 0) if low >= 0 else low - room, high + room


def _path(line: Iterable[Place], x: _Axis, y: _Axis) -> str:
    return " ".join(f"{WIDE * x.place(n):.1f},{HEIGHT * (1 - y.place(v)):.1f}" for n, v in line)


def _inside(plot: Plot, x: _Axis, y: _Axis) -> Iterable[Markup]:
    band = [(n, low) for n, low, _ in plot.band] + [(n, high) for n, _, high in plot.band[::-1]]
    lines = [_AREA.format(_path(band, x, y))] if band else []
    for one in reversed(plot.series):
        lines.append(_PATH.format(f"curve {one.kind}", _path(one.line or one.points, x, y)))
    if plot.ahead:
        lines.append(_PATH.format("curve ahead", _path(plot.ahead, x, y)))
    yield _stretched(lines)


def _stretched(lines: Iterable[Markup]) -> Markup:
    return _STRETCHED.format(LEFT, 100 - LEFT, HEIGHT, WIDE, HEIGHT, Markup("").join(lines))


def _dots(places: Sequence[Place], kind: str, x: _Axis, y: _Axis) -> Markup:
    return Markup("").join(
        _DOT.format(kind, LEFT + (100 - LEFT) * x.place(n), HEIGHT * (1 - y.place(v)),
                    1.6 if kind == "seed" else 3)
        for n, v in places
    )  # fmt: skip


def _check(check: tuple[float, float, float, float], x: _Axis, y: _Axis) -> Markup:
    rows, told, low, high = check
    at = LEFT + (100 - LEFT) * x.place(rows)
    ends = [HEIGHT * (1 - y.place(v)) for v in (low, high, told)]
    return _WHISKER.format(at, at, ends[0], ends[1]) + _RING.format(at, ends[2])


def _grid(y: _Axis) -> Markup:
    step = _round_step((y.high - y.low) / 4)
    first = math.ceil(y.low / step)
    marks = [n * step for n in range(first, first + 8) if n * step <= y.high]
    digits = max(0, -math.floor(math.log10(step)))
    return Markup("").join(
        _GRID.format(LEFT, at, at) + _WORD.format("end", LEFT - 1, at + 4, f"{mark:.{digits}f}")
        for mark in marks
        for at in [HEIGHT * (1 - y.place(mark))]
    )


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    return next((m * power for m in (1.0, 2.0, 5.0) if m * power >= raw), 10 * power)


def _ticks(x: _Axis, tokens: Sequence[Place]) -> Markup:
    """Rows at every other size from the largest down, tokens below them, and the farthest end."""
    known = {round(n): t for n, t in tokens}
    sizes = sorted(known, reverse=True)[::2] or [round(x.low), round(x.high)]
    marks = [(n, known.get(n)) for n in sizes]
    if x.high > 1.5 * max(sizes):
        marks.append((round(x.high), None))
    words = []
    for n, many in marks:
        at = x.place(n)
        where = LEFT + (100 - LEFT) * at
        words.append(_WORD.format(_anchor(at), where, HEIGHT + 16, f"{n:,}"))
        if many:
            words.append(_WORD.format(f"{_anchor(at)} few", where, HEIGHT + 30, _short(many)))
    return Markup("").join(words)


def _anchor(at: float) -> str:
    return "end" if at > 0.95 else "" if at < 0.03 else "middle"


def _short(tokens: float) -> str:
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if tokens >= limit:
            return f"{tokens / limit:.3g}{unit} tokens"
    return f"{tokens:.0f} tokens"


def kind_of(arm: str) -> str:
    """The class of an arm: its own, or one of a few for arms that leave a stage out."""
    return plain(arm, 40) if arm in ("curated", "raw", "random", "human") else "without"


_STRETCHED = Markup(
    '<svg x="{}%" y="0" width="{}%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">'
    "{}</svg>"
)
_SPAN = Markup('<rect class="{}" x="{:.2f}%" y="0" width="{:.2f}%" height="100%"/>')
_PATH = Markup('<polyline class="{}" vector-effect="non-scaling-stroke" points="{}"/>')
_AREA = Markup('<polygon class="band" points="{}"/>')
_DOT = Markup('<circle class="dot {}" cx="{:.2f}%" cy="{:.1f}" r="{}"/>')
_RING = Markup('<circle class="ring" cx="{:.2f}%" cy="{:.1f}" r="4.5"/>')
_WHISKER = Markup('<line class="whisker" x1="{:.2f}%" x2="{:.2f}%" y1="{:.1f}" y2="{:.1f}"/>')
_NOW = Markup('<line class="here" x1="{:.2f}%" x2="{:.2f}%" y1="0" y2="{}"/>')
_GRID = Markup('<line class="rule" x1="{}%" x2="100%" y1="{:.1f}" y2="{:.1f}"/>')
_WORD = Markup('<text class="{}" x="{:.2f}%" y="{:.1f}">{}</text>')
