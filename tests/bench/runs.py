"""Runs of the whole pipeline, each in a fresh process; made when first asked for, then kept."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path

from flows.home import ROOT
from tests.bench.child import Run


class Pair:
    """The same rows run plainly and under Prefect, one right after the other."""

    def __init__(self, plain: Run, flow: Run, again: Run) -> None:
        self.plain, self.flow = plain, flow
        self.again = again  # the flow once more over the same store


class Runs:
    """All runs over one source file."""

    def __init__(self, source: Path, rows: int, rounds: int) -> None:
        self.source, self.rows, self.rounds = source, rows, rounds

    @cached_property
    def pairs(self) -> list[Pair]:
        """A pair per round: in turn, so that a busy moment of the machine hits both."""
        return [self._pair() for _ in range(self.rounds)]

    @cached_property
    def serial(self) -> Run:
        """The flow with one task at a time, so that the stages' wall times add up."""
        with tempfile.TemporaryDirectory() as store:
            one = {"PREFECT_TASKS_RUNNER_THREAD_POOL_MAX_WORKERS": "1"}
            return run("flow", self.source, Path(store), one)

    def _pair(self) -> Pair:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            plain = run("plain", self.source, Path(one))
            flow = run("flow", self.source, Path(other))
            return Pair(plain, flow, run("flow", self.source, Path(other)))


def run(kind: str, source: Path, store: Path, settings: dict[str, str] | None = None) -> Run:
    """One run of `tests.bench.child` over `store`, with what the whole process cost.

    Raises:
        RuntimeError: It failed; what it said last is in the message.
    """
    note, wall, cpu = store / "note.json", time.perf_counter(), cpu_of_children()
    call = [
        sys.executable,
        "-m",
        "tests.bench.child",
        kind,
        str(source),
        str(store / "out"),
        str(note),
    ]
    done = subprocess.run(
        call, cwd=ROOT, env=environment(store) | (settings or {}),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the {kind} run failed; it said last:\n{done.stderr[-2000:]}")
    found = Run.model_validate_json(note.read_text(encoding="utf-8"))
    found.command.wall = time.perf_counter() - wall
    found.command.cpu = cpu_of_children() - cpu
    return found


def environment(store: Path) -> dict[str, str]:
    """This environment without any Prefect of its own: store, server and profile are the run's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    home = store / "prefect"
    home.mkdir(exist_ok=True)
    return kept | {
        "FINERY_STORE": str(store / "store"),
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    }


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
