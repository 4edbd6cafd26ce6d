"""What every driver shares: read the texts, measure the deduplication alone, write what goes.

Drivers run as scripts in the environment of their tool, `python with_X.py ROWS.parquet FLAGS`, so
nothing of Finery is at hand here. FLAGS gets a byte for each row: 1 where it is removed. What is
measured is read from Linux.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

THRESHOLD, WORDS, PERMUTATIONS = 0.7, 3, 128
WARM = [f"some short row of words with the number {at} in it" for at in range(8)]
_CLEAR, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")

T = TypeVar("T")
Deduplicate = Callable[[list[str]], Iterable[int]]  # the positions that are removed


def shingles(text: str) -> list[str]:
    """Runs of three words; a shorter text is one."""
    words = text.split(" ")
    return [" ".join(words[at : at + WORDS]) for at in range(max(1, len(words) - WORDS + 1))]


def run(deduplicate: Deduplicate) -> None:
    """Warm up, measure, write the flags, and print what it cost as one line of JSON."""
    from pyarrow import parquet  # not in Finery's environment, which reads this module, too

    source, out = sys.argv[1:]
    texts = parquet.read_table(source, columns=["norm"]).column(0).to_pylist()
    cost, removed = costed(lambda: set(deduplicate(texts)), lambda: set(deduplicate(WARM)))
    Path(out).write_bytes(bytes(at in removed for at in range(len(texts))))
    say({**cost, "removed": len(removed)})


def costed(work: Callable[[], T], warm_up: Callable[[], object]) -> tuple[dict[str, float], T]:
    """What `work` costs after `warm_up`, and what it returns."""
    start = cpu_seconds()
    warm_up()
    warm, before = cpu_seconds() - start, from_here_on()
    wall, start = time.perf_counter(), cpu_seconds()
    found = work()
    cpu, wall = cpu_seconds() - start, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "warm": warm, "megabytes": peak() - before}, found


def say(cost: dict[str, float]) -> None:
    """Print a cost as a line of its own."""
    sys.stdout.write(f"\n{json.dumps(cost)}\n")


def cpu_seconds() -> float:
    """User and system time of this process and of the children that it waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def from_here_on() -> float:
    """Let `peak` count anew from now; returns the megabytes that are held now."""
    _CLEAR.write_text("5")
    return _status("VmRSS")


def peak() -> float:
    """Most megabytes held since `from_here_on`."""
    return _status("VmHWM")


def _status(field: str) -> float:
    found = re.search(rf"^{field}:\s*(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
