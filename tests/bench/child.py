"""One measured run in a process of its own, so that memory and caches are its own too.

Run as `python -m tests.bench.child plain|flow SOURCE OUT NOTE`; what was measured is written to
NOTE as JSON. Prefect's home and the store are in the environment (see `tests.bench.runs`).
"""

import atexit
import os
import sys
from pathlib import Path

from pydantic import BaseModel

from flows.home import settle, store
from flows.server import Server
from tests.bench.machine import cpu_of, peak_megabytes
from tests.bench.spent import Probe, Spent, measured


class Run(BaseModel):
    """What one run cost."""

    total: Spent  # of the stages or the flow, after the imports and with the server ready
    stages: dict[str, Spent]  # of the tasks' own functions
    server_start: float = 0.0  # CPU seconds of the server until it was ready
    server_cpu: float = 0.0  # and while the flow ran
    peak_megabytes: float = 0.0  # of this process, so without the server
    command: Spent = Spent()  # of the whole process from start to end, and of its server


class OwnServer(Server):
    """A temporary server for this run alone, even where another one is running."""

    def __init__(self) -> None:
        self.process = None
        self.url = self._start()
        atexit.register(self.stop)  # before Prefect is imported, so after it hands in its logs
        os.environ["PREFECT_API_URL"] = self.url

    def cpu(self) -> float:
        """CPU seconds used so far."""
        return cpu_of(self.process.pid) if self.process else 0.0


def plain(source: str, out: str) -> Run:
    """The stages of `curate` without Prefect's engine."""
    from flows.curate import curate_files
    from flows.front import Call
    from flows.params import CurateParams
    from flows.plain import PlainCourse
    from tasks.ingest.sources import find_sources

    probe, total = _probe(), Spent()
    with measured(total):
        files = find_sources([source], store() / "spool")
        curate_files(PlainCourse(), files, CurateParams(), Call(out, "make bench", []))
    return Run(total=total, stages=probe.stages)


def flow(source: str, out: str) -> Run:
    """The flow `curate` as a command runs it, under a Prefect server."""
    server = OwnServer()
    from flows.curate import curate

    server.wait()
    probe, total, started = _probe(), Spent(), server.cpu()
    with measured(total):
        curate([source], out)
    used = server.cpu() - started
    return Run(total=total, stages=probe.stages, server_start=started, server_cpu=used)


def _probe() -> Probe:
    """A probe on every task that the flow names."""
    from prefect.tasks import Task

    from flows import curate, front, refine, scoring

    probe = Probe()
    named = {**vars(scoring), **vars(front), **vars(refine), **vars(curate)}
    for value in named.values():
        if isinstance(value, Task):
            probe.watch(value)
    return probe


def main() -> None:
    """Run, and write what it cost."""
    kind, source, out, note = sys.argv[1:]
    settle()
    run = (flow if kind == "flow" else plain)(source, out)
    run.peak_megabytes = peak_megabytes()
    Path(note).write_text(run.model_dump_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
