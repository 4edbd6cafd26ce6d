"""Every answer of a language model, on disk, so that no question is ever paid for twice.

One SQLite file for all runs. An answer is written as it arrives, before anything reads it, so that
a mended parser costs nothing and a process that is killed loses only what was under way. Many
processes may share the file. Neither keys nor addresses of endpoints are in it.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import orjson
import zstandard

from tasks.base.errors import StageError

_TABLES = """
CREATE TABLE IF NOT EXISTS answers (
  key BLOB PRIMARY KEY, body BLOB NOT NULL, tokens_in INTEGER, tokens_out INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS totals (
  model TEXT PRIMARY KEY, answers INTEGER, characters INTEGER, tokens_in INTEGER, tokens_out INTEGER
) WITHOUT ROWID;
"""
_ADD = """
INSERT INTO totals VALUES (?, 1, ?, ?, ?) ON CONFLICT (model) DO UPDATE SET answers = answers + 1,
characters = characters + excluded.characters, tokens_in = tokens_in + excluded.tokens_in,
tokens_out = tokens_out + excluded.tokens_out
"""


class Remembered(NamedTuple):
    """An answer from an earlier call."""

    body: dict[str, Any]
    tokens_in: int
    tokens_out: int


class Totals(NamedTuple):
    """What all remembered answers of one model came to."""

    answers: int = 0
    characters: int = 0  # of the questions
    tokens_in: int = 0
    tokens_out: int = 0


class Memory:
    """Answers by the key of their call; see `tasks.llm.call.Call.key`. Safe to use from threads."""

    def __init__(self, store: str, *, make: bool = True) -> None:
        """Open the memory of a store, which need not be there yet.

        Args:
            store: Folder of the store.
            make: Whether to make the file if there is none; else nothing is remembered.

        Raises:
            StageError: The file is damaged, or the folder cannot be written.
        """
        self.path = Path(store, "memo", "llm", "answers.sqlite")
        self._lock = Lock()
        self._pack = zstandard.ZstdCompressor(level=3)
        self._unpack = zstandard.ZstdDecompressor()
        with self._sound():
            if make:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            place = self.path if make or self.path.exists() else ":memory:"
            self._db = sqlite3.connect(
                place, timeout=60, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            # what the system has been handed survives the process; only a power cut may take the
            # last answers, and waiting for the disk would cost more than asking them again
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_TABLES)

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """One use of the file by one thread.

        Raises:
            StageError: The file is damaged or cannot be written.
        """
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError, zstandard.ZstdError, orjson.JSONDecodeError) as error:
                raise StageError(
                    f"the memory of model answers, memo/llm/{self.path.name} in the store, cannot "
                    f"be used ({type(error).__name__}: {error}); if it is damaged, delete it, and "
                    "answers are asked for again"
                ) from None

    def recall(self, key: str) -> Remembered | None:
        """The answer remembered under `key`."""
        with self._sound():
            row = self._db.execute(
                "SELECT body, tokens_in, tokens_out FROM answers WHERE key = ?",
                (bytes.fromhex(key),),
            ).fetchone()
            if row is None:
                return None
            return Remembered(orjson.loads(self._unpack.decompress(row[0])), row[1], row[2])

    def knows(self, key: str) -> bool:
        """Whether there is an answer under `key`."""
        with self._sound():
            found = self._db.execute(
                "SELECT 1 FROM answers WHERE key = ?", (bytes.fromhex(key),)
            ).fetchone()
        return found is not None

    def remember(self, model: str, answers: Iterable[tuple[str, int, Remembered]]) -> None:
        """Write answers down; they are safe when this returns.

        Args:
            model: Identity of the model that gave them.
            answers: Key, characters of the question (0: not known), and the answer, of each.
        """
        packed = [
            (bytes.fromhex(key), self._pack.compress(orjson.dumps(one.body)), size, one)
            for key, size, one in answers
        ]
        with self._sound(), self._db:  # rolled back if anything fails
            self._db.execute("BEGIN IMMEDIATE")
            for key, body, size, one in packed:
                counts = (one.tokens_in, one.tokens_out)
                done = self._db.execute(
                    "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)", (key, body, *counts)
                )
                if done.rowcount and size:
                    self._db.execute(_ADD, (model, size, *counts))

    def totals(self, model: str) -> Totals:
        """What all answers of `model` came to."""
        with self._sound():
            row = self._db.execute(
                "SELECT answers, characters, tokens_in, tokens_out FROM totals WHERE model = ?",
                (model,),
            ).fetchone()
        return Totals(*row) if row else Totals()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
