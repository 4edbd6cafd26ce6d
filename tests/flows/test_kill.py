"""Killed in the middle and started again: it finishes, and repeats only what had not finished."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.fault_server import FaultServer
from tests.flows.command import ROOT, SAMPLE, finery
from tests.tasks.augment.writer import Writer

pytestmark = pytest.mark.server


def test_a_killed_run_goes_on_where_it_was_and_leaves_no_process(own_home, tmp_path):
    run = tmp_path / "run"
    command = [sys.executable, "-m", "flows.cli", "curate", SAMPLE, "--out", str(run)]
    victim = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**own_home, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in victim.stderr:
        if line.startswith("clean.markup"):
            break
    children = subprocess.run(
        ["ps", "--ppid", str(victim.pid), "-o", "pid="], capture_output=True, text=True, check=False
    ).stdout.split()
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    victim.stderr.close()
    assert not (run / "manifest.json").exists()
    assert children, "the temporary server should have been a child"
    _wait_until_gone([int(c) for c in children])

    again = finery("curate", SAMPLE, "--out", str(run), env=own_home)

    assert again.returncode == 0, again.stderr
    steps = dict(line.split(maxsplit=1) for line in again.stderr.splitlines())
    for finished in ("ingest.read", "ingest.merge", "clean.encoding"):
        assert steps[finished].endswith("from cache"), again.stderr
    assert not steps["dedup.near"].endswith("from cache")
    assert (run / "manifest.json").exists()


def test_a_killed_writer_goes_on_with_what_it_had_paid_for(own_home, tmp_path):
    env = {**own_home, "OPENAI_API_KEY": "", "PYTHONPATH": str(ROOT)}
    with FaultServer(Writer(), delay=0.05) as server:
        command = ["augment", SAMPLE, "--out", str(tmp_path / "run"), "--set",
                   f"llm.endpoint={server.url}", "--set", "llm.model=w",
                   "--set", "augment.evolve.seeds=60"]  # fmt: skip
        victim = subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *command, "-q"], cwd=ROOT, env=env,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 120
        while sum(server.answered.values()) < 40 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        paid = sum(server.answered.values())
        assert 40 <= paid < 100, "killed in the middle"

        again = finery(*command, env=env)
        assert again.returncode == 0, again.stderr
        twice = sum(server.answered.values()) - len(server.answered)
        ledger = (tmp_path / "run" / "ledger.parquet").read_bytes()

        assert twice <= 8, "but for what was under way, nothing was paid for twice"
        once_more = finery(*command, env=env)
        assert once_more.returncode == 0
        assert (tmp_path / "run" / "ledger.parquet").read_bytes() == ledger
        assert sum(server.answered.values()) - len(server.answered) == twice


def _wait_until_gone(pids):
    deadline = time.monotonic() + 20
    while any(_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "the temporary server outlived its killed parent"
        time.sleep(0.2)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupted_run_says_so_and_goes_on_next_time(own_home, tmp_path):
    command = [sys.executable, "-m", "flows.cli", "curate", SAMPLE, "--out", str(tmp_path / "run")]
    run = subprocess.Popen(command, cwd=ROOT, env=own_home, stderr=subprocess.PIPE, text=True)
    for line in run.stderr:
        if line.startswith("clean.encoding"):
            break
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)

    assert run.returncode == 130
    assert "interrupted; what was finished is cached" in said
    assert "Traceback" not in said
    assert not (tmp_path / "run" / "manifest.json").exists()
