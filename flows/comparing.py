"""What the `compare` command does around its flow, and what it prints."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flows.server import Server
from flows.terminal import table_console


class Asked(NamedTuple):
    """What was asked for on the command line."""

    before: Path
    after: Path
    out: str | None
    recipe: Path | None
    settings: Sequence[str]


def compare_command(asked: Asked, *, as_json: bool) -> int:
    """Compare two releases; returns the exit code.

    Without a folder to write to nothing but the comparison runs, so no server is started.

    Raises:
        UsageError: The call is wrong; nothing was written.
    """
    from flows.recipe import read_params
    from tasks.compare.params import CompareParams

    params = read_params(CompareParams, asked.recipe, asked.settings)
    if asked.out is None:
        from tasks.compare.compare import compare

        if not as_json:
            params = params.model_copy(update={"examples": 0})  # none is printed
        facts = compare(asked.before, asked.after, params).facts
    else:
        facts = _run(asked, params, Path(asked.out))
    if as_json:
        print(json.dumps({"out": asked.out, **facts}, ensure_ascii=False))  # noqa: T201
    else:
        show_comparison(facts, asked.out)
    return 0 if all(gate["passed"] for gate in facts["gates"]) else 1


def _run(asked: Asked, params: Any, out: Path) -> dict[str, Any]:  # noqa: ANN401 (imported late)
    """Run the flow, as the UI would, and read what it wrote."""
    # Prefect prints its own log and tracebacks to the terminal
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    # none of these imports Prefect, which would look for its server before there is one
    from tasks.compare.folder import NUMBERS, refuse_taken
    from tasks.compare.release import open_releases

    refuse_taken(out)
    open_releases(asked.before, asked.after)  # what is wrong is told before anything starts
    server = Server()
    from flows.compare import compare

    server.wait()
    given = {name: getattr(params, name) for name in type(params).model_fields}
    compare(str(asked.before), str(asked.after), str(out), **given)
    found: dict[str, Any] = json.loads((out / NUMBERS).read_text(encoding="utf-8"))
    return found


def show_comparison(facts: dict[str, Any], out: str | None) -> None:
    """The waterfall from one release to the next, what changed and shifted, what differs."""
    from rich.markup import escape

    console = table_console()
    console.print(_waterfall(facts))
    console.print()
    console.print(escape(facts["sentence"]), soft_wrap=True)
    for line in _notes(facts):
        console.print(escape(line), soft_wrap=True)
    console.print()
    console.print(_shifts(facts))
    for gate in facts["gates"]:
        if not gate["passed"]:
            failed = escape(f"GATE FAILED {gate['name']}: {gate['text']}")
            console.print(failed, style="bold red", soft_wrap=True)
    if out is not None:
        console.print()
        console.print(escape(f"report: {out}/compare.html"), soft_wrap=True)


def _waterfall(facts: dict[str, Any]) -> Any:  # noqa: ANN401 (rich is imported late)
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "stage", "why"):
        table.add_column(name)
    for name in ("rows", "left"):
        table.add_column(name, justify="right")
    counts = facts["counts"]
    table.add_row("before", "", "", "", f"{counts['before']:,}")
    for one in facts["waterfall"]:
        sign = "-" if one["went"] == "lost" else "+"
        why = one["reason"] or one["what"]
        told = f"{why} ({one['told']})" if one["told"] else why
        table.add_row(one["went"], one["stage"] or "", told, f"{sign}{one['rows']:,}",
                      f"{one['left']:,}")  # fmt: skip
    sides = ", ".join(f"{s['after']:,} {s['name']}" for s in facts["sides"] if s["after"])
    table.add_row("now", "", sides, "", f"{counts['after']:,}", style="bold")
    return table


def _shifts(facts: dict[str, Any]) -> Any:  # noqa: ANN401
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("shift of")
    for name in ("share", "by chance"):
        table.add_column(name, justify="right")
    table.add_column("how")
    for one in facts["shifts"]:
        if one["shift"]:
            table.add_row(one["title"], f"{one['shift']:.1%}", f"{one['by_chance']:.1%}",
                          one["told"])  # fmt: skip
    return table


def _notes(facts: dict[str, Any]) -> list[str]:
    """Changed and moved rows, and what the runs differ in."""
    lines = [
        f"{one['rows']:,} changed: {one['by']}{' (' + one['told'] + ')' if one['told'] else ''}"
        for one in facts["changed"]
    ]
    moves = ", ".join(f"{m['rows']:,} from {m['from']} to {m['to']}" for m in facts["moved"])
    lines += [f"on another side: {moves} ({facts['moved'][0]['told']})"] if moves else []
    held = facts["trained_before"]
    if held["rows"]:
        lines.append(f"{held['rows']:,} of {held['held_out']:,} rows in validation and test were "
                     "in train before")  # fmt: skip
    differ = facts["differences"]
    for kind in ("parameters", "versions", "models"):
        for one in differ[kind]:
            lines.append(f"differs: {one['name']} {_value(one['before'])} → {_value(one['after'])}")
    lines += [f"differs: source {s['name']} is {s['state']}" for s in differ["sources"]]
    lines += [f"not measured: {s['check']}: {s['why']}" for s in facts["skipped"]]
    return lines


def _value(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
