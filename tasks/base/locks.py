"""Who is at work in a store: runs beside each other, or one that cleans up, alone.

Locks are the kernel's, on open files, so they end with the process that holds them, however that
ends. A run shares the store's lock with other runs and holds one of its own; whoever finds that one
free knows that the run's process is gone.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

STORE, RUNS = ".lock", ".running"


@contextmanager
def at_work(store: Path, run: str) -> Iterator[None]:
    """Hold the lock of `run` and a share of the store's; waits while somebody cleans up."""
    own = store / RUNS / run
    own.parent.mkdir(parents=True, exist_ok=True)
    with _opened(store / STORE) as shared, _opened(own) as alone:
        fcntl.flock(shared, fcntl.LOCK_SH)
        fcntl.flock(alone, fcntl.LOCK_EX)
        try:
            yield
        finally:
            own.unlink(missing_ok=True)


@contextmanager
def nobody_at_work(store: Path) -> Iterator[bool]:
    """Keep runs out of the store; False, and nothing is held, while one is at work in it."""
    store.mkdir(parents=True, exist_ok=True)
    with _opened(store / STORE) as lock:
        yield _taken(lock, fcntl.LOCK_EX)


def is_alive(store: Path, run: str) -> bool | None:
    """Whether the process of a run still runs; None where the run left no lock to tell by."""
    try:
        with (store / RUNS / run).open("r") as lock:
            return not _taken(lock, fcntl.LOCK_SH)
    except FileNotFoundError:
        return None


@contextmanager
def sole(file: Path) -> Iterator[bool]:
    """Whether `file`, made if there is none, could be locked for as long as we are here."""
    while True:
        with _opened(file) as lock:
            is_ours = _taken(lock, fcntl.LOCK_EX)
            if not is_ours or _is_there(file, lock):
                yield is_ours
                return


def _opened(file: Path) -> IO[str]:
    return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o666), "r+")


def _is_there(file: Path, lock: IO[str]) -> bool:
    """Whether `file` is still the one that was locked; one removed meanwhile keeps nobody out."""
    return file.exists() and os.path.samestat(os.fstat(lock.fileno()), file.stat())


def _taken(lock: IO[str], how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def forget(store: Path, run: str) -> None:
    """Remove the lock that a dead run left."""
    (store / RUNS / run).unlink(missing_ok=True)
