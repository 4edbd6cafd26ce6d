"""Why a row is where it is, read from the files of a run alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from tasks.base.errors import UsageError
from tasks.dedup.whatif import would_drop
from tasks.publish.fate import fate

SHOWN = 3  # similar rows


def explained(run: Path, tell: Callable[[], str]) -> str:
    """What `tell` says of a run.

    Raises:
        UsageError: A file of the run is damaged.
    """
    try:
        return tell()
    except (ValueError, KeyError, TypeError, OSError, pl.exceptions.PolarsError) as error:
        raise UsageError(
            f"{run}: a file of this run is damaged or of another version "
            f"({type(error).__name__}); run it again"
        ) from error


def explain_row(run: Path, row_id: str) -> str:
    """The fate of one row in a few sentences.

    Raises:
        UsageError: `run` is no run, or no row or several have this id.
    """
    line = _find(run, row_id)
    place = f"record {line['source_row']} (counted from 0)"
    if line["origin"] != "human":
        place = f"made ({line['origin']})"
    said = [f"{line['id']}  from {line['source']}, {place}"]
    if line["parent"]:
        said.append(f"made from {line['parent']}")
    said.append(fate(line))
    if line["twin_of"]:
        said.append(_twin(run, line))
    said += _similar(run, line["id"])
    if line["edits"]:
        said.append(f"text changed by: {', '.join(line['edits'])}")
    return "\n".join(said)


def explain_threshold(run: Path, threshold: float) -> str:
    """How many rows another threshold of `dedup.near` would drop.

    Raises:
        UsageError: `run` is no run, it has no pairs, or it saw none so little alike.
    """
    ledger = _ledger(run)
    manifest = json.loads((run / "manifest.json").read_text())
    given = manifest["parameters"].get("dedup", {}).get("near", {})
    if not given.get("enabled"):
        raise UsageError(f"{run} was made without dedup.near, so it looked at no pair")
    if not (run / "pairs.parquet").exists():
        raise UsageError(f"{run} has no pairs.parquet: no two rows of that run were similar")
    if threshold < given["threshold"]:
        raise UsageError(
            f"the run looked at pairs from a similarity of {given['threshold']:g} on, and not of "
            f"{threshold:g}; run it again with --set dedup.near.threshold={threshold:g}"
        )
    pairs = pl.read_parquet(run / "pairs.parquet", glob=False).filter(stage="dedup.near")
    now = ledger.filter(stage="dedup.near").collect().height
    least, most = would_drop(pairs, threshold, given["families"])
    told = f"{least:,}" if least == most else f"between {least:,} and {most:,}"
    return (
        f"at {threshold:g} dedup.near would drop {told} rows; "
        f"at {given['threshold']:g} it dropped {now:,}"
    )


def _similar(run: Path, row_id: str) -> list[str]:
    """The rows most like a row, and what was said of them."""
    file = run / "pairs.parquet"
    if not file.exists():
        return []
    either = (pl.col("a") == row_id) | (pl.col("b") == row_id)
    pairs = (
        pl.scan_parquet(file, glob=False).filter(either).sort("score", "a", "b", descending=True)
    )
    return [
        f"like {p['b'] if p['a'] == row_id else p['a']} by {p['by']}: {p['score']:.2f}, "
        f"{(p['verdict'] or 'not asked').replace('_', ' ')}"
        for p in pairs.head(SHOWN).collect().iter_rows(named=True)
    ]


def _ledger(run: Path) -> pl.LazyFrame:
    """The ledger of a finished run."""
    file = run / "ledger.parquet"
    if not (run / "manifest.json").exists() or not file.exists():
        raise UsageError(f"{run} holds no finished run; name the folder given to --out")
    return pl.scan_parquet(file, glob=False)


def _find(run: Path, row_id: str) -> dict[str, Any]:
    found = _ledger(run).filter(pl.col("id").str.starts_with(row_id)).head(6).collect()
    exact = found.filter(pl.col("id") == row_id)
    if exact.height == 1 or found.height == 1:
        return (exact if exact.height else found).row(0, named=True)
    if found.height:
        some = ", ".join(found["id"].head(5))
        raise UsageError(f"{row_id!r} is the beginning of several ids: {some}; give one of them")
    raise UsageError(
        f"no row with the id {row_id!r} in {run}; ids stand in ledger.parquet, report.html and "
        "beside each example"
    )


def _twin(run: Path, line: dict[str, Any]) -> str:
    score = f", similarity {line['score']:.2f}" if line["score"] is not None else ""
    if line["stage"] == "dedup.released":
        return f"an earlier release has it as {line['twin_of']}{score}"
    twin = _find(run, line["twin_of"])
    place = f"{twin['source']}, record {twin['source_row']}"
    return f"its survivor is {line['twin_of']} ({place}; {twin['state']}){score}"
