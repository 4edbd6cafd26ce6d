"""The inside of the sandbox: shut this process in, run an answer's code, say how its tests went.

Run by `tasks.augment.sandbox` as a program of its own, with the standard library alone. Linux only:
user, network, process and mount namespaces, Landlock (no file but the standard library's can be
read, none written or executed), a filter of system calls, and limits on time and memory.
"""

import ctypes
import doctest
import errno
import io
import json
import os
import platform
import re
import resource
import signal
import struct
import sys
import sysconfig
import types
import unittest
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

NEW_NAMESPACES = 0x10000000 | 0x40000000 | 0x20000000 | 0x08000000 | 0x00020000
"""Of users, network, processes, messages and mounts."""
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # Landlock's system calls
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22
ALLOW, REFUSE, KILL, THREAD, CLONE3 = 0x7FFF0000, 0x00050000, 0x80000000, 0x10000, 435
SYSTEM_CALLS = {
    "x86_64": (0xC000003E, 56, (57, 58, 59, 322, 41, 101, 321, 250, 248, 425, 165, 272, 308, 298,
                                323, 310)),
    "aarch64": (0xC00000B7, 220, (221, 281, 198, 117, 280, 219, 217, 425, 40, 97, 268, 241, 282,
                                  270)),
}  # fmt: skip
"""By machine: its kind, `clone`, and what is refused: fork and vfork, execve, execveat, socket,
ptrace, bpf, keyctl, add_key, io_uring_setup, mount, unshare, setns, perf_event_open, userfaultfd,
process_vm_readv."""
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL

UNTOLD = (NameError, ImportError, OSError, EOFError, MemoryError, RecursionError)
"""What says nothing against the code: the sandbox, or what stands elsewhere, was missing."""


def confine(seconds: int, megabytes: int) -> None:
    """Shut this process in; the code runs in a child that goes when this one goes.

    Raises:
        OSError: The kernel has not what that takes, or does not grant it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _done(libc.unshare(NEW_NAMESPACES))
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(0 if status == 0 else 1)
    _done(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    _done(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _hide_files(libc)
    _forbid(libc)
    for what, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


def _done(returned: int) -> int:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return returned


def _hide_files(libc: Any) -> None:  # noqa: ANN401 (a library of C)
    version = _done(libc.syscall(CREATE_RULESET, None, 0, 1))
    # rights on files came with versions 1 (thirteen), 2, 3 and 5 (one each)
    rights = 13 + sum(version >= since for since in (2, 3, 5))
    ruleset = ctypes.create_string_buffer(struct.pack("=Q", (1 << rights) - 1))
    rules = _done(libc.syscall(CREATE_RULESET, ruleset, 8, 0))
    library = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    for folder in (*library, "/lib", "/lib64", "/usr/lib"):
        if Path(folder).is_dir():
            place = os.open(folder, os.O_PATH)
            rule = struct.pack("=Qi", READ_FILE | READ_DIR, place)
            _done(libc.syscall(ADD_RULE, rules, 1, ctypes.create_string_buffer(rule), 0))
            os.close(place)
    _done(libc.syscall(RESTRICT_SELF, rules, 0))
    os.close(rules)


def _forbid(libc: Any) -> None:  # noqa: ANN401 (a library of C)
    """Refuse other processes and programs, sockets, and what else no test of a function needs."""
    if platform.machine() not in SYSTEM_CALLS:
        raise OSError(errno.ENOSYS, f"no table of system calls for {platform.machine()}")
    machine, clone, numbers = SYSTEM_CALLS[platform.machine()]
    last = len(numbers) + 8  # where the refusal stands
    steps = [
        (0x20, 0, 0, 4), (0x15, 1, 0, machine), (0x06, 0, 0, KILL),  # of this machine's kind only
        (0x20, 0, 0, 0),
        (0x15, 0, 1, CLONE3), (0x06, 0, 0, REFUSE | errno.ENOSYS),  # its flags cannot be read
        *((0x15, last - at, 0, number) for at, number in enumerate(numbers, 7)),
        (0x15, 1, 0, clone), (0x06, 0, 0, ALLOW),
        (0x20, 0, 0, 16), (0x45, 0, 1, THREAD), (0x06, 0, 0, ALLOW),
        (0x06, 0, 0, REFUSE | errno.EPERM),
    ]  # fmt: skip
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    _done(libc.prctl(PR_SET_SECCOMP, 2, ctypes.create_string_buffer(program), 0, 0))


class Tally(doctest.DocTestRunner):
    """Counts tests, of doctest's kind and of others."""

    def __init__(self) -> None:
        super().__init__(verbose=False, optionflags=FLAGS)
        self.passed = self.wrong = self.untold = 0

    def report_success(self, *_: object) -> None:
        """One more passed."""
        self.passed += 1

    def report_failure(self, *_: object) -> None:
        """One more gave another output."""
        self.wrong += 1

    def report_unexpected_exception(self, *told: Any) -> None:  # noqa: ANN401 (doctest's own)
        """One more raised an error."""
        self.count(told[-1][1])

    def count(self, error: BaseException | None) -> None:
        """Count a test that ended in `error`, or in none."""
        self.passed += error is None
        self.untold += isinstance(error, UNTOLD)
        self.wrong += error is not None and not isinstance(error, UNTOLD)

    def call(self, test: Callable[[], object]) -> None:
        """Run one test."""
        try:
            test()
        except Exception as error:
            self.count(error)
        else:
            self.count(None)


def tested(blocks: list[str], asserts: list[str], sessions: list[str]) -> dict[str, Any]:
    """Run `blocks`, then every test there is; how many passed, were wrong, or cannot be told."""
    answer = types.ModuleType("answer")
    sys.modules["answer"] = answer
    scope, tally = answer.__dict__, Tally()
    try:
        for block in blocks:
            exec(compile(block, "<answer>", "exec"), scope)
    except AssertionError:
        tally.wrong += 1
    except BaseException as error:
        return {"passed": 0, "wrong": 0, "untold": type(error).__name__}
    for line in filter(partial(_is_about, scope), asserts):
        tally.call(partial(exec, line, dict(scope)))
    parser = doctest.DocTestParser()
    stated = [parser.get_doctest(text, dict(scope), "session", None, 0)
              for text in filter(partial(_is_about, scope), sessions)]  # fmt: skip
    for test in (*stated, *doctest.DocTestFinder().find(answer, "answer", answer)):
        tally.run(test, out=lambda _: None)
    _collected(scope, tally)
    return {"passed": tally.passed, "wrong": tally.wrong, "untold": None}


def _collected(scope: dict[str, Any], tally: Tally) -> None:
    """Run cases of `unittest`, and functions that pytest would collect and that take nothing."""
    for name, made in list(scope.items()):
        if isinstance(made, type) and issubclass(made, unittest.TestCase):
            _unittest(made, tally)
        elif (name.startswith("test_") and isinstance(made, types.FunctionType)
              and not made.__code__.co_argcount):  # fmt: skip
            tally.call(made)


def _is_about(scope: dict[str, Any], test: str) -> bool:
    """Whether a test calls what the answer defines."""
    return any(getattr(scope.get(name), "__module__", "") == "answer"
               for name in re.findall(r"\b([^\W\d]\w*)\s*\(", test))  # fmt: skip


def _unittest(case: type[unittest.TestCase], tally: Tally) -> None:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    missing = [told for _, told in result.errors
               if re.search(rf"^(?:{'|'.join(e.__name__ for e in UNTOLD)}|ModuleNotFoundError)\b",
                            told, re.MULTILINE)]  # fmt: skip
    wrong = len(result.failures) + len(result.errors) - len(missing)
    tally.wrong += wrong
    tally.passed += result.testsRun - wrong - len(missing) - len(result.skipped)


def main() -> None:
    """Read a call from standard input, and write its result to standard output."""
    given = json.load(sys.stdin)
    told = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    try:
        confine(given["seconds"], given["megabytes"])
    except OSError as error:
        told.write(json.dumps({"shut": error.strerror}))
        told.close()
        os._exit(0)
    sys.stdout = sys.stderr = io.StringIO()
    found = tested(given["blocks"], given["asserts"], given["sessions"])
    told.write(json.dumps(found))
    told.close()
    os._exit(0)


if __name__ == "__main__":
    main()
