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
from tasks.dedup.index.fragments import ROWS, Known, append, known
from tasks.dedup.released import dedup_released
from tasks.ingest.sources import SourceFile
from tasks.publish.folder import unwritable

if TYPE_CHECKING:
    from tasks.dedup.index.signatures import Signatures

logger = logging.getLogger(__name__)

AT_ONCE = 250_000  # rows of a fragment


def recall(params: CurateParams, files: Sequence[SourceFile], out: str) -> Known | None:
    """The releases that a run is compared with; None if it names no index.

    Args:
        params: The run's.
        files: Its sources.
        out: Its folder; empty where nothing is written.

    Raises:
        UsageError: The index cannot be used.
    """
    if not params.index:
        return None
    _check(params.index, files, out)
    return known(params.index, identity([one.sha256 for one in files], out))


def _check(index: str, files: Sequence[SourceFile], out: str) -> None:
    """See that an index is in nobody's way."""
    if why := unwritable(Path(index)):
        raise UsageError(f"--index {index!r}: {why}; name another folder for the index")
    place = Path(index).resolve()
    if out and Path(out).resolve().is_relative_to(place):
        raise UsageError(f"--out {out!r} is in the index {index!r}; name another folder for one")
    if out and place.is_relative_to(Path(out).resolve()):
        raise UsageError(f"--index {index!r} is in the folder of the run; name another for one")
    inside = [one.name for one in files if one.path.resolve().is_relative_to(place)]
    if inside:
        raise UsageError(
            f"--index {index!r} is in a folder of sources, and {inside[0]} was taken for one; name "
            "another folder for the index"
        )


def identity(sources: Sequence[str], out: str) -> str:
    """What makes a run the same as an earlier one: its sources' content and its folder."""
    place = str(Path(out).resolve()) if out else ""
    return hashlib.sha256("\n".join([place, *sorted(sources)]).encode()).hexdigest()


def keep_new(
    course: Course, rows: DatasetRef, params: CurateParams, earlier: Known | None
) -> DatasetRef:
    """`rows` without those that an earlier release holds."""
    given = params.dedup.released
    on = params.dedup.enabled and given.enabled and earlier is not None
    return course.whole(dedup_released, rows, given, on=on, known=earlier)


def remember(path: str, rows: pl.LazyFrame, sources: Sequence[str], out: str) -> int:
    """Add what a run released to an index; returns how many rows that were not in it.

    Args:
        path: Folder of the index.
        rows: The rows that were released.
        sources: Hashes of the run's sources.
        out: Its folder.
    """
    run = identity(sources, out)
    earlier = known(path, run)
    for one in earlier.fragments:
        there = earlier.read(one, ROWS).select("id")
        rows = rows.join(there, on="id", how="anti", maintain_order="left")
    created = datetime.now(UTC).isoformat(timespec="seconds")
    facts = {"release": Path(out).resolve().name, "run": run, "created": created}
    added = append(path, _signed(rows), facts)
    logger.info("index %s: %d rows of %s added", path, added, facts["release"])
    return added


def remember_release(path: str, kept: DatasetRef, files: Sequence[SourceFile], out: str) -> int:
    """Add the rows that a run kept; see `remember`."""
    return remember(path, read_dataset(kept), [one.sha256 for one in files], out)


def _signed(rows: pl.LazyFrame) -> Iterator["Signatures"]:
    """Signatures of some rows at a time; of none, too, for a night without rows has its place."""
    from tasks.dedup.index.signatures import signatures  # compiled code

    count = rows.select(pl.len()).collect().item()
    for start in range(0, max(count, 1), AT_ONCE):
        yield signatures(rows.slice(start, AT_ONCE))
