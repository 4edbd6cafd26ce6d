"""The index of releases in a run: asked before rows meet each other, added to after a release."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from flows.params import CurateParams
from flows.stages import Course
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.errors import UsageError
from tasks.dedup.index.fragments import Known, append, known
from tasks.dedup.released import dedup_released
from tasks.ingest.sources import SourceFile
from tasks.publish.folder import unwritable

if TYPE_CHECKING:
    from tasks.dedup.index.signatures import Signatures

logger = logging.getLogger(__name__)

ROWS = 250_000  # of a fragment


def recall(params: CurateParams, files: Sequence[SourceFile]) -> Known | None:
    """The releases that a run is compared with; None if it names no index.

    Raises:
        UsageError: The index cannot be used.
    """
    if not params.index:
        return None
    if why := unwritable(Path(params.index)):
        raise UsageError(f"--index {params.index!r}: {why}; name another folder for the index")
    return known(params.index, identity([one.sha256 for one in files]))


def identity(sources: Sequence[str]) -> str:
    """What makes a run the same as an earlier one: the content of its sources."""
    return hashlib.sha256("\n".join(sorted(sources)).encode()).hexdigest()


def keep_new(
    course: Course, rows: DatasetRef, params: CurateParams, earlier: Known | None
) -> DatasetRef:
    """`rows` without those that an earlier release holds."""
    given = params.dedup.released
    on = params.dedup.enabled and given.enabled and earlier is not None
    return course.whole(dedup_released, rows, given, on=on, known=earlier)


def remember(earlier: Known, kept: DatasetRef, files: Sequence[SourceFile], out: str) -> int:
    """Add what a run released to the index; returns how many rows that were not in it.

    Args:
        earlier: What the run was compared with.
        kept: The rows that it released.
        files: Its sources.
        out: Its folder.
    """
    rows = read_dataset(kept)
    for one in earlier.fragments:
        there = earlier.read(one, "rows.parquet").select("id")
        rows = rows.join(there, on="id", how="anti", maintain_order="left")
    return remember_rows(earlier.path, rows, identity([one.sha256 for one in files]), out)


def remember_rows(path: str, rows: pl.LazyFrame, run: str, out: str) -> int:
    """Add rows of the release in `out`, made of the sources `run`, to the index at `path`."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    facts = {"release": Path(out).absolute().name, "run": run, "created": created}
    added = append(path, _signed(rows), facts)
    logger.info("index %s: %d rows of %s added", path, added, facts["release"])
    return added


def _signed(rows: pl.LazyFrame) -> Iterator["Signatures"]:
    """Signatures of some rows at a time."""
    from tasks.dedup.index.signatures import signatures  # compiled code

    count = rows.select(pl.len()).collect().item()
    for start in range(0, count, ROWS):
        yield signatures(rows.slice(start, ROWS))
