"""A run as people review it: what it kept, what it dropped, and what it was unsure of.

The folder of a run holds no text of a row that left. The store does, for as long as it is not
cleaned up: the manifest names its datasets by content.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from tasks.base.dataset import DatasetRef
from tasks.base.errors import UsageError
from tasks.base.report import StageResult
from tasks.dedup.whatif import PAIRS
from tasks.publish.twins import similar

REDACTION = "redact.pii"


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
    names: DatasetRef | None  # where the redaction saw a name and left it
    pairs: pl.DataFrame  # `tasks.dedup.whatif.PAIRS`
    redacted: bool
    parameters: Mapping[str, Any]


def record_of(
    kept: DatasetRef, results: Sequence[StageResult], parameters: Mapping[str, Any]
) -> Record:
    """A run that is not published yet."""
    stages = [(r.report.stage, r.dropped, r.evidence) for r in results]
    return _record(kept, stages, similar(results), parameters)


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
    except FileNotFoundError:
        raise UsageError(f"{run} holds no finished run; name the folder given to --out") from None
    if "datasets" not in manifest:
        raise UsageError(f"{run} was made by a Finery without review; curate it again")
    named = manifest["datasets"]
    stages = [
        (one["stage"], _ref(one["dropped"], store), one["evidence"] and _ref(one["evidence"], store))
        for one in named["stages"]
    ]
    file = run / "pairs.parquet"
    pairs = pl.read_parquet(file) if file.exists() else pl.DataFrame(schema=PAIRS)
    found = _record(_ref(named["kept"], store), stages, pairs, manifest["parameters"])
    _check(run, store, found)
    return found


def _record(
    kept: DatasetRef,
    stages: Sequence[tuple[str, DatasetRef, DatasetRef | None]],
    pairs: pl.DataFrame,
    parameters: Mapping[str, Any],
) -> Record:
    order = [stage for stage, _, _ in stages]
    at = order.index(REDACTION) if REDACTION in order else len(order)
    dropped = [Dropped(s, data, i < at) for i, (s, data, _) in enumerate(stages) if data.rows]
    names = next((e for s, _, e in stages if s == REDACTION), None)
    redacted = REDACTION in order
    return Record(kept.sha256[:12], kept, tuple(dropped), names, pairs, redacted, parameters)


def _ref(named: dict[str, Any], store: str) -> DatasetRef:
    return DatasetRef(store=store, sha256=named["sha256"], rows=named["rows"])


def _check(run: Path, store: str, found: Record) -> None:
    """See that the store has the rows still."""
    gone = [one.stage for one in found.dropped if not one.data.exists()]
    gone += [] if found.kept.exists() else ["what was kept"]
    gone += [] if found.names is None or found.names.exists() else [REDACTION]
    if gone:
        raise UsageError(
            f"the texts of {run} are not in the store {store!r} (missing: {', '.join(gone)}); set "
            "FINERY_STORE to the store that it was made with, or curate it again: what is cached "
            "costs nothing"
        )
