"""What may go from a store: files that no run would read again.

A *result* is what a stage found under a cache key; whoever uses it dates it anew, so an old date
says that no run has asked for it. An *object* is needed while a result, or the manifest of a run,
names it or the list that it is part of. Nothing younger than a day goes, and nobody may be at work
in the store, so a run never loses what it has just written. A mistake here costs time and no row:
a run that misses a file computes it again.
"""

import json
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tasks.base.dataset import DRAFTS, OBJECTS
from tasks.base.memo import FOLDER as MEMO
from tasks.publish.folder import MANIFEST

RESULTS, SPOOL = ".results", "spool"
DAY = 24 * 60 * 60  # seconds

_HASH = re.compile(rb"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


class Waste(NamedTuple):
    """A file or folder that may go."""

    kind: str
    path: Path
    bytes: int


def waste(store: Path, days: int, runs: Iterable[Path] = ()) -> list[Waste]:
    """Everything that may go from `store`, in the order in which to remove it.

    Args:
        store: Folder of the store.
        days: How long a result, a memo or standard input may lie unused.
        runs: Folders of runs that may be reviewed or compared: what their manifests name stays.
    """
    now = time.time()
    young, used = now - DAY, now - max(days, 1) * DAY
    manifests = [one / MANIFEST for one in runs if (one / MANIFEST).is_file()]
    old = {file for file in _files(store / RESULTS) if file.stat().st_mtime < used}
    return [
        *_each("results of stages", old),  # before what they name, should this be cut short
        *_each("data of stages", _unneeded(store, [*_kept(store, old), *manifests], young)),
        *_each("unfinished files", _before(_files(store / DRAFTS), young)),
        *_each("unfinished files", _before((store / MEMO).glob("*/*/.*"), young)),
        *_each("memos of earlier code or settings", _forgotten(store / MEMO, used)),
        *_each("standard input", _before(_files(store / SPOOL), used)),
    ]


def remove(one: Waste) -> None:
    """Remove a file or a folder, and the folder of objects that it leaves empty."""
    if one.path.is_dir():
        shutil.rmtree(one.path)
        return
    one.path.unlink(missing_ok=True)
    folder = one.path.parent
    if folder.parent.name == OBJECTS and not any(folder.iterdir()):
        folder.rmdir()


def size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size


def _kept(store: Path, old: set[Path]) -> list[Path]:
    return [file for file in _files(store / RESULTS) if file not in old]


def _unneeded(store: Path, needs: list[Path], young: float) -> Iterator[Path]:
    """Objects that no file of `needs` names, lists before their parts."""
    objects = [*(store / OBJECTS).glob("??/*")]
    named = {name for file in needs for name in _hashes(file)}
    parts: set[str] = set()
    lists = [one for one in objects if one.suffix == ".json"]
    for one in lists:
        if one.stem in named or one.stat().st_mtime >= young:
            parts |= _parts(one)
    needed = named | parts
    for one in [*lists, *(one for one in objects if one.suffix != ".json")]:
        if one.stem not in needed and one.stat().st_mtime < young:
            yield one


def _hashes(file: Path) -> set[str]:
    """Every SHA-256 in a file; more than the datasets that it names, and never fewer."""
    return {found.decode() for found in _HASH.findall(file.read_bytes())}


def _parts(listed: Path) -> set[str]:
    try:
        return {str(sha) for sha, _ in json.loads(listed.read_bytes())}
    except (ValueError, TypeError):  # damaged: nobody can read it, so it needs nothing
        return set()


def _forgotten(memos: Path, used: float) -> Iterator[Path]:
    """Memos that nobody has asked for long, save the last one of each stage."""
    for stage in memos.glob("*/"):
        folders = [one for one in stage.glob("*/") if _FINGERPRINT.fullmatch(one.name)]
        newest = max(folders, key=_last_used, default=None)
        yield from (one for one in folders if one != newest and _last_used(one) < used)


def _last_used(folder: Path) -> float:
    return max(one.stat().st_mtime for one in (folder, *folder.iterdir()))


def _files(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()] if folder.is_dir() else []


def _before(files: Iterable[Path], moment: float) -> Iterator[Path]:
    return (one for one in files if one.stat().st_mtime < moment)


def _each(kind: str, paths: Iterable[Path]) -> list[Waste]:
    return [Waste(kind, path, size(path)) for path in sorted(paths)]
