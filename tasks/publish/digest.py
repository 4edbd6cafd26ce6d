"""A run in small, for Prefect's UI: a page of Markdown with plots and the way of the rows.

The UI strips `<svg>` and scripts from Markdown, but shows images given as data URIs. An artifact
is a row in Prefect's database and an event, so that it is kept under `MOST_BYTES`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.publish import charts
from tasks.publish.excerpt import plain
from tasks.publish.graph import graph
from tasks.publish.markdown import code, table, words
from tasks.publish.report import sentence, share
from tasks.publish.scaling import headline
from tasks.publish.tables import waterfall_table

MOST_BYTES = 190_000  # of the page; Prefect takes more, but its UI becomes slow
LONGEST = 60  # lines of a table in the page
PLOTS = 4


def digest(report: Mapping[str, Any], link: str = "") -> str:
    """The page of Markdown: verdict, waterfall, plots while they fit, way of the rows, time.

    Args:
        report: All that is known of the run; any key may be absent.
        link: Address of the whole report, if it has one.
    """
    linked = f"[The whole report]({link})" if link else ""
    top = [_head(report), linked, _scaling(report), _waterfall(report)]
    rest = [_way(report), _numbers(report), _time(report)]
    room = MOST_BYTES - len("\n\n".join([*top, *rest, ""]).encode())
    parts = [*top, *_plots(report, room), *rest]
    return "\n\n".join(part for part in parts if part) + "\n"


def _plots(report: Mapping[str, Any], room: int) -> Iterator[str]:
    """Charts as images, as many as there is room for, in bytes."""
    stages = charts.steps(report.get("waterfall") or ())
    plots = [("Rows left after each stage", charts.waterfall(stages))] if stages else []
    plots += [
        (f"{plain(s['name'])}: read → kept", charts.against(s["bins"], s["raw"], s["kept"]))
        for s in report.get("shape") or ()
    ]
    for title, lines in plots[:PLOTS]:
        image = f"**{words(title)}**\n\n![{words(title)}]({charts.image(lines[:LONGEST])})"
        room -= len(image.encode()) + 2
        if room >= 0:
            yield image


def _scaling(report: Mapping[str, Any]) -> str:
    """The answer of an experiment on size as Markdown; empty without one."""
    found = report.get("scaling") or {}
    if not found.get("measures"):
        return ""
    lines = [
        (words(one["title"]), f"{one['now']:.3f}",
         share(one["gains"][0]["share"]) if one["gains"] else "–", words(one["verdict"]["verdict"]))
        for one in found["measures"]
    ]  # fmt: skip
    head = ("measure", "now:", "better with twice the rows:", "verdict")
    return f"**{words(headline(found))}**\n\n{table(head, lines)}"


def waterfall_markdown(report: Mapping[str, Any]) -> str:
    """The waterfall as a Markdown table of at most `LONGEST` lines; empty without one."""
    lines = waterfall_table(report)
    if not lines:
        return ""
    head = ("stage", "reason", "what it means", "dropped:", "share:", "left:")
    told = [
        (words(n["stage"]), code(n["reason"]), words(n["what it means"]), f"{n['dropped']:,}",
         str(n["share"]), f"{n['left']:,}")
        for n in lines[:LONGEST]
    ]  # fmt: skip
    more = f"\n\n{len(lines) - LONGEST} more lines are in the report." if lines[LONGEST:] else ""
    return table(head, told) + more


def _head(report: Mapping[str, Any]) -> str:
    gates = [
        f"- {'✓' if gate['passed'] else '✗ **failed**'} {words(gate.get('text') or gate['name'])}"
        for gate in (report.get("gates") or ())[:LONGEST]
    ]
    name = report.get("release")
    title = f"# Release {words(name, 80)}" if name else "# Finery run"
    return "\n\n".join(
        part for part in (title, words(sentence(report), 400), "\n".join(gates)) if part
    )


def _way(report: Mapping[str, Any]) -> str:
    drawn = graph(report)
    return f"## The way of the rows\n\n```mermaid\n{drawn}\n```" if drawn else ""


def _waterfall(report: Mapping[str, Any]) -> str:
    lines = waterfall_table(report)
    if not lines:
        return ""
    told = [
        (words(n["stage"]), code(n["reason"]), f"{n['dropped']:,}", str(n["share"]),
         f"{n['left']:,}")
        for n in lines[:LONGEST]
    ]  # fmt: skip
    body = table(("stage", "reason", "dropped:", "share:", "left:"), told)
    more = f"\n\n{len(lines) - LONGEST} more lines are in the report." if lines[LONGEST:] else ""
    return f"## What left, and why\n\n{body}{more}"


def _numbers(report: Mapping[str, Any]) -> str:
    tables = [
        table(
            (words(shape["name"], 60), "read:", "kept:"),
            [
                (words(name, 60), f"{raw:,}", f"{kept:,}")
                for name, raw, kept in zip(shape["bins"], shape["raw"], shape["kept"], strict=True)
            ][:LONGEST],
        )
        for shape in (report.get("shape") or ())[:6]
    ]
    return "## Shape of the set\n\n" + "\n\n".join(tables) if tables else ""


def _time(report: Mapping[str, Any]) -> str:
    timings = report.get("timings") or ()
    if not timings:
        return ""
    lines = [
        (words(t["stage"], 60), f"{t['seconds']:.2f}", f"{t.get('cpu_seconds') or 0:.2f}",
         f"{t.get('rows') or 0:,}", "cached" if t.get("cached") else "fresh")
        for t in timings[:LONGEST]
    ]  # fmt: skip
    head = ("stage", "seconds:", "CPU seconds:", "rows:", "")
    return "## Time\n\n" + table(head, lines)
