"""Draw the report page: one HTML file of a run's numbers, which needs no network and no script.

The page is made from the report alone, the same that is written as `report.json`, so that anybody
can draw another. All strings are untrusted: every one is cut, freed of steering characters and
escaped on its way out, and the page forbids the browser to run or to fetch anything.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from tasks.publish import charts, scaling
from tasks.publish.excerpt import broken, compared, excerpt, plain

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
MOST_BYTES = 3_000_000
DENSITIES = ((5, 700), (3, 400), (2, 200), (1, 100), (0, 0))
"""Examples per reason and characters per text, tried in turn until the page is small enough."""

SECTIONS = {
    "scaling": ("How much data?", ("scaling",)),
    "waterfall": ("What left, and why", ("waterfall",)),
    "sources": ("By source", ("sources",)),
    "changes": ("What changed in kept rows", ("edits", "redactions")),
    "duplicates": (
        "Duplicates and contradictions",
        ("duplicates", "released", "contradictions", "core_set"),
    ),
    "protected": ("Protected sets", ("protected",)),
    "made": ("What was made", ("evolution",)),
    "quality": ("Quality", ("quality",)),
    "shape": ("Shape of the set", ("shape", "splits")),
    "models": ("Models", ("models", "passports")),
    "skipped": ("What was left out", ("skipped",)),
    "time": ("Time", ("timings",)),
    "again": ("How to get this again", ("again",)),
}
"""Anchor -> title, and the keys of the report of which one must have something to show."""


def render(report: Mapping[str, Any]) -> str:
    """The page of a run.

    Args:
        report: Numbers and examples of the run; any key may be absent or empty, and then the
            part of the page that shows it is left out.

    Returns:
        HTML of at most `MOST_BYTES`. The same report gives the same page.
    """
    return fitting(lambda examples, limit: _draw(report, examples, limit))


def fitting(draw: Callable[[int, int], str]) -> str:
    """The page that `draw` makes with as many examples as `MOST_BYTES` allow.

    Args:
        draw: Makes it of examples per reason and characters per text.
    """
    drawn = ""
    for examples, limit in DENSITIES:
        drawn = draw(examples, limit)
        if len(drawn.encode()) <= MOST_BYTES:
            break
    return drawn


def sentence(report: Mapping[str, Any]) -> str:
    """What came of the run in one sentence: the report's own, or one made from its counts."""
    if report.get("sentence"):
        return str(report["sentence"])
    counts = report.get("counts") or {}
    names = {"records": "records read", "kept": "rows kept", "made": "made", "dropped": "dropped"}
    said = [f"{counts[key]:,} {name}" for key, name in names.items() if counts.get(key)]
    failed = sum(not gate["passed"] for gate in report.get("gates") or ())
    gates = f"; {failed} gate{'s' if failed > 1 else ''} failed" if failed else ""
    return (", ".join(said) or "No rows") + gates + "."


def share(value: float | None) -> str:
    """A fraction as a percentage, never rounded to nothing or to all."""
    if value is None:
        return ""
    if 0 < value < 0.001:
        return "<0.1 %"
    return ">99.9 %" if 0.999 < value < 1 else f"{100 * value:.1f} %"


def size(value: int) -> str:
    """Bytes in the unit that people read."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= limit:
            return f"{value / limit:.1f} {unit}"
    return f"{value} B"


def _draw(report: Mapping[str, Any], examples: int, limit: int) -> str:
    shown = {name: title for name, (title, keys) in SECTIONS.items() if any(map(report.get, keys))}
    return page(
        "report.html",
        r=report,
        sentence=sentence(report),
        sections=shown,
        steps=charts.steps(report.get("waterfall") or ()),
        examples=examples,
        limit=limit,
    )


def page(template: str, **facts: object) -> str:
    """One self-contained page, drawn by `template` in the style of all pages.

    Args:
        template: File among the templates.
        facts: What it shows; every string is escaped, and any key may be absent.
    """
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    css_hash = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    drawn = _environment().get_template(template)
    return drawn.render(css=Markup(css), css_hash=css_hash, **facts)


@cache
def _environment() -> "Environment":
    from jinja2 import ChainableUndefined, Environment, FileSystemLoader

    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=ChainableUndefined,  # any key of the report may be absent
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"n": _count, "share": share, "size": size, "pretty": _pretty, "link": _link}
    env.filters["bysize"] = _by_size
    shown = {"broken": broken, "compared": compared, "excerpt": excerpt, "plain": plain}
    env.globals |= {"charts": charts, "scaling": scaling, **shown}
    return env


def _harmless(value: object) -> object:
    """Every value on its way to the page; markup comes from our own templates and excerpts."""
    if value is None:
        return ""
    return plain(value, 400) if isinstance(value, str) and not isinstance(value, Markup) else value


def _count(value: float | None) -> str:
    return f"{value:,}" if value is not None else ""


def _by_size(families: Mapping[Any, int]) -> list[tuple[int, int]]:
    """Family size and count, smallest first; in JSON sizes are texts. Few have many sizes."""
    return sorted((int(size), count) for size, count in families.items())[:20]


def _pretty(value: object) -> Markup:
    return excerpt(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True), 20_000, 800)


def _link(path: str) -> str:
    """A file beside the page; never another scheme or another host."""
    return "./" + quote(path.lstrip("/"))
