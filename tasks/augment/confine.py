"""Shut a process in: namespaces, Landlock, a filter of system calls, limits. Linux only.

Part of the program of `tasks.augment.sandboxed`, so it needs the standard library alone.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sysconfig
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


def _done(returned: int) -> int:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return returned


def apart(libc: Any) -> None:  # noqa: ANN401 (a library of C)
    """Namespaces of its own, and no mount that can be written to."""
    _done(libc.unshare(NEW_NAMESPACES))
    _done(libc.mount(None, b"/", None, MS_REC_PRIVATE, None))
    read_only = ctypes.create_string_buffer(struct.pack("=QQQQ", 1, 0, 0, 0))
    _done(libc.syscall(MOUNT_SETATTR, AT_FDCWD, b"/", AT_RECURSIVE, read_only, 32))


def shut_in(libc: Any, seconds: int, megabytes: int) -> None:  # noqa: ANN401 (a library of C)
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
