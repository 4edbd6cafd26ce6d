"""Measurements in processes of their own, each with a limit of time."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from flows.home import ROOT

LIMIT = 900  # seconds of wall time

ONE_THREAD = dict.fromkeys(("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"), "1")


class Cost(BaseModel):
    """What one deduplication cost, apart from imports, reading and a warm-up on eight rows."""

    cpu: float  # seconds of the process and its children
    megabytes: float  # most memory above what was held before, the texts included
    removed: int  # rows
    wall: float = 0.0
    warm: float = 0.0  # CPU seconds of the warm-up
    pairs: int = 0
    found: float | None = None  # share of what should be found, where that is known


class FailedError(Exception):
    """A measurement came to nothing; the message says why."""


def measured(command: Sequence[str], settings: dict[str, str] | None = None) -> Cost:
    """The cost that `command` prints as its last line of JSON.

    Raises:
        FailedError: It took longer than `LIMIT`, or failed.
    """
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | (settings or {}), text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        try:
            out, errors = child.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise FailedError(f"killed after {LIMIT:,} s") from None
        finally:
            _end(child)
    if child.returncode:
        said = [line.strip() for line in errors.splitlines() if line.strip()]
        raise FailedError(f"failed: {said[-1][:200] if said else child.returncode}")
    lines = [line for line in out.splitlines() if line.startswith("{")]
    return Cost.model_validate(json.loads(lines[-1]))


def _end(child: subprocess.Popen[str]) -> None:
    """End `child` with all that it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def of_finery(rows: Path, flags: Path, pairs: Path, *, one_thread: bool) -> Cost:
    """Finery's join over the texts of `rows`; writes a byte for each row and the pairs."""
    call = ["-m", "tests.bench.peers.own", str(rows), str(flags), str(pairs)]
    if one_thread:
        return measured([sys.executable, *call, "one"], ONE_THREAD)
    return measured([sys.executable, *call])


def of_stage(rows: Path, flags: Path) -> Cost:
    """Finery's stage over the rows, which looks at each pair before it merges it."""
    return measured([sys.executable, "-m", "tests.bench.peers.stage", str(rows), str(flags)])
