"""What a run shows in the terminal: progress on standard error, the waterfall on standard out."""

import sys
from types import TracebackType
from typing import Any, Self

from tasks.base.progress import Progress, listeners


class ProgressView:
    """Bars on a terminal, a plain line per stage elsewhere, nothing when quiet."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.bars: Any = None
        self.bar: Any = None
        self.stage = ""

    def __enter__(self) -> Self:
        if self.quiet:
            return self
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bars

            self.bars = Bars(
                TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(),
                TimeElapsedColumn(), TextColumn("{task.fields[note]}"),
                console=Console(stderr=True),
            )  # fmt: skip
            self.bars.start()
        listeners.append(self.show)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.show in listeners:
            listeners.remove(self.show)
        if self.bars is not None:
            self.bars.stop()

    def show(self, step: Progress) -> None:
        """Draw one step."""
        note = f"{step.rows:,} {'files' if step.stage == 'ingest.read' else 'rows'}"
        note += ", from cache" if step.cached else ""
        if self.bars is None:
            if step.done == step.parts and step.stage != self.stage:
                self.stage = step.stage
                message(f"{step.stage:<16} {note}")
            return
        if step.stage != self.stage:
            self.stage = step.stage
            self.bar = self.bars.add_task(step.stage, total=step.parts, note=note)
        total = self.bars.tasks[self.bar].total or 1
        done = total if step.done == step.parts else step.done
        self.bars.update(self.bar, completed=done, note=note)


def message(text: str) -> None:
    """Say something to the person at the terminal."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def table_console() -> Any:  # noqa: ANN401 (rich is imported late)
    """Standard output for tables: as wide as the terminal, 100 columns elsewhere."""
    from rich.console import Console

    wide = sys.stdout.isatty()
    return Console(file=sys.stdout, width=None if wide else 100, highlight=False)


def show_waterfall(report: dict[str, Any], out: str) -> None:
    """The table of stages, reasons, rows dropped and rows left, and where to look further."""
    from rich.markup import escape
    from rich.table import Table

    counts = report["counts"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("stage", "reason"):
        table.add_column(name)
    for name in ("dropped", "share", "left"):
        table.add_column(name, justify="right")
    table.add_row("read", "", "", "", f"{counts['read']:,}")
    stage = ""
    for line in report["waterfall"]:
        name = line["stage"] if line["stage"] != stage else ""
        stage = line["stage"]
        made = line.get("made", 0)
        lost = f"-{line['dropped']:,}" if line["dropped"] else f"+{made:,}" if made else "0"
        share = f"{line['share']:.1%}" if line["dropped"] or made else ""
        what = "(made)" if made else line["reason"]
        table.add_row(name, what, lost, share, f"{line['left']:,}")
    sides = ", ".join(f"{n:,} {side}" for side, n in report["splits"].items())
    share = f"{counts['kept'] / max(counts['read'], 1):.1%}"
    table.add_row("kept", sides, "", share, f"{counts['kept']:,}", style="bold")
    console = table_console()
    console.print(table)
    console.print()
    console.print(escape(report["sentence"]), soft_wrap=True)
    _notes(console, report)
    console.print(escape(f"report: {out}/report.html"), soft_wrap=True)


def _quality(console: Any, report: dict[str, Any]) -> None:  # noqa: ANN401 (rich is imported late)
    """Who decided over how many rows, what the judge is worth, what was paid."""
    from rich.markup import escape
    from rich.table import Table

    tiers = report.get("quality", {}).get("tiers", ())
    if tiers:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("decided by")
        verdicts = ("good", "poor", "review", "unscored")
        for name in verdicts:
            table.add_column(name, justify="right")
        for tier in tiers:
            table.add_row(tier["tier"], *(f"{tier[v]:,}" if tier[v] else "" for v in verdicts))
        console.print(table)
        console.print()
    for why in report.get("quality", {}).get("whys", ()):
        if why["told"]:
            line = f"{why['rows']:,} rows unscored: {why['what']} ({why['told']})"
            console.print(escape(line), soft_wrap=True)
    for line in report.get("quality", {}).get("heads", ()):
        console.print(escape(line), soft_wrap=True)
    for passport in report.get("passports", ()):
        losses = passport.get("losses")
        for line in [*passport["why"], *([losses["text"]] if losses else [])]:
            console.print(escape(f"judge {passport['judge']}: {line}"), soft_wrap=True)
    cost = report.get("cost") or {}
    if cost.get("calls") or cost.get("recalled"):
        console.print(
            f"models were called {cost['calls']:,} times ({cost['recalled']:,} more answers were "
            f"remembered), {cost['tokens']:,} tokens, {cost['money']:.4g} in money"
        )


def _made(report: dict[str, Any]) -> list[str]:
    """What came of each operator."""
    lines = []
    for one in report.get("evolution", {}).get("operators", ()):
        why = ", ".join(f"{f['rows']} {f['reason']}" for f in one["faults"])
        gain = f"; complexity {one['gain']}" if one["gain"] else ""
        line = f"{one['name']}: {one['survived']} of {one['made']} survived{gain}"
        lines.append(line + (f"; failed: {why}" if why else ""))
    return lines


def _scaling(report: dict[str, Any]) -> list[str]:
    """The answer of an experiment on size, and a line for each measure."""
    from tasks.publish.scaling import headline

    found = report.get("scaling") or {}
    lines = [headline(found)] if found else []
    for one in found.get("measures", ()):
        gain = one["gains"][0] if one["gains"] else None
        more = f"; {gain['share']:.1%} better with {gain['rows']:,}" if gain else ""
        verdict = one["verdict"]
        lines.append(f"  {one['title']}: {one['now']:.3f} with {one['rows']:,} rows{more}; "
                     f"{verdict['verdict']} ({verdict['why']})")  # fmt: skip
    return lines


def _notes(console: Any, report: dict[str, Any]) -> None:  # noqa: ANN401 (rich is imported late)
    from rich.markup import escape

    for line in [*_made(report), *_scaling(report)]:
        console.print(escape(line), soft_wrap=True)
    _quality(console, report)
    edited = ", ".join(f"{e['rows']:,} by {e['stage']}" for e in report["edits"] if e["rows"])
    if edited:
        console.print(f"text changed in {edited}", soft_wrap=True)
    if report["contradictions"].get("rows"):
        found = report["contradictions"]
        what = f"{found['left']:,} left" if found["left"] else "all kept"
        console.print(
            f"{found['rows']:,} rows in {found['families']:,} families ask the same and answer "
            f"differently; {what}, see the report",
            soft_wrap=True,
        )
    if report["review"]:
        console.print(escape(report["review"]["sentence"]), soft_wrap=True)
    unread = {s["name"]: s["unread"] for s in report["sources"] if s["unread"]}
    for name, fields in unread.items():
        size = f"{sum(fields.values()):,} characters of {', '.join(fields)} in {name}"
        console.print(escape(f"{size} never reach the model"), soft_wrap=True)
    for skipped in report["skipped"]:
        console.print(
            escape(f"not done: {skipped['check']}: {skipped['why']} ({skipped['unlock']})"),
            soft_wrap=True,
        )
    for gate in report["gates"]:
        if not gate["passed"]:
            console.print(
                escape(f"GATE FAILED {gate['name']}: {gate['text']}"),
                style="bold red",
                soft_wrap=True,
            )
