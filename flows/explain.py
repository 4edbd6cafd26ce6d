"""Why a row is where it is, read from the files of a run alone."""

from pathlib import Path
from typing import Any

import polars as pl

from tasks.base.errors import UsageError
from tasks.publish.reasons import meaning


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
    said.append(_fate(line))
    if line["twin_of"]:
        said.append(_twin(run, line))
    if line["edits"]:
        said.append(f"text changed by: {', '.join(line['edits'])}")
    return "\n".join(said)


def _find(run: Path, row_id: str) -> dict[str, Any]:
    file = run / "ledger.parquet"
    if not (run / "manifest.json").exists() or not file.exists():
        raise UsageError(f"{run} holds no finished run; name the folder given to --out")
    found = pl.scan_parquet(file).filter(pl.col("id").str.starts_with(row_id)).head(6).collect()
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


def _fate(line: dict[str, Any]) -> str:
    if line["state"] == "kept":
        return f"kept, in the {line['split']} split" if line["split"] else "kept"
    because = f"{line['reason']}: {meaning(line['stage'], line['reason'])}"
    detail = f" ({line['detail']})" if line["detail"] else ""
    return f"{line['state']} by {line['stage']}, {because}{detail}"


def _twin(run: Path, line: dict[str, Any]) -> str:
    twin = _find(run, line["twin_of"])
    score = f", similarity {line['score']:.2f}" if line["score"] is not None else ""
    place = f"{twin['source']}, record {twin['source_row']}"
    return f"its survivor is {line['twin_of']} ({place}; {twin['state']}){score}"
