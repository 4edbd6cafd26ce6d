"""The numbers of a report, computed from what the stages left behind; no text of rows here."""

from typing import Any

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.base.text import conversation
from tasks.publish.gates import Gate
from tasks.publish.plan import ReleasePlan, StageTiming
from tasks.publish.reasons import meaning

Facts = dict[str, Any]

UNUSUAL = 2.0  # a source that lost this many times the share that all lost is marked


def counts(plan: ReleasePlan, ledger: pl.DataFrame) -> Facts:
    """Rows by fate."""
    by_state = dict(ledger["state"].value_counts().iter_rows())
    made = sum(r.report.made for r in plan.results)
    return {
        "records": sum(s.records for s in plan.sources),
        "read": ledger.height - made,
        "made": made,
        "kept": by_state.get("kept", 0),
        "dropped": by_state.get("dropped", 0),
        "quarantined": by_state.get("quarantined", 0),
        "edited": ledger.filter(state="kept").select(pl.col("edits").list.len() > 0).sum().item(),
    }


def sentence(counted: Facts, gates: list[Gate]) -> str:
    """The run in one sentence, with its verdict."""
    failed = [gate.name for gate in gates if not gate.passed]
    verdict = f"{len(failed)} gate(s) failed: {', '.join(failed)}" if failed else "all gates passed"
    made = f" and {counted['made']:,} made" if counted["made"] else ""
    return (
        f"{counted['read']:,} records read{made}, {counted['kept']:,} rows kept, "
        f"{counted['dropped']:,} dropped, {counted['quarantined']:,} quarantined; {verdict}."
    )


def waterfall(plan: ReleasePlan, ledger: pl.DataFrame, read: int) -> list[Facts]:
    """A line per stage and reason, in the order of the run: what left or was made, what is left."""
    quarantined = ledger.filter(state="quarantined")["reason"].value_counts()
    steps = [("ingest", "filter", dict(quarantined.iter_rows()), 0)]
    steps += [
        (r.report.stage, str(r.report.kind), r.report.dropped, r.report.made)
        for r in plan.results
        if r.report.kind in ("filter", "make")
    ]
    left, lines = read, []
    for stage, kind, dropped, made in steps:
        if kind == "make":
            left += made
            lines.append(
                {"stage": stage, "reason": "", "what": f"{made:,} rows were made", "dropped": 0,
                 "made": made, "share": made / max(read, 1), "left": left}
            )  # fmt: skip
            continue
        ordered = sorted(dropped.items(), key=lambda item: (-item[1], item[0]))
        for reason, rows in ordered or [("", 0)]:
            left -= rows
            lines.append(
                {"stage": stage, "reason": reason, "what": reason and meaning(stage, reason),
                 "dropped": rows, "share": rows / max(read, 1), "left": left}
            )  # fmt: skip
    return lines


def by_source(plan: ReleasePlan, ledger: pl.DataFrame) -> list[Facts]:
    """What each source gave and lost; rows that were made are no source's."""
    ledger = ledger.filter(pl.col("origin").fill_null("human") == "human")
    lost = pl.col("state") != "kept"
    worst = pl.col("reason").drop_nulls().mode().sort().first()
    table = ledger.group_by("source").agg(
        rows=pl.len(), lost=lost.sum(), worst=worst,
        **{s: (pl.col("state") == s).sum() for s in ("kept", "dropped", "quarantined")},
    )  # fmt: skip
    seen = {line["source"]: line for line in table.iter_rows(named=True)}
    total = ledger.select(lost.mean()).item() or 0.0
    nothing = {"rows": 0, "lost": 0, "worst": None, "kept": 0, "dropped": 0, "quarantined": 0}
    lines = []
    for source in plan.sources:
        line = seen.get(source.name, nothing)
        share = line["lost"] / max(line["rows"], 1)
        lines.append(
            {"name": source.name, "format": source.format, "encoding": source.encoding,
             "layouts": source.layouts, "records": source.records, "rows": line["rows"],
             "kept": line["kept"], "dropped": line["dropped"],
             "quarantined": line["quarantined"], "share_lost": share,
             "worst_reason": line["worst"] or "", "notes": list(source.notes),
             "unread": source.unread,
             "unusual": line["lost"] >= 10 and share > UNUSUAL * total}
        )  # fmt: skip
    return lines


CHARACTERS = (100, 300, 1_000, 3_000, 10_000, 30_000)
TURNS = (1, 2, 4, 8, 16)


def shape(plan: ReleasePlan) -> list[Facts]:
    """Histograms of the rows as read and as kept."""
    measures = {
        "characters per row": (conversation().str.len_chars(), CHARACTERS),
        "turns per row": (pl.col("messages").list.len(), TURNS),
    }
    found = []
    for name, (measure, edges) in measures.items():
        bins = [f"≤ {edge:,}" for edge in edges] + [f"> {edges[-1]:,}"]
        raw, kept = (
            _histogram(read_dataset(data).select(measure.alias("n")), edges)
            for data in (plan.raw, plan.kept)
        )
        found.append({"name": name, "bins": bins, "raw": raw, "kept": kept})
    return found


def _histogram(values: pl.LazyFrame, edges: tuple[int, ...]) -> list[int]:
    lows = (-1, *edges)
    highs: tuple[int | None, ...] = (*edges, None)
    inside = [
        ((pl.col("n") > low) & ((pl.col("n") <= high) if high is not None else True))
        .sum()
        .alias(str(i))
        for i, (low, high) in enumerate(zip(lows, highs, strict=True))
    ]
    return [int(n or 0) for n in values.select(inside).collect().row(0)]


def timings(plan: ReleasePlan) -> list[Facts]:
    """Seconds per stage; `rows_per_second` is of the computation, not of a look into the cache."""
    return [
        {**t.model_dump(), "rows_per_second": t.rows / t.cpu_seconds if t.cpu_seconds else None,
         **_texts(plan, t)}
        for t in plan.timings
    ]  # fmt: skip


def _texts(plan: ReleasePlan, timing: StageTiming) -> Facts:
    """Characters that a stage read, if it says so, and how fast."""
    result = plan.result(timing.stage)
    read = result.report.figures.get("characters") if result else None
    if result is None or not isinstance(read, int):
        return {}
    seconds = timing.cpu_seconds
    return {"characters": read, "characters_per_second": read / seconds if seconds else None,
            "texts_read_by_model": result.report.figures.get("texts_read_by_model")}  # fmt: skip
