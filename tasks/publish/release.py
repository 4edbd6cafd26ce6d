"""Write a release: the splits in every format asked for, ledger, quarantine, report, manifest."""

import json
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any

import polars as pl
from prefect import task

from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.ledger import build_ledger
from tasks.publish.arms import arms
from tasks.publish.card import croissant, dataset_card
from tasks.publish.folder import RunFolder
from tasks.publish.formats import export, suffix
from tasks.publish.gates import Gate, Measured, judge_gates
from tasks.publish.lines import REFUSALS
from tasks.publish.lost import copies
from tasks.publish.plan import Release, ReleasePlan
from tasks.publish.private import worst_kind
from tasks.publish.pseudonyms import FILE, pseudonyms
from tasks.publish.quality import answered, verdicts
from tasks.publish.report import render
from tasks.publish.report_facts import gather, spent
from tasks.publish.review import review
from tasks.publish.twins import similar
from tasks.redact.mask import mask_texts
from tasks.select.split import SIDES

SPARED = ("dedup.core", "dedup.released")
"""Stages whose drops say nothing against the rows."""
UNREADABLE = ("unreadable_file", "file_too_large")


def write_release(plan: ReleasePlan) -> tuple[Release, dict[str, Any]]:
    """Write every file of the run to `plan.out`, the manifest last.

    Returns:
        What was written, and the report.

    Raises:
        LedgerError: Rows read and made are not all kept, dropped or quarantined.
        UsageError: The folder holds something other than an earlier run.
    """
    read = plan.raw.rows + plan.quarantine.rows
    ledger = build_ledger(plan.kept, list(plan.results), plan.quarantine, read)
    kept = read_dataset(plan.kept).collect()
    folder = RunFolder(plan.out)
    folder.claim()
    refused = _write_splits(folder, kept, plan.formats)
    folder.write("data.parquet", export(kept, "parquet").body, kept.height)
    folder.write("ledger.parquet", _parquet(ledger), ledger.height)
    folder.write("quarantine.jsonl", _quarantine(plan), plan.quarantine.rows)
    locked = pseudonyms(plan)
    if locked.height:
        folder.write(FILE, locked.write_ndjson().encode())
    sides = arms(kept)
    if sides.height:
        folder.write("arms.parquet", _parquet(sides))
    to_look_at = review(kept, _sent(plan))
    if to_look_at.height:
        folder.write("review.jsonl", to_look_at.write_ndjson().encode())
    pairs = similar(plan.results)
    if pairs.height:
        folder.write("pairs.parquet", _parquet(pairs), pairs.height)
    if plan.scaling:
        folder.write("points.parquet", _parquet(read_dataset(plan.scaling.points).collect()))
    gates = judge_gates(_measured(plan, ledger), plan.gates)
    report = gather(plan, ledger, gates, partial(mask_texts, store=plan.raw.store))
    report["skipped"] += _refused(refused)
    if plan.parameters.get("index") and "scale" not in plan.parameters:
        report["skipped"] += _unremembered(gates)
    _write_pages(folder, plan, report)
    folder.finish(_manifest(plan, report))
    counted = report["counts"]
    return Release(
        out=plan.out,
        **{k: counted[k] for k in ("read", "kept", "dropped", "quarantined", "made")},
        failed_gates=tuple(gate.name for gate in gates if not gate.passed),
        sentence=report["sentence"],
    ), report


def _sent(plan: ReleasePlan) -> pl.DataFrame | None:
    """Contradictions that people shall decide over."""
    settled = plan.result("dedup.settle")
    if settled is None or "sent_to_review" not in settled.report.dropped:
        return None
    return read_dataset(settled.dropped).collect()


def _write_splits(
    folder: RunFolder, kept: pl.DataFrame, formats: tuple[str, ...]
) -> Counter[tuple[str, str]]:
    """The three sides in every format; returns how many rows a format could not hold, and why."""
    refused: Counter[tuple[str, str]] = Counter()
    for place, name in enumerate(dict.fromkeys(formats)):
        for side in SIDES:
            exported = export(kept.filter(split=side), name)
            file = f"{side}{suffix(name)}"
            folder.write(f"formats/{name}/{file}" if place else file, exported.body, exported.rows)
            refused.update({(name, reason): n for reason, n in exported.refused.items()})
    return refused


def _refused(refused: Counter[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {"check": f"export of {rows:,} rows as {name}", "why": REFUSALS[reason],
         "unlock": "--format openai, trl or parquet hold every row"}
        for (name, reason), rows in sorted(refused.items())
    ]  # fmt: skip


def _unremembered(gates: list[Gate]) -> list[dict[str, str]]:
    """That what was released is not in the index, and why."""
    failed = [gate.name for gate in gates if not gate.passed]
    why = f"nothing was added to it, because a gate failed: {', '.join(failed)}"
    unlock = f"--set gates.{failed[0]}=..., or finery index add" if failed else ""
    return [{"check": "index of releases", "why": why, "unlock": unlock}] if failed else []


def _parquet(rows: pl.DataFrame) -> bytes:
    body = BytesIO()
    rows.write_parquet(body, compression="zstd", statistics=False)
    return body.getvalue()


def _quarantine(plan: ReleasePlan) -> bytes:
    lines = read_dataset(plan.quarantine).sort("source", "source_row", "id").collect()
    body = BytesIO()
    lines.write_ndjson(body)
    return body.getvalue()


def _measured(plan: ReleasePlan, ledger: pl.DataFrame) -> Measured:
    states = dict(ledger["state"].value_counts().iter_rows())
    spared = ledger.filter(pl.col("stage").is_in(SPARED), state="dropped").height
    unreadable = ledger.filter(pl.col("reason").is_in(UNREADABLE), state="quarantined")
    return Measured(
        read=ledger.height - sum(r.report.made for r in plan.results),
        kept=states.get("kept", 0),
        dropped=states.get("dropped", 0) - spared,
        quarantined=states.get("quarantined", 0),
        unreadable_files=unreadable.height,
        released_before=ledger.filter(reason="released_before").height,
        residual_pii=None if plan.residues is None else sum(plan.residues.values()),
        verdicts=verdicts(plan),
        judge=plan.judge_refused,
        answered=answered(plan),
        copies=copies(ledger),
        canaries=worst_kind(plan.canaries),
    )


def _write_pages(folder: RunFolder, plan: ReleasePlan, report: dict[str, Any]) -> None:
    files = [{"path": f["path"], "rows": f["rows"], "bytes": f["bytes"]} for f in folder.files]
    report["files"] = files
    # the page is the same for the same input; how long it took stands in report.json
    untimed = {k: v for k, v in report.items() if k not in ("timings", "cost")}
    folder.write("report.html", render(untimed).encode())
    folder.write("report.json", _json(report))
    folder.write("README.md", dataset_card(report, list(plan.formats)).encode())
    tables = [f for f in folder.files if f["rows"] is not None]  # report.json has timings in it
    folder.write("croissant.json", _json(croissant(report, tables)))


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _manifest(plan: ReleasePlan, report: dict[str, Any]) -> dict[str, object]:
    return {
        "finery_version": plan.versions.get("finery"),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": plan.parameters,
        "sources": report["again"]["sources"],
        "counts": report["counts"],
        "gates": report["gates"],
        "models": list(plan.models),
        "parent": plan.parent,
        "identity": _identity(plan),
        "cost": spent(plan.cost),
        "datasets": _datasets(plan),
    }


def _identity(plan: ReleasePlan) -> str | None:
    """What the release was made of; none while rows wait for a model: a later night asks again."""
    return None if any(r.report.unfinished for r in plan.results) else plan.identity


def _datasets(plan: ReleasePlan) -> dict[str, Any]:
    """What of the run lies in the store, by content: the dropped rows whole, and the evidence."""
    return {
        "kept": _named(plan.kept),
        "stages": [
            {"stage": r.report.stage, "dropped": _named(r.dropped), "evidence": _named(r.evidence)}
            for r in plan.results
        ],
    }


def _named(data: DatasetRef | None) -> dict[str, Any] | None:
    return None if data is None else {"sha256": data.sha256, "rows": data.rows}


@task(name="publish.release", persist_result=False)
def publish_release(plan: ReleasePlan) -> tuple[Release, dict[str, Any]]:
    """Write every file of the run; never from cache, since the folder may have changed."""
    return write_release(plan)
