"""Start processes that outlive us, and end those and no others.

A process is remembered by its id and by when it started, for ids are given anew: after a restart
of the machine the number of yesterday's worker may be that of somebody's editor.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from flows.home import ROOT, prefect_home

GRACE = 10.0  # seconds between one signal and the next, sharper one


class Started(NamedTuple):
    """A process that we started, which leads a group of its own."""

    pid: int
    since: str  # when it started, as the system counts


class _Member(NamedTuple):
    """A process of the machine that is not dead."""

    pid: int
    group: int
    since: str


def start(command: list[str], name: str) -> Started:
    """Start a process in a group of its own, so that what it starts ends with it.

    Args:
        command: Program and arguments.
        name: Of its log in PREFECT_HOME.
    """
    with Path(prefect_home(), f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    since = next((one.since for one in _living() if one.pid == process.pid), "ended at once")
    return Started(process.pid, since)


def alive(one: Started) -> bool:
    """Whether it, or anything that it started, still runs."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-one.pid, os.WNOHANG)  # a child of ours that ended is no longer running
    group = [member for member in _living() if member.group == one.pid]
    leader = next((member for member in group if member.pid == one.pid), None)
    if leader is None:  # its number is not given anew while its group lives
        return bool(group) and _boot() == one.since.partition(" ")[0]
    return leader.since == one.since


def end(one: Started) -> bool:
    """End it for good; a Prefect worker often survives the first SIGTERM. Says whether it ended."""
    for sharp in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        if not alive(one):
            return True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.pid, sharp)
        deadline = time.monotonic() + GRACE
        while alive(one) and time.monotonic() < deadline:
            time.sleep(0.1)
    return not alive(one)


def _living() -> Iterator[_Member]:
    """Every process of the machine that has not ended; one that nobody reaped has."""
    return _from_proc() if Path("/proc/self/stat").exists() else _from_ps()


def _from_proc() -> Iterator[_Member]:
    boot = _boot()
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended while we looked
            fields = place.read_text(errors="replace").rpartition(")")[2].split()
            if fields[0] not in "ZX":  # state, parent, group, ..., start in ticks since boot
                yield _Member(int(place.parent.name), int(fields[2]), f"{boot} {fields[19]}")


def _from_ps() -> Iterator[_Member]:
    asked = ["ps", "-axo", "pid=,pgid=,stat=,lstart="]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    for line in told.splitlines():
        pid, group, state, since = line.split(maxsplit=3)
        if not state.startswith("Z"):
            yield _Member(int(pid), int(group), f"{_boot()} {since}")


def _boot() -> str:
    """What tells this run of the machine from others; nothing where the system does not say."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return "-"
