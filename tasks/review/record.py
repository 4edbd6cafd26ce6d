"""A run as people review it: what it kept, what it dropped, and what it was unsure of.

The folder of a run holds no text of a row that left. The store does, for as long as it is not
cleaned up: the manifest names its datasets by content.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.errors import UsageError
from tasks.base.report import StageResult
from tasks.dedup.whatif import PAIRS
from tasks.publish.twins import similar

REDACTION = "redact.pii"
NO_NAMES = pl.DataFrame(schema={"id": pl.String, "why": pl.String})


class Dropped(NamedTuple):
    """What one stage dropped."""

    stage: str
    data: DatasetRef
    raw: bool  # it left before the redaction saw it


class Record(NamedTuple):
    """All that is asked about."""

    release: str  # name of the release
    kept: DatasetRef
    dropped: tuple[Dropped, ...]
    names: pl.DataFrame  # id and why, of rows in which a name was seen and left
    pairs: pl.DataFrame  # `tasks.dedup.whatif.PAIRS`
    redacted: bool
    parameters: Mapping[str, Any]


def record_of(
    kept: DatasetRef, results: Sequence[StageResult], parameters: Mapping[str, Any]
) -> Record:
    """A run that is not published yet."""
    stages = [(r.report.stage, r.dropped, r.evidence) for r in results]
    return _record(kept, stages, similar(results), parameters, NO_NAMES)


def recorded(run: Path, store: str) -> Record:
    """A finished run.

    Args:
        run: Its folder.
        store: Folder of the store that it was made with.

    Raises:
        UsageError: `run` is no run, or the store has not (or no longer) what it dropped.
    """
    try:
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{run} holds no finished run; name the folder given to --out") from None
    if "datasets" not in manifest:
        raise UsageError(f"{run} was made by a Finery without review; curate it again")
    named = manifest["datasets"]
    stages = [
        (
            one["stage"],
            _ref(one["dropped"], store),
            one["evidence"] and _ref(one["evidence"], store),
        )
        for one in named["stages"]
    ]
    kept = _ref(named["kept"], store)
    _check(run, store, {"what was kept": kept, **{name: data for name, data, _ in stages}})
    file = run / "pairs.parquet"
    pairs = pl.read_parquet(file, glob=False) if file.exists() else pl.DataFrame(schema=PAIRS)
    return _record(kept, stages, pairs, manifest["parameters"], _sampled_names(run))


def _sampled_names(run: Path) -> pl.DataFrame:
    """Rows in which the report's sample found a name."""
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    seen = report.get("redactions", {}).get("kept_names", [])
    lines = [(one["id"], kind["why"]) for kind in seen for one in kind["examples"]]
    return pl.DataFrame(lines, schema=NO_NAMES.schema, orient="row")


def _record(
    kept: DatasetRef,
    stages: Sequence[tuple[str, DatasetRef, DatasetRef | None]],
    pairs: pl.DataFrame,
    parameters: Mapping[str, Any],
    names: pl.DataFrame,
) -> Record:
    order = [stage for stage, _, _ in stages]
    at = order.index(REDACTION) if REDACTION in order else len(order)
    dropped = [Dropped(s, data, i < at) for i, (s, data, _) in enumerate(stages) if data.rows]
    noted = [e for s, _, e in stages if s == REDACTION and e is not None and e.rows]
    seen = pl.concat([read_dataset(e).select("id", "why").collect() for e in noted] + [names])
    redacted = REDACTION in order
    return Record(kept.sha256[:12], kept, tuple(dropped), seen, pairs, redacted, parameters)


def _ref(named: dict[str, Any], store: str) -> DatasetRef:
    return DatasetRef(store=store, sha256=named["sha256"], rows=named["rows"])


def _check(run: Path, store: str, data: Mapping[str, DatasetRef]) -> None:
    """See that the store has the rows still."""
    gone = [name for name, one in data.items() if not one.exists()]
    if gone:
        raise UsageError(
            f"the texts of {run} are not in the store {store!r} (missing: {', '.join(gone)}); set "
            "FINERY_STORE to the store that it was made with, or curate it again: what is cached "
            "costs nothing"
        )
