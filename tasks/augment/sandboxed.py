"""The inside of the sandbox: shut a process in, run an answer's code there, tell how it went.

Run by `tasks.augment.sandbox` as a program of its own, with the standard library alone. Two
processes: the outer one makes namespaces of users, network, processes and mounts (all of them
read-only), and is the only one with a way out; the inner one is shut in by Landlock (no file but
the standard library's can be read), a filter of system calls and limits on time and memory before
it runs the code, and goes when the outer one goes.
"""

import ctypes
import io
import json
import os
import signal
import sys
from typing import Any

from tasks.augment.confine import apart, shut_in
from tasks.augment.trial import tested

MOST = 4096  # bytes of a result
READY = b"r"


def _inner(libc: Any, given: dict[str, Any], out: int) -> None:  # noqa: ANN401 (a library of C)
    """Shut this process in, run the code, and write what came of it to `out`."""
    try:
        shut_in(libc, given["seconds"], given["megabytes"])
    except OSError as error:
        os.write(out, str(error.strerror).encode())
        return
    os.write(out, READY)
    sys.stdout = sys.stderr = io.StringIO()
    found = tested(given["blocks"], given["asserts"], given["sessions"], given["is_steady"])
    os.write(out, json.dumps(found).encode())


def _outer(come: int, seconds: int) -> dict[str, Any]:
    """What comes from the inner process, in time and of a sensible size."""

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    said = b""
    try:
        while len(said) < MOST and (more := os.read(come, MOST)):
            said += more
    except TimeoutError:
        return {"untold": "timeout"}
    if not said.startswith(READY):
        return {"shut": said.decode(errors="replace")}
    try:
        found = json.loads(said[1:])
    except (ValueError, RecursionError):
        return {"untold": "killed"}
    return {"found": found}


def main() -> None:
    """Read a call from standard input, and write its result to standard output."""
    given = json.load(sys.stdin)
    libc = ctypes.CDLL(None, use_errno=True)
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        apart(libc)
    except OSError as error:
        os.write(1, json.dumps({"shut": error.strerror}).encode())
        os._exit(0)
    come, go = os.pipe()
    child = os.fork()
    if child == 0:
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        os.close(come)
        _inner(libc, given, go)
        os._exit(0)
    os.close(go)
    found = _outer(come, given["wall"])
    os.kill(child, signal.SIGKILL)  # it is the first of its namespace, so all there go with it
    os.waitpid(child, 0)
    os.write(1, json.dumps(found).encode())
    os._exit(0)
