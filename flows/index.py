"""`finery index`: releases of earlier runs, which later runs are compared with."""

import json
from pathlib import Path

import polars as pl

from flows.remember import remember
from tasks.base.errors import UsageError
from tasks.base.table import TEXT_COLUMNS
from tasks.dedup.index.fragments import fragments, is_sound
from tasks.publish.folder import MANIFEST, unwritable

DATA = "data.parquet"


def add_command(path: str, runs: list[Path]) -> int:
    """Add finished runs to an index, in the order given.

    Raises:
        UsageError: One is no finished run, or the index cannot be used.
    """
    if not path:
        raise UsageError("name a folder for the index")
    if why := unwritable(Path(path)):
        raise UsageError(f"index {path!r}: {why}; name another folder for the index")
    made_of = [_sources(run) for run in runs]  # a wrong one is told before anything is written
    for run, sources in zip(runs, made_of, strict=True):
        rows = pl.scan_parquet(run / DATA, glob=False)
        added = remember(path, rows, sources, str(run))
        print(f"{run}: {added:,} rows added to {path}")  # noqa: T201
    return 0


def list_command(path: str) -> int:
    """Say what an index holds, from the oldest release to the newest, and whether it is sound."""
    if not Path(path).exists():
        raise UsageError(f"index {path!r}: no such folder")
    found = fragments(path)
    for one in found:
        state = "" if is_sound(path, one) else "  DAMAGED"
        print(f"{one.created}  {one.rows:>12,} rows  {one.release}  ({one.name}){state}")  # noqa: T201
    print(f"releases: {len({one.run for one in found})}, rows: {sum(f.rows for f in found):,}")  # noqa: T201
    return 0


def _sources(run: Path) -> list[str]:
    """Hashes of what a run was made of."""
    try:
        found = json.loads((run / MANIFEST).read_bytes())
        hashes = [str(one["sha256"]) for one in found["sources"]]
        pl.scan_parquet(run / DATA, glob=False).select(*TEXT_COLUMNS).collect()
    except pl.exceptions.PolarsError:
        raise UsageError(f"{run / DATA} cannot be read; it is damaged") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{run} holds no finished run; name the folder given to --out") from None
    return hashes
