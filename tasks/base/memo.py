"""Row memo: what an expensive row-wise stage found in a text, so that it never reads it twice.

A memo is a folder of Parquet fragments with the columns `key` (hash of the text) and `value`
(JSON, or the type that the memo is opened with). A fragment is written whole and under a name of
its own, so many workers may append at once, and a run that is killed loses only the batch in hand.
The folder's name is the fingerprint of all that decides a value but the text: code, params,
engines, models.
"""

import hashlib
import logging
import os
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

import polars as pl

from tasks.base.disk import room_in

logger = logging.getLogger(__name__)

FOLDER = "memo"  # in a store
SCHEMA = pl.Schema({"key": pl.UInt64(), "value": pl.String()})
FEW = 64  # fragments; above, they are packed into one when the memo is opened


def hash_of(content: bytes, of: bytes = b"") -> int:
    """A key for `content` that nobody can bend, or one could be made to pass for another.

    Args:
        content: What a value was found in.
        of: Which of several finders it was, at most 64 bytes, where they share a memo.
    """
    return int.from_bytes(blake2b(content, digest_size=8, key=of).digest())


class RowMemo:
    """Remembers `value` by `key` under one fingerprint."""

    def __init__(
        self, store: str, stage: str, fingerprint: str, value: pl.DataType = SCHEMA["value"]
    ) -> None:
        """Open the memo of `stage`, which need not exist yet; its values are of type `value`."""
        name = hashlib.sha256(fingerprint.encode()).hexdigest()[:16]
        self.schema = pl.Schema({**SCHEMA, "value": value})
        self.folder = Path(store, FOLDER, stage, name)

    def recall(self, keys: pl.Series) -> pl.DataFrame:
        """Known values for `keys`: columns key and value, one line per known key, any order."""
        if keys.is_empty():
            return pl.DataFrame(schema=self.schema)
        files = sorted(self.folder.glob("*.parquet"))
        try:
            rows = self._read(files, keys)
        except pl.exceptions.PolarsError:
            files = self._whole(files)
            rows = self._read(files, keys)
        if len(files) > FEW:
            self._pack(files)
        return rows

    def _read(self, files: list[Path], keys: pl.Series) -> pl.DataFrame:
        if not files:
            return pl.DataFrame(schema=self.schema)
        os.utime(self.folder)  # it is in use, so `finery maintain` leaves it
        known = pl.scan_parquet(files, glob=False).filter(
            pl.col("key").is_in(keys.unique().implode())
        )
        return known.unique("key", keep="any").collect()

    def remember(self, rows: pl.DataFrame) -> None:
        """Append `rows` (key, value); a value that is there already may be given again."""
        if rows.is_empty():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(rows.select(self.schema.names()).cast(self.schema))

    def _whole(self, files: list[Path]) -> list[Path]:
        """Those of `files` that can be read; the others are removed."""
        whole = []
        for file in files:
            try:
                pl.read_parquet(file, glob=False)
                whole.append(file)
            except pl.exceptions.PolarsError:
                logger.warning(
                    "%s is damaged and was removed; the texts that it knew are read again", file
                )
                file.unlink(missing_ok=True)
        return whole

    def _write(self, rows: pl.DataFrame) -> None:
        draft = self.folder / f".{uuid4().hex}"
        try:
            with room_in(self.folder):
                rows.write_parquet(draft, statistics=False)
                draft.replace(self.folder / f"{uuid4().hex}.parquet")
        finally:
            draft.unlink(missing_ok=True)  # of a write that failed, as on a full disk

    def _pack(self, files: list[Path]) -> None:
        """Join `files` into one; a reader beside us finds each value in one or the other."""
        self._write(pl.scan_parquet(files, glob=False).unique("key", keep="any").collect())
        for file in files:
            file.unlink(missing_ok=True)
