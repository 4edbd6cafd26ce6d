"""What the door to language models costs: how near it comes to what its concurrency allows.

The server is a process of its own that answers every call after 50 ms. Run as `python -m
tests.bench.door URL CALLS CONCURRENCY`, this asks it and prints what was found as JSON.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel

from flows.home import ROOT
from tasks.llm.call import Call
from tests.bench.machine import peak_megabytes
from tests.bench.section import Cell, Section, Share

DELAY = 0.05  # seconds that the server takes for an answer
SECONDS = 10  # that a measurement would last at the best
MANY = 100_000  # calls, to see whether memory grows with them


class Asked(BaseModel):
    """What it took to ask."""

    wall: float  # seconds
    cpu: float  # seconds of this process
    before: float  # most megabytes after the first hundredth of the calls
    after: float  # and after all


def door() -> Section:
    """Throughput at several concurrencies, and memory over many calls."""
    rows = []
    with _server(DELAY) as url:
        for concurrency in (8, 16, 32, 64, 256):
            calls = round(min(concurrency / DELAY, 1000) * SECONDS)
            rows.append(row(concurrency, calls, DELAY, _measure(url, calls, concurrency)))
    with _server(0) as url:
        rows.append(row(64, MANY, 0, _measure(url, MANY, 64)))
    note = (
        "Calls to a server in another process on the same machine, with nothing remembered. What "
        "concurrency allows is calls in flight divided by the server's delay; where CPU per call "
        "times that is more than a second, one core is the limit. Growth: most memory after all "
        "calls less that after the first hundredth."
    )
    return Section("door", "Door to language models", note, rows)


def row(concurrency: int, calls: int, delay: float, found: Asked) -> dict[str, Cell]:
    """One line of the table."""
    rate = calls / found.wall
    return {
        "server answers in": f"{1000 * delay:.0f} ms",
        "in flight": concurrency,
        "calls": calls,
        "calls per second": rate,
        "of what concurrency allows": Share(rate * delay / concurrency) if delay else "–",
        "ms CPU per call": 1000 * found.cpu / calls,
        "growth, MB": found.after - found.before,
    }


@contextmanager
def _server(delay: float) -> Iterator[str]:
    call = [sys.executable, "-m", "tests.fault_server", "0", str(delay)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.terminate()


def _measure(url: str, calls: int, concurrency: int) -> Asked:
    """Ask from a fresh process, whose memory is its own."""
    call = [sys.executable, "-m", "tests.bench.door", url, str(calls), str(concurrency)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the door failed; it said last:\n{done.stderr[-2000:]}")
    return Asked.model_validate_json(done.stdout)


def ask(url: str, calls: int, concurrency: int) -> Asked:
    """Ask `calls` questions of 200 characters, over an empty memory.

    Raises:
        RuntimeError: A call was not answered.
    """
    from tasks.llm.door import Door
    from tasks.llm.params import LlmParams

    given = LlmParams(endpoint=url, model="m", concurrency=concurrency)
    with tempfile.TemporaryDirectory() as store, Door(given, store) as opened:
        first = [_question(-1 - n) for n in range(concurrency)]  # opens the connections
        opened.ask_all(first)
        wall, cpu, before = time.perf_counter(), time.process_time(), 0.0
        for done, (_, answer) in enumerate(opened.ask(_question(n) for n in range(calls))):
            if answer.body is None:
                raise RuntimeError(f"a call ended without an answer: {answer.reason}")
            if done == calls // 100:
                before = peak_megabytes()
        return Asked(
            wall=time.perf_counter() - wall, cpu=time.process_time() - cpu,
            before=before, after=peak_megabytes(),
        )  # fmt: skip


def _question(number: int) -> Call:
    text = f"Question {number}: " + "which of both answers is the better one? " * 4
    return Call("/chat/completions", {"messages": [{"role": "user", "content": text}]}, 16)


if __name__ == "__main__":
    sys.stdout.write(ask(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).model_dump_json())
