"""Notes of open batches, one file each, so that a later run finds what an earlier one paid for."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import orjson


class Note(NamedTuple):
    """One batch."""

    tag: str  # ours, which the batch carries too
    batch: str | None  # the endpoint's id; None until it has said one
    keys: list[str]  # of its calls
    since: float = 0.0  # when the note was first written, in seconds since 1970


class Notes:
    """Notes of the batches at one endpoint."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder / hashlib.sha256(endpoint.encode()).hexdigest()[:16]

    def about(self, keys: set[str]) -> Iterator[Note]:
        """Notes of batches that hold one of `keys`."""
        for path in sorted(self.folder.glob("*.json")):
            tag, batch, noted = orjson.loads(path.read_bytes())
            note = Note(tag, batch, noted, path.stat().st_mtime)
            if not keys.isdisjoint(note.keys):
                yield note

    def keep(self, note: Note) -> None:
        """Write `note` down in place of an earlier one about the same batch."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{uuid4().hex}"
        draft.write_bytes(orjson.dumps((note.tag, note.batch, note.keys)))
        draft.replace(self._path(note))

    def forget(self, note: Note) -> None:
        """Throw `note` away, if it is there."""
        self._path(note).unlink(missing_ok=True)

    def _path(self, note: Note) -> Path:
        return self.folder / f"{note.tag}.json"
