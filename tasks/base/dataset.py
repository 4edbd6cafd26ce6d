"""Datasets on disk: parts named by content, written once, passed between tasks by reference.

A store is a folder of two kinds of objects. A *part* is a Parquet file named by the SHA-256 of
its bytes. A *dataset* is a small JSON list of parts, named by the SHA-256 of that list. A
reference holds the name and the row count alone, so it stays small however many parts there are,
two datasets that share parts share files, and joining datasets copies nothing.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import polars as pl
from pydantic import BaseModel

from tasks.base.disk import room_in
from tasks.base.errors import DatasetMissingError

COMPRESSION: Final = "zstd"
OBJECTS, DRAFTS = "objects", "drafts"  # folders of a store
_MAGIC = b"PAR1"  # the last bytes of every Parquet file


class Part(BaseModel, frozen=True):
    """One Parquet file of a dataset."""

    sha256: str
    rows: int


class DatasetRef(BaseModel, frozen=True):
    """Points at an immutable dataset in a store."""

    store: str  # absolute path of the store's folder; not part of what the dataset is
    sha256: str  # of the list of parts
    rows: int

    def parts(self) -> tuple[Part, ...]:
        """The files this dataset is made of, in order.

        Raises:
            DatasetMissingError: The list is gone.
        """
        try:
            listed = json.loads(_object(self.store, self.sha256, ".json").read_bytes())
            return tuple(Part(sha256=sha, rows=rows) for sha, rows in listed)
        except (FileNotFoundError, ValueError):  # gone, or cut short when the machine lost power
            raise _missing(self.store, self.sha256) from None

    def files(self) -> list[Path]:
        """Paths of the parts, in order.

        Raises:
            DatasetMissingError: A file is gone.
        """
        files = [_object(self.store, part.sha256, ".parquet") for part in self.parts()]
        for file in files:
            if not file.exists():
                raise _missing(self.store, file.stem)
        return files

    def exists(self) -> bool:
        """Whether every file is there, with the end that a whole one has."""
        try:
            return all(_has_end(file) for file in self.files())
        except DatasetMissingError:
            return False


def has_part(part: Part, store: str) -> bool:
    """Whether the file of `part` is there, byte for byte."""
    try:
        with _object(store, part.sha256, ".parquet").open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == part.sha256
    except FileNotFoundError:
        return False


def read_part(part: Part, store: str) -> pl.DataFrame:
    """The rows of `part`.

    Raises:
        DatasetMissingError: The file is gone.
    """
    try:
        return pl.read_parquet(_object(store, part.sha256, ".parquet"), glob=False)
    except FileNotFoundError:
        raise _missing(store, part.sha256) from None


def write_part(rows: pl.DataFrame, store: str) -> Part:
    """Write `rows` whole or not at all; the same rows always make the same file."""
    with _draft(store, ".parquet") as draft:
        # statistics are off: Parquet would keep the smallest and largest text of a column in clear
        rows.write_parquet(draft, compression=COMPRESSION, statistics=False)
        with draft.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        _settle(draft, _object(store, digest, ".parquet"))
    return Part(sha256=digest, rows=rows.height)


def of_parts(parts: Iterable[Part], store: str) -> DatasetRef:
    """The dataset made of `parts` in this order; empty parts are left out, save an only one."""
    listed = list(parts)
    full = [part for part in listed if part.rows] or listed[:1]
    body = json.dumps([[part.sha256, part.rows] for part in full]).encode()
    digest = hashlib.sha256(body).hexdigest()
    with _draft(store, ".json") as draft:
        draft.write_bytes(body)
        _settle(draft, _object(store, digest, ".json"))
    return DatasetRef(store=store, sha256=digest, rows=sum(part.rows for part in full))


def write_dataset(rows: pl.DataFrame, store: str) -> DatasetRef:
    """Store `rows` as a dataset of one part."""
    return of_parts([write_part(rows, store)], store)


def join_datasets(datasets: Iterable[DatasetRef]) -> DatasetRef:
    """All rows of `datasets`, one after the other, without copying any. At least one dataset."""
    refs = list(datasets)
    return of_parts([part for ref in refs for part in ref.parts()], refs[0].store)


def split_dataset(data: DatasetRef) -> list[DatasetRef]:
    """`data` as datasets of one part each, so that a row-wise stage can be mapped over them."""
    return [of_parts([part], data.store) for part in data.parts()]


def read_dataset(data: DatasetRef) -> pl.LazyFrame:
    """Scan every part of `data` as one table.

    Raises:
        DatasetMissingError: A file is gone, as when somebody deleted the store.
    """
    return pl.scan_parquet(data.files(), glob=False)


def read_parts(data: DatasetRef) -> Iterator[pl.DataFrame]:
    """The parts of `data` one by one, so that one part's memory is enough.

    Raises:
        DatasetMissingError: A file is gone.
    """
    for file in data.files():
        yield pl.read_parquet(file, glob=False)


def _object(store: str, digest: str, suffix: str) -> Path:
    return Path(store, OBJECTS, digest[:2], digest + suffix)


@contextmanager
def _draft(store: str, suffix: str) -> Iterator[Path]:
    """A file to write to before it has its name; gone if that fails, as on a full disk."""
    folder = Path(store, DRAFTS)
    with room_in(store):
        folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{os.getpid()}-{uuid4().hex}{suffix}"
    try:
        with room_in(store):
            yield file
    finally:
        file.unlink(missing_ok=True)


def _has_end(file: Path) -> bool:
    """Whether a Parquet file ends as a whole one does."""
    with file.open("rb") as opened:
        opened.seek(-min(len(_MAGIC), file.stat().st_size), os.SEEK_END)
        return opened.read() == _MAGIC


def _settle(draft: Path, place: Path) -> None:
    """Give a finished file its name. A reader sees all of it or none; writers cannot collide."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(place)


def _missing(store: str, digest: str) -> DatasetMissingError:
    return DatasetMissingError(
        f"{digest[:12]}… is no longer in the store {store!r}; run again, and the stages that "
        "made it are computed anew (if this repeats, delete the store's `.results` folder)"
    )
