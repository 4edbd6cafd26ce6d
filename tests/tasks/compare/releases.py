"""Folders of releases, written row by row, for tests of what two of them have in common."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from tasks.base import ledger
from tasks.base.table import SCHEMA
from tests.builders import row

KEPT = {"state": "kept", "split": "train"}


def fate(where: str) -> dict[str, Any]:
    """Columns of the ledger for `train`, `test`, `ingest/malformed_json`, `dedup.near/…`."""
    if "/" not in where:
        return {"state": "kept", "split": where or None}
    stage, reason = where.split("/")
    state = "quarantined" if stage == "ingest" else "dropped"
    return {"state": state, "stage": stage, "reason": reason}


def entry(id: str, where: str = "train", said: str = "", **more: Any) -> dict[str, Any]:
    """A row of a release: its facts, its fate, and what it says."""
    facts = {"source": "a.jsonl", "source_row": 0, "origin": "human", "edits": [], "said": said or
             f"what does {id} say", **more}  # fmt: skip
    return {**dict.fromkeys(ledger.SCHEMA), **facts, "id": id, **fate(where)}


def release(folder: Path, *entries: dict[str, Any], **more: Any) -> Path:
    """Write a finished run of these rows to `folder`.

    Args:
        folder: Made if it is not there.
        entries: Rows (`entry`).
        more: Parts of the manifest that are not as usual; `scores`: columns of data.parquet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scores = more.pop("scores", {})
    lines = [{name: one[name] for name in ledger.SCHEMA} for one in entries]
    pl.DataFrame(lines, schema=ledger.SCHEMA).write_parquet(folder / "ledger.parquet")
    kept = [one for one in entries if one["state"] == "kept"]
    rows = [
        row(one["id"], one["said"], one.get("answer", f"it says {one['said']}"),
            source=one["source"], source_row=one["source_row"], origin=one["origin"],
            meta=one.get("meta"))
        for one in kept
    ]  # fmt: skip
    data = pl.DataFrame(rows, schema=SCHEMA).with_columns(
        pl.Series("split", [one["split"] for one in kept], pl.String),
        **{name: pl.Series([one.get(name) for one in kept], dtype=kind)
           for name, kind in scores.items()},
    )  # fmt: skip
    data.write_parquet(folder / "data.parquet")
    stages = more.pop("stages", sorted({one["stage"] for one in entries if one["stage"]}))
    sources = sorted({one["source"] for one in entries})
    manifest = {
        "finery_version": "0.1.0", "created": "2026-01-01T00:00:00+00:00", "parameters": {},
        "sources": [{"uri": s, "sha256": s, "rows": 1} for s in sources],
        "counts": {"kept": len(kept)}, "models": [], **more,
    }  # fmt: skip
    report = {"release": folder.name, "waterfall": [{"stage": s} for s in stages]}
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
