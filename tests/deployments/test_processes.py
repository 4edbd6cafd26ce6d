"""What we started ends; what we did not start is left alone."""

import os
import signal
import subprocess
import sys

import pytest

from deployments import processes
from deployments.processes import Started, alive, end, start
from tests.deployments.stack import wait_until

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    return tmp_path


def started(home, code):
    one = start([sys.executable, "-c", code], "log")
    wait_until((home / "log.log").read_text, 20)
    return one


def test_a_process_that_is_deaf_to_sigterm_is_killed_and_so_is_what_it_started(home, monkeypatch):
    monkeypatch.setattr(processes, "GRACE", 0.3)
    code = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {DEAF!r} + "
    code += f"'time.sleep(60)'])\n{DEAF}time.sleep(60)"
    one = started(home, code)

    assert alive(one)
    assert end(one)
    assert not alive(one)
    assert [left for left in processes._living() if left.group == one.pid] == []


def test_what_outlives_its_leader_is_still_ours(home):
    child = "print(1, flush=True); import time; time.sleep(60)"
    one = started(
        home, f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}])"
    )
    os.waitpid(one.pid, 0)

    assert alive(one)
    assert end(one)
    assert not alive(one)


def test_another_process_with_the_number_of_ours_is_left_alone(home):
    other = started(home, "print(1, flush=True); import time; time.sleep(60)")
    try:
        remembered = Started(other.pid, other.since + "1")
        assert not alive(remembered)
        assert end(remembered)
        assert alive(other)
        assert not alive(Started(other.pid, "another-boot 1"))
    finally:
        os.killpg(other.pid, signal.SIGKILL)
        os.waitpid(other.pid, 0)


def test_a_system_without_proc_is_asked_by_ps():
    try:
        subprocess.run(["ps", "-o", "pid="], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs `ps`: install the system's package `procps`")
    ours = {one.pid: one.group for one in processes._from_ps()}
    assert ours[os.getpid()] == os.getpgrp()
    assert {one.pid for one in processes._from_proc()} & set(ours)
