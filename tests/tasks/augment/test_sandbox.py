"""Code of a model is run shut in, and its tests tell what they can."""

from pathlib import Path

import pytest

from tasks.augment.code import program_of
from tasks.augment.sandbox import run_tests
from tasks.base.errors import UsageError


def run(asked, *codes):
    said = "\n".join(f"```python\n{code}\n```" for code in codes)
    program = program_of(asked, said)
    assert program is not None
    [tested] = run_tests([program])
    return tested


ADD = "def add(a, b):\n    return a + b"
SUBTRACT = "def add(a, b):\n    return a - b"
ASKED = "Write add.\nassert add(2, 3) == 5\nassert add(0, 0) == 0"


@pytest.fixture(scope="module", autouse=True)
def _sandbox():
    try:
        run("", "assert True")
    except UsageError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("asked", "codes", "tested"),
    [
        (ASKED, [ADD], (2, 0)),
        (ASKED, [SUBTRACT], (1, 1)),
        (ASKED, [ADD + "\nassert add(1, 1) == 3"], (2, 1)),
        ("Like this:\n```\n>>> add(2, 3)\n5\n```", [ADD], (1, 0)),
        ("Like this:\n>>> add(2, 3)\n5", [SUBTRACT], (0, 1)),
        ("", ['def f():\n    """One.\n\n    >>> f()\n    1\n    """\n    return 2'], (0, 1)),
        ("", [ADD, ">>> add(1, 2)\n3\n>>> add(1, 2)\n4"], (1, 1)),
        ("", ["import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        "
              "self.assertEqual(1, 2)\n    def test_b(self):\n        pass"], (1, 1)),
        ("", [ADD + "\ndef test_add():\n    assert add(1, 1) == 2"], (1, 0)),
        ("", ["def test_of_theirs():\n    assert elsewhere(1) == 2"], (0, 0)),
        ("", ["import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()\n"
              "def test_it():\n    assert not t.is_alive()"], (1, 0)),
        ("", ["import asyncio\nasync def one():\n    return 1\n"
              "def test_it():\n    assert asyncio.run(one()) == 1"], (1, 0)),
        ('```python\ndef add(a, b):\n    """Add.\n    >>> add(2, 3)\n    5\n    """\n```',
         [ADD], (1, 0)),
        ("", ["x = -1\nassert x >= 0, 'a demonstration'"], (0, 0)),
        ("", ['def f():\n    """\n    >>> f()\n    "cba"\n    """\n    return "cba"'], (1, 0)),
        ("", ['def f():\n    """\n    >>> f()  # gives 2\n    """\n    return 2'], (0, 0)),
        ("", ["import unittest, tempfile\nclass T(unittest.TestCase):\n    def test_a(self):\n"
              "        tempfile.mkdtemp()"], (0, 0)),
        ("", ["def f():\n    return 1\ndef test_f():\n    raise SystemExit(f())"], (0, 0)),
        ("Why does `assert other(1)` fail?", [ADD + "\nassert add(1, 1) == 2"], (0, 0)),
    ],
)  # fmt: skip
def test_tests_of_prompt_and_answer_are_run(asked, codes, tested):
    found = run(asked, *codes)
    assert (found.passed, found.wrong) == tested


@pytest.mark.parametrize(
    ("code", "untold"),
    [
        ("import numpy_of_nobody\nassert True", "ModuleNotFoundError"),
        ("input()\nassert True", "EOFError"),
        ("raise SystemExit\nassert True", "SystemExit"),
        ("x = bytearray(10**10)\nassert x", "MemoryError"),
        ("import os\nos._exit(0)\nassert True", "killed"),
        ("while True: pass\nassert True", "killed"),
        ("import time\ntime.sleep(60)\nassert True", "timeout"),
    ],
)
def test_what_cannot_be_run_is_untold_and_not_wrong(code, untold, monkeypatch):
    monkeypatch.setattr("tasks.augment.sandbox.SECONDS", 1)
    monkeypatch.setattr("tasks.augment.sandbox.WALL", 3)
    found = run("", code)
    assert (found.passed, found.wrong, found.untold) == (0, 0, untold)


@pytest.mark.parametrize(
    "code",
    [
        "open('{there}').read()",
        "open('{there}', 'w').write('x')",
        "open('/etc/passwd').read()",
        "import os\nos.listdir('/')",
        "import os\nos.fork()",
        "import os\nos.remove('{there}')",
        "import subprocess\nsubprocess.run(['/bin/true'])",
        "import os\nos.execv('/bin/true', ['true'])",
        "import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)",
        "import os\nassert os.getpid() != 1 or os.kill(1, 0)\nos.kill({pid}, 9)",
        "import os\nos.environ['HOME']",
        "open('/etc/shadow').read()",
        "import os\nos.setuid(0)",
        "import ctypes\nassert ctypes.CDLL(None).syscall(435, 0, 0) < 0\n1 / 0",
        "import signal, os\nos.kill(-1, 9)",
        "import sys\nsys.stdout.buffer",
        "import os\nos.chmod('{there}', 0o777)",
        "import os\nos.utime('{there}', (1, 1))",
        "import os\nos.setxattr('{there}', 'user.x', b'x')",
        "import socket\nsocket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "import ctypes\nassert ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) < 0\n1 / 0",
        "import ctypes\nassert ctypes.CDLL(None).shmget(0, 4096, 0o1600) < 0\n1 / 0",
    ],
)
def test_code_gets_at_nothing_outside(code, tmp_path):
    import os
    import socket

    there = tmp_path / "there"
    there.write_text("mine")
    tmp_path.chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        body = "    " + code.format(there=there, port=port, pid=os.getpid()).replace("\n", "\n    ")
        run_it = f"try:\n{body}\nexcept BaseException:\n    pass\nelse:\n    assert False"
        tested = run("", run_it)
    assert tested.wrong == 0
    assert there.read_text() == "mine"


def test_a_machine_that_cannot_shut_code_in_is_told_of_it(monkeypatch, tmp_path):
    refusing = tmp_path / "python"
    refusing.write_text('#!/bin/sh\necho \'{"shut": "Operation not permitted"}\'\n')
    refusing.chmod(0o755)
    monkeypatch.setattr("tasks.augment.sandbox._PYTHON", str(refusing))
    with pytest.raises(UsageError, match=r"cannot shut code in \(Operation not permitted\)"):
        run("", "assert True")


@pytest.mark.parametrize(
    "said",
    ['{"shut": "x"}', "[]", "5", "null", '{"x": 1}', "[" * 3000, '{"passed": "a", "wrong": 0}',
     '{"passed": -1}', '{"untold": {"a": 1}}', " " * 5000, "\\xff"],
)  # fmt: skip
def test_code_that_writes_its_own_result_is_not_believed(said):
    code = f"import os\nfor fd in range(3, 9):\n    try:\n        os.write(fd, b'{said}')\n"
    code += "    except OSError:\n        pass\nos._exit(0)\nassert True"
    found = run("", code)
    assert (found.passed, found.wrong, found.untold) == (0, 0, "killed")


def test_code_that_floods_its_result_is_cut_off():
    code = "import os\nfor _ in range(3000):\n    os.write(4, b' ' * 2**20)\nassert True"
    assert run("", code).untold in ("killed", "timeout", "OSError")


def test_nothing_is_left_running(monkeypatch):
    monkeypatch.setattr("tasks.augment.sandbox.WALL", 2)
    mark = "slept_for_long"
    code = (f"# {mark}\nimport os, time, signal\nsignal.signal(15, signal.SIG_IGN)\n"
            "os.kill(0, 15)\ntime.sleep(600)\nassert True")  # fmt: skip
    assert run("", code).untold == "timeout"
    commands = (place / "cmdline" for place in Path("/proc").glob("[0-9]*"))
    left = b"".join(one.read_bytes() for one in commands if one.exists())
    assert b"tasks.augment.sandboxed" not in left


@pytest.mark.parametrize(
    "asked", [">>> add(2, 3)\n5\nPlease explain it.", "It gives\n>>> add(2, 3)\n-1\nFix it."]
)
def test_what_a_prompt_only_shows_is_no_test(asked):
    assert program_of(asked, f"```python\n{ADD}\n```") is None


def test_two_versions_of_a_function_are_not_told_apart():
    said = f"```python\n{ADD}\n```\nA common mistake:\n```python\n{SUBTRACT}\n```"
    assert program_of(ASKED, said) is None


def test_examples_that_differ_each_time_are_no_tests():
    code = 'import random\ndef roll():\n    """\n    >>> roll()\n    4\n    """\n'
    code += "    return random.random()"
    assert run("", code).wrong == 0
