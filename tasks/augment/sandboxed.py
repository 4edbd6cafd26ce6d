"""The inside of the sandbox: shut this process in, run an answer's code, say how its tests went.

Run by `tasks.augment.sandbox` as a program of its own, with the standard library alone. Linux only.
Two processes: the outer one makes namespaces of users, network, processes and mounts (all of them
read-only), and is the only one with a way out; the inner one is shut in by Landlock (no file but
the standard library's can be read), a filter of system calls and limits on time and memory before
it runs the code, and goes when the outer one goes.
"""

import ast
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
MS_REC_PRIVATE, AT_FDCWD, AT_RECURSIVE, MOUNT_SETATTR = 0x4000 | 0x40000, -100, 0x8000, 442
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # Landlock's system calls
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22
READ_FILE, READ_DIR = 1 << 2, 1 << 3
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST, SECOND = 0, 4, 16, 24  # where a call's number and arguments lie
CLONE3, THREAD, DATAGRAM, FOREIGN = 435, 0x10000, 2, 0x40000000
SYSTEM_CALLS = {
    "x86_64": (0xC000003E, 56, 53, (57, 58, 59, 322, 41, 101, 321, 250, 248, 425, 165, 272, 308,
                                    298, 323, 310, 157, 29, 442)),
    "aarch64": (0xC00000B7, 220, 199, (221, 281, 198, 117, 280, 219, 217, 425, 40, 97, 268, 241,
                                       282, 270, 167, 194, 442)),
}  # fmt: skip
"""By machine: its kind, `clone`, `socketpair`, and what is refused: fork, vfork, execve, execveat,
socket, ptrace, bpf, keyctl, add_key, io_uring_setup, mount, unshare, setns, perf_event_open,
userfaultfd, process_vm_readv, prctl, shmget, mount_setattr."""
MOST = 4096  # bytes of a result
READY = b"r"
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL

UNTOLD = (
    NameError, ImportError, OSError, EOFError, MemoryError, RecursionError, SyntaxError, SystemExit,
)  # fmt: skip
"""What says nothing against the code: the sandbox, or what stands elsewhere, was missing."""


def _done(returned: int) -> int:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return returned


def _apart(libc: Any) -> None:  # noqa: ANN401 (a library of C)
    """Namespaces of its own, and no mount that can be written to."""
    _done(libc.unshare(NEW_NAMESPACES))
    _done(libc.mount(None, b"/", None, MS_REC_PRIVATE, None))
    read_only = ctypes.create_string_buffer(struct.pack("=QQQQ", 1, 0, 0, 0))
    _done(libc.syscall(MOUNT_SETATTR, AT_FDCWD, b"/", AT_RECURSIVE, read_only, 32))


def _shut_in(libc: Any, seconds: int, megabytes: int) -> None:  # noqa: ANN401 (a library of C)
    """Whatever comes now has nothing but the standard library, some time and some memory."""
    os.setsid()
    _done(libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    _done(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _hide_files(libc)
    _forbid(libc)
    for what, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


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
    machine, clone, socketpair, numbers = SYSTEM_CALLS[platform.machine()]
    # each step: operation, value, and how many steps to skip if so and if not; the last two
    # steps allow and refuse
    many = len(numbers) + 15
    steps = [
        (LOAD, MACHINE, 0, 0), (EQUAL, machine, 1, 0), (RETURN, KILL, 0, 0),
        (LOAD, NUMBER, 0, 0), (AT_LEAST, FOREIGN, many - 6, 0),
        (EQUAL, CLONE3, 0, 1), (RETURN, REFUSE | errno.ENOSYS, 0, 0),  # its flags cannot be read
        *((EQUAL, number, many - 9 - at, 0) for at, number in enumerate(numbers)),
        (EQUAL, clone, 0, 2), (LOAD, FIRST, 0, 0), (ANY_BIT, THREAD, 3, 4),
        (EQUAL, socketpair, 0, 2), (LOAD, SECOND, 0, 0), (ANY_BIT, DATAGRAM, 1, 0),
        (RETURN, ALLOW, 0, 0), (RETURN, REFUSE | errno.EPERM, 0, 0),
    ]  # fmt: skip
    code = ctypes.create_string_buffer(
        b"".join(struct.pack("=HBBI", what, yes, no, value) for what, value, yes, no in steps)
    )
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    _done(libc.prctl(PR_SET_SECCOMP, 2, ctypes.create_string_buffer(program), 0, 0))


class Checker(doctest.OutputChecker):
    """Compares what is meant where it is spelled in another way."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Whether `got` is `want`, as text or as a value."""
        if super().check_output(want, got, optionflags):
            return True
        try:
            return bool(ast.literal_eval(want.strip()) == ast.literal_eval(got.strip()))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return False


class Tally(doctest.DocTestRunner):
    """Counts tests, of doctest's kind and of others."""

    def __init__(self) -> None:
        super().__init__(checker=Checker(), verbose=False, optionflags=FLAGS)
        self.passed = self.wrong = self.untold = 0

    def report_success(self, *_: object) -> None:
        """One more passed."""
        self.passed += 1

    def report_failure(self, *told: Any) -> None:  # noqa: ANN401 (doctest's own)
        """One more gave another output than is stated, if more than its beginning is stated."""
        example, got = told[-2], told[-1]
        if example.want.strip() and not got.startswith(example.want):
            self.wrong += 1
        else:
            self.untold += 1

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
        except (Exception, SystemExit) as error:
            self.count(error)
        else:
            self.count(None)


class Cases(unittest.TestResult):
    """Hands every case of `unittest` to a tally."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 (unittest's own)
        """One more passed."""
        super().addSuccess(test)
        self.tally.count(None)

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: ANN401, N802
        """One more failed."""
        super().addFailure(test, err)
        self.tally.count(err[1])

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: ANN401, N802
        """One more raised an error."""
        super().addError(test, err)
        self.tally.count(err[1])


def tested(
    blocks: list[str], asserts: list[str], sessions: list[str], is_steady: bool
) -> dict[str, Any]:
    """Run `blocks`, then every test there is; how many passed, were wrong, or cannot be told."""
    answer = types.ModuleType("answer")
    sys.modules["answer"] = answer
    scope, tally = answer.__dict__, Tally()
    for block in blocks:
        try:
            exec(compile(block, "<answer>", "exec"), scope)
        except AssertionError as error:
            tally.wrong += _is_about(scope, _line_of(error, block))
        except BaseException as error:
            return {"passed": 0, "wrong": 0, "untold": type(error).__name__[:60]}
    for line in filter(partial(_is_about, scope), asserts):
        tally.call(partial(exec, line, dict(scope)))
    for text in filter(partial(_is_about, scope), sessions):
        _session(text, dict(scope), tally)
    if is_steady:
        for name, made in list(scope.items()):
            if getattr(made, "__module__", "") == "answer":
                _session(_doc(made), dict(scope), tally, name)
    _collected(scope, tally)
    return {"passed": tally.passed, "wrong": tally.wrong, "untold": None}


def _line_of(error: BaseException, block: str) -> str:
    """The line of `block` that an error came by."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "<answer>":
        trace = trace.tb_next
    lines = block.split("\n")
    return lines[trace.tb_lineno - 1] if trace and trace.tb_lineno <= len(lines) else ""


def _doc(made: object) -> str:
    """What is documented of something, and of its methods."""
    texts = [getattr(made, "__doc__", None)]
    if isinstance(made, type):
        texts += [getattr(one, "__doc__", None) for one in vars(made).values()]
    return "\n\n".join(text for text in texts if isinstance(text, str))


def _session(text: str, scope: dict[str, Any], tally: Tally, name: str = "session") -> None:
    try:
        test = doctest.DocTestParser().get_doctest(text, scope, name, None, 0)
    except ValueError:  # of odd indentation
        tally.untold += 1
        return
    tally.run(test, out=lambda _: None)


def _collected(scope: dict[str, Any], tally: Tally) -> None:
    """Run cases of `unittest`, and functions that pytest would collect and that take nothing."""
    for name, made in list(scope.items()):
        if isinstance(made, type) and issubclass(made, unittest.TestCase):
            unittest.defaultTestLoader.loadTestsFromTestCase(made).run(Cases(tally))
        elif (name.startswith("test_") and isinstance(made, types.FunctionType)
              and not made.__code__.co_argcount):  # fmt: skip
            tally.call(made)


def _is_about(scope: dict[str, Any], test: str) -> bool:
    """Whether a test calls what the answer defines."""
    defined = {
        name
        for name, made in scope.items()
        if isinstance(made, types.FunctionType | type) and made.__module__ == "answer"
    }
    return any(name in defined for name in re.findall(r"\b([^\W\d]\w*)\s*\(", test))


def _inner(libc: Any, given: dict[str, Any], out: int) -> None:  # noqa: ANN401 (a library of C)
    """Shut this process in, run the code, and write what came of it to `out`."""
    try:
        _shut_in(libc, given["seconds"], given["megabytes"])
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
        _apart(libc)
    except OSError as error:
        os.write(1, json.dumps({"shut": error.strerror}).encode())
        os._exit(0)
    come, go = os.pipe()
    if os.fork() == 0:
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        os.close(come)
        _inner(libc, given, go)
        os._exit(0)
    os.close(go)
    os.write(1, json.dumps(_outer(come, given["wall"])).encode())
    os._exit(0)  # the inner process goes with this one


if __name__ == "__main__":
    main()
