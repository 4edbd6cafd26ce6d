"""Code of a model is run shut in, and its tests tell what they can."""

import pytest

from tasks.augment.code import program_of
from tasks.augment.sandbox import run_tests
from tasks.base.errors import UsageError


def run(asked, *codes):
    said = "\n".join(f"```python\n{code}\n```" for code in codes)
    [tested] = run_tests([program_of(asked, said)])
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
        ("Why does `assert other(1)` fail?", [ADD + "\nassert add(1, 1) == 2"], (0, 0)),
    ],
)  # fmt: skip
def test_tests_of_prompt_and_answer_are_run(asked, codes, tested):
    assert run(asked, *codes)[:2] == tested


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
    assert run("", code) == (0, 0, untold)


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
