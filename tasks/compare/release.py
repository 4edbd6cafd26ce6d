"""A release as it lies in its folder, opened and checked before anything is compared."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import polars as pl

from tasks.base import ledger
from tasks.base.errors import UsageError
from tasks.base.table import SCHEMA
from tasks.publish.folder import MANIFEST, UNFINISHED

T = TypeVar("T")


class Released(NamedTuple):
    """What a finished run left behind, as far as two of them can be compared."""

    path: Path
    manifest: dict[str, Any]
    report: dict[str, Any]
    ledger: pl.DataFrame

    @property
    def rows(self) -> pl.LazyFrame:
        """The released rows."""
        return pl.scan_parquet(self.path / "data.parquet", glob=False)

    @property
    def name(self) -> str:
        """What the release is called in reports."""
        return str(self.report.get("release") or self.path.resolve().name)

    @property
    def parameters(self) -> dict[str, Any]:
        """Settings of the run."""
        found: dict[str, Any] = self.manifest["parameters"]
        return found

    @property
    def is_redacted(self) -> bool:
        """Whether personal data was looked for."""
        redact = self.parameters.get("redact")
        return isinstance(redact, dict) and bool(redact.get("enabled"))

    @property
    def stages(self) -> set[str]:
        """Stages that ran and could drop rows."""
        return {str(line["stage"]) for line in self.report["waterfall"]}


PARTS = {"finery_version": str, "parameters": dict, "sources": list, "counts": dict}


def open_releases(before: Path, after: Path) -> tuple[Released, Released]:
    """Two releases to compare.

    Raises:
        UsageError: A folder holds no whole release, or both are the same folder.
    """
    if before.resolve() == after.resolve():
        raise UsageError(f"{before} and {after} are the same folder; name two releases")
    return open_release(before), open_release(after)


def open_release(path: Path) -> Released:
    """The release in the folder `path`.

    Raises:
        UsageError: It is no folder of a run, its run is not finished, it was written by a version
            whose files have other columns, or its files do not belong together.
    """
    if not path.is_dir():
        raise UsageError(f"{path}: no such folder; name the folder given to --out")
    manifest = _manifest(path)
    report = _read(path, "report.json", lambda file: json.loads(file.read_bytes()))
    lines = _read(path, "ledger.parquet", lambda file: pl.read_parquet(file, glob=False))
    schema = _read(path, "data.parquet", _schema)
    _check_columns(path, manifest, {*ledger.SCHEMA} - {*lines.columns}, "ledger.parquet")
    _check_columns(path, manifest, {*SCHEMA} - {*schema}, "data.parquet")
    if "waterfall" not in report:
        raise UsageError(f"{path / 'report.json'} has no waterfall; run it again")
    release = Released(path, manifest, report, lines)
    _check_counts(release)
    return release


def _schema(file: Path) -> pl.Schema:
    """Columns of a table; its path is no pattern, whatever signs are in it."""
    return pl.scan_parquet(file, glob=False).collect_schema()


def _manifest(path: Path) -> dict[str, Any]:
    if not (path / MANIFEST).exists():
        if (path / UNFINISHED).exists():
            raise UsageError(
                f"{path}: its run is still going or was cut short, so there is no {MANIFEST}; "
                "run the same command again to finish it"
            )
        raise UsageError(
            f"{path} holds no release: there is no {MANIFEST}; name the folder given to --out"
        )
    found: Any = _read(path, MANIFEST, lambda file: json.loads(file.read_bytes()))
    is_ours = isinstance(found, dict) and PARTS.keys() <= found.keys()
    if not is_ours or not all(isinstance(found[name], kind) for name, kind in PARTS.items()):
        raise UsageError(
            f"{path / MANIFEST} is not the manifest of a release; name the folder given to --out"
        )
    return dict(found)


def _read(path: Path, name: str, read: Callable[[Path], T]) -> T:
    """One file of the release."""
    file = path / name
    if not file.is_file():
        raise UsageError(f"{path} is incomplete: {name} is missing; run it again")
    try:
        return read(file)
    except (ValueError, OSError, pl.exceptions.PolarsError):
        raise UsageError(f"{file} cannot be read; it is damaged, run it again") from None


def _check_columns(path: Path, manifest: dict[str, Any], missing: set[str], file: str) -> None:
    if missing:
        raise UsageError(
            f"{path} was written by Finery {manifest['finery_version']}, whose {file} has no "
            f"{', '.join(sorted(missing))}; run it again with this version, then compare"
        )


def _check_counts(release: Released) -> None:
    """See that ledger, rows and manifest speak of one run."""
    kept = release.ledger.filter(state="kept").height
    rows = release.rows.select(pl.len()).collect().item()
    told = release.manifest["counts"].get("kept")
    if not kept == rows == told:
        raise UsageError(
            f"{release.path}: the ledger keeps {kept:,} rows, data.parquet has {rows:,} and the "
            f"manifest says {told:,}; a file is not of this run, run it again"
        )
    if release.ledger["id"].is_duplicated().any():
        raise UsageError(f"{release.path}: rows of its ledger share an id; run it again")
