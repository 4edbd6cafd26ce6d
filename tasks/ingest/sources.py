"""The files that a run reads, found by what the user wrote: file, folder, glob or `-`.

A source is named as the user sees it, never by where it lies on this machine, so the same data
elsewhere gives the same rows. Files that cannot be sources are left alone, and can be listed.
"""

import glob
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from pydantic import BaseModel

from tasks.base.errors import SourceError

FORMATS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
PACKINGS = ("", ".gz", ".bz2", ".xz", ".zst")
SUFFIXES = tuple(form + packing for packing in PACKINGS for form in FORMATS)
STDIN = "-"

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_HOW = f"readable are {', '.join(FORMATS)}, each also with .gz, .bz2, .xz or .zst"


class SourceFile(BaseModel, frozen=True):
    """One file to read."""

    not_content: ClassVar[set[str]] = {"path", "written"}

    name: str  # relative to the source's folder; the base name of a single file; "-"
    path: Path
    sha256: str
    bytes: int
    written: int = 0  # when it was last written to, in nanoseconds; 0: not known

    def check_unchanged(self) -> None:
        """See that the file is still the one that was found.

        Raises:
            SourceError: It was written to since, so nobody knows what was read.
        """
        try:
            there = self.path.stat()
            is_same = (there.st_mtime_ns, there.st_size) == (self.written, self.bytes)
        except FileNotFoundError:
            is_same = False
        if self.written and not is_same:
            raise SourceError(
                f"{self.name}: was written to while it was read; run again when it is whole. Let "
                "what writes it use another name, and rename it when it is done"
            )


def find_sources(specs: Sequence[str], spool: Path) -> list[SourceFile]:
    """The files that `specs` name, in that order, those of a folder or glob sorted; none twice.

    Args:
        specs: Files, folders (searched to the bottom), globs, or `-` for standard input.
        spool: Folder that keeps standard input, named by its content.

    Raises:
        SourceError: A source is missing, remote, or has no file that can be read.
    """
    found: dict[Path, tuple[str, Path]] = {}
    for spec in specs:
        for name, path in _files(spec, spool):
            found.setdefault(path.resolve(), (name, path))
    if not found:
        raise SourceError("no source; name a file, a folder, a glob, or - for standard input")
    return [_source(name, path) for name, path in _told_apart(list(found.values()))]


def check_sources(specs: Sequence[str], spool: Path) -> list[str]:
    """`specs` as they may be read again: standard input, which can be read once, as a file.

    Raises:
        SourceError: A source is missing, remote, or has no file that can be read.
    """
    return [
        str(_files(spec, spool)[0][1]) if spec == STDIN else spec
        for spec in specs
        if spec == STDIN or _files(spec, spool)
    ]


def ignored_files(specs: Sequence[str]) -> list[str]:
    """Names of the files in folders and globs that are no sources: hidden, or of unknown kind."""
    return sorted(
        {_writable(n) for spec in specs for n, path in _walk(spec) if not _is_source(n, path)}
    )


def _files(spec: str, spool: Path) -> list[tuple[str, Path]]:
    if spec == STDIN:
        return [(STDIN, _spooled(spool))]
    _check_spec(spec)
    if _URL.match(spec):
        raise SourceError(f"{spec}: remote sources cannot be read yet; download the file first")
    path = Path(spec)
    if path.is_file() and path.parent == spool:
        return [(STDIN, path)]
    if path.is_file():
        if not path.name.lower().endswith(SUFFIXES):
            raise SourceError(f"{spec}: unknown kind of file; {_HOW}")
        return [(path.name, path)]
    if not path.is_dir() and not glob.has_magic(spec):
        raise SourceError(f"{spec}: no such file or folder; check the path")
    files = [(name, file) for name, file in _walk(spec) if _is_source(name, file)]
    if not files:
        raise SourceError(f"{spec}: no file that can be read; {_HOW}")
    return files


def _check_spec(spec: str) -> None:
    """An empty text would be the current folder; nothing can be written about bytes of no text."""
    if not spec.strip():
        raise SourceError("a source is empty text; is a variable unset? Name a file or a folder")
    if _writable(spec) != spec:
        raise SourceError(f"{spec!a}: the path is not UTF-8; rename it")


def _writable(name: str) -> str:
    """`name` with bytes that are not UTF-8 spelled out."""
    return name.encode(errors="backslashreplace").decode()


def _walk(spec: str) -> Iterator[tuple[str, Path]]:
    """Every file of a folder or glob with its name below it, sorted by name."""
    path = Path(spec)
    if path.is_dir():
        base, paths = path, list(_below(path, set()))
    elif glob.has_magic(spec) and not path.is_file():
        base = _fixed_folder(path)
        matches = [Path(match) for match in glob.glob(spec, recursive=True)]  # noqa: PTH207
        seen = {base.resolve()}
        inside = [file for match in matches if match.is_dir() for file in _below(match, seen)]
        paths = [*(match for match in matches if not match.is_dir()), *inside]
    else:
        return
    yield from sorted({file.relative_to(base).as_posix(): file for file in paths}.items())


def _below(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """Every file below `folder`, links followed; each folder once, so links cannot go in circles.

    Args:
        folder: Where to look.
        seen: Folders, with links resolved, that are not looked into again.

    Raises:
        SourceError: A folder cannot be read, or a link leads to nothing: rows would be missing.
    """

    def fail(error: OSError) -> None:
        raise SourceError(
            f"{error.filename}: cannot be read ({error.strerror}); its rows would be missing: give "
            "the right to read it, or name the files beside it"
        )

    for place, folders, files in os.walk(folder, onerror=fail, followlinks=True):
        real = Path(place).resolve()
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        for file in (Path(place, name) for name in files):
            if file.is_file():
                yield file
            elif file.is_symlink() and _is_source(file.name, file):
                raise SourceError(
                    f"{file}: leads to nothing; its rows would be missing: mend or remove the link"
                )


def _fixed_folder(pattern: Path) -> Path:
    """The part of a glob before its first wildcard."""
    while glob.has_magic(str(pattern)):
        pattern = pattern.parent
    return pattern


def _is_source(name: str, path: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in name.split("/"))
    return not is_hidden and path.name.lower().endswith(SUFFIXES)


def _spooled(spool: Path) -> Path:
    """Standard input as a file named by its content, so that a second run knows it again."""
    spool.mkdir(parents=True, exist_ok=True)
    draft, digest = spool / f".{uuid4().hex}", hashlib.sha256()
    with draft.open("wb") as file:
        while chunk := sys.stdin.buffer.read(1 << 20):
            file.write(chunk)
            digest.update(chunk)
    return draft.replace(spool / digest.hexdigest())


def _told_apart(files: list[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """`files` with distinct names: those that share one get their folders' names before it."""
    named, depth = files, 0
    while len({name for name, _ in named}) < len(named) and depth < max(
        len(path.resolve().parts) for _, path in files
    ):
        depth += 1
        names = [name for name, _ in files]
        named = [
            (_with_folders(name, path, depth) if names.count(name) > 1 else name, path)
            for name, path in files
        ]
    return named


def _with_folders(name: str, path: Path, depth: int) -> str:
    folders = path.resolve().parts[: -name.count("/") - 1]
    return "/".join([*folders[-depth:], name]).lstrip("/")


def _source(name: str, path: Path) -> SourceFile:
    try:
        name.encode()
        found = path.stat()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except UnicodeEncodeError:
        raise SourceError(f"{name!a}: the file's name is not UTF-8; rename it") from None
    except PermissionError:
        raise SourceError(f"{name}: may not be read; check its permissions") from None
    return SourceFile(
        name=name, path=path.absolute(), sha256=digest, bytes=found.st_size,
        written=found.st_mtime_ns,
    )  # fmt: skip
