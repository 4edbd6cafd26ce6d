"""A comparison in small, for Prefect's UI: its waterfall as a table, and a page of Markdown."""

from collections.abc import Mapping
from typing import Any

from tasks.compare.page import shifts, steps
from tasks.publish.charts import image
from tasks.publish.digest import LONGEST, MOST_BYTES
from tasks.publish.excerpt import plain
from tasks.publish.markdown import code, table, words
from tasks.publish.report import share
from tasks.publish.tables import MOST_ROWS

Facts = Mapping[str, Any]


def comparison_table(facts: Facts) -> list[dict[str, str | int]]:
    """What was lost and gained for a table artifact, a line for each reason, `MOST_ROWS` at most.

    Where there are more, the last line adds up the rest.
    """
    entries = facts["waterfall"]
    shown = entries if len(entries) <= MOST_ROWS else entries[: MOST_ROWS - 1]
    lines = [_line(one) for one in shown]
    if rest := entries[len(shown) :]:
        signed = sum(-w["rows"] if w["went"] == "lost" else w["rows"] for w in rest)
        more = {"rows": f"{signed:+,}", "left": rest[-1]["left"]}
        lines.append({"": "…", "stage": "", "reason": f"{len(rest)} more", "why": "", "how": "",
                      **more})  # fmt: skip
    return lines


def comparison_markdown(facts: Facts) -> str:
    """The page: verdict, what came and went, what shifted, what differs; plots while they fit."""
    gates = [
        f"- {'✓' if gate['passed'] else '✗ **failed**'} {words(gate['text'])}"
        for gate in facts["gates"]
    ]
    title = f"# {words(facts['before']['folder'], 80)} → {words(facts['after']['folder'], 80)}"
    parts = [title, words(facts["sentence"], 400), "\n".join(gates), _rows(facts), _shift(facts),
             _settings(facts)]  # fmt: skip
    page = "\n\n".join(part for part in parts if part) + "\n"
    for name, lines in (("Rows", steps(facts)), ("Shift", shifts(facts["shifts"]))):
        plot = f"\n**{name}**\n\n![{name}]({image(lines)})\n" if lines else ""
        page += plot if len((page + plot).encode()) <= MOST_BYTES else ""
    return page


def _line(one: Facts) -> dict[str, str | int]:
    sign = "−" if one["went"] == "lost" else "+"
    return {
        "": one["went"], "stage": one["stage"] or "", "reason": one["reason"] or "",
        "why": plain(one["what"], 160), "how": plain(one["told"], 160),
        "rows": f"{sign}{one['rows']:,}", "left": one["left"],
    }  # fmt: skip


def _rows(facts: Facts) -> str:
    lines = [
        (words(one["went"]), words(one["what"]), words(one["told"]),
         f"{'−' if one['went'] == 'lost' else '+'}{one['rows']:,}", f"{one['left']:,}")
        for one in facts["waterfall"][:LONGEST]
    ]  # fmt: skip
    head = ("", "why", "from where, or what let it pass in the other run", "rows:", "left:")
    return f"## What came and went\n\n{table(head, lines)}" if lines else ""


def _shift(facts: Facts) -> str:
    lines = [
        (words(one["title"], 60), share(one["shift"]), share(one["by_chance"]), words(one["told"]))
        for one in facts["shifts"][:LONGEST]
    ]
    head = ("measure", "shift:", "by chance:", "how")
    return f"## What shifted\n\n{table(head, lines)}" if lines else ""


def _settings(facts: Facts) -> str:
    differ = facts["differences"]
    lines = [
        (code(one["name"]), *(_value(one[end]) for end in ("before", "after")))
        for kind in ("parameters", "versions", "models")
        for one in differ[kind]
    ]
    lines += [
        (
            words(one["name"]),
            *("" if one[end] is None else f"{one[end]:,} rows" for end in ("before", "after")),
        )
        for one in differ["sources"]
    ]
    shown = table(("name", "before", "now"), lines[:LONGEST])
    return f"## What the runs differ in\n\n{shown}" if lines else ""


def _value(value: object) -> str:
    return "" if value is None else code(value)
