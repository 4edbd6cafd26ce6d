"""`finery index`: releases of earlier runs, which later runs are compared with."""

import json
from pathlib import Path

import polars as pl

from flows.remember import identity, remember_rows
from tasks.base.errors import UsageError
from tasks.dedup.index.fragments import fragments
from tasks.publish.folder import MANIFEST, unwritable


def add_command(path: str, runs: list[Path]) -> int:
    """Add finished runs to an index, in the order given.

    Raises:
        UsageError: One is no finished run, or the index cannot be used.
    """
    if why := unwritable(Path(path)):
        raise UsageError(f"index {path!r}: {why}; name another folder for the index")
    made_of = [_sources(run) for run in runs]  # a wrong one is told before anything is written
    for run, sources in zip(runs, made_of, strict=True):
        rows = pl.scan_parquet(run / "data.parquet")
        added = remember_rows(path, rows, identity(sources), str(run))
        print(f"{run}: {added:,} rows added to {path}")  # noqa: T201
    return 0


def list_command(path: str) -> int:
    """Say what an index holds, from the oldest release to the newest."""
    if not Path(path).exists():
        raise UsageError(f"index {path!r}: no such folder")
    found = fragments(path)
    for one in found:
        print(f"{one.created}  {one.rows:>12,} rows  {one.release}  ({one.name})")  # noqa: T201
    print(f"releases: {len({one.run for one in found})}, rows: {sum(f.rows for f in found):,}")  # noqa: T201
    return 0


def _sources(run: Path) -> list[str]:
    """Hashes of what a run was made of."""
    try:
        found = json.loads((run / MANIFEST).read_bytes())
        hashes = [str(one["sha256"]) for one in found["sources"]]
        pl.scan_parquet(run / "data.parquet").select("id").head(0).collect()
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        raise UsageError(f"{run} holds no finished run; name the folder given to --out") from None
    return hashes
