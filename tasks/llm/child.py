"""A process that ends with ours, however ours ends (Linux)."""

import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from typing import IO

# Becomes the command, after asking the kernel to end it with the thread that started it. Linux's
# PR_SET_PDEATHSIG is 1; it outlives exec. A parent that is gone already sends nothing.
_LAUNCH = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


def launch(
    command: list[str], secret: dict[str, str], words: IO[bytes]
) -> "subprocess.Popen[bytes]":
    """Start `command` from a thread of its own, which stays until the process ends.

    The kernel ends a child with the *thread* that started it, and that of the caller may be one of
    a pool.

    Args:
        command: Program and arguments; everyone on the machine can read them.
        secret: What goes by the environment instead, which is otherwise empty.
        words: Where output and errors go.

    Raises:
        OSError: The machine has no process to spare.
    """
    launched: Future[subprocess.Popen[bytes]] = Future()

    def keep() -> None:
        try:
            process = subprocess.Popen(
                [sys.executable, "-ISc", _LAUNCH, str(os.getpid()), *command],
                env={"PATH": os.defpath, **secret}, cwd="/", start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=words, stderr=words,
            )  # fmt: skip
        except OSError as error:
            launched.set_exception(error)
            return
        launched.set_result(process)
        process.wait()

    threading.Thread(target=keep, name="ends-with-us", daemon=True).start()
    return launched.result()
