"""Locks of a store: runs share it, who cleans up is alone, and a dead run is known."""

import subprocess
import sys

from tasks.base.locks import at_work, forget, is_alive, nobody_at_work, sole
from tests.flows.command import ROOT


def test_runs_share_a_store_and_nobody_cleans_up_meanwhile(tmp_path):
    with at_work(tmp_path, "a"), at_work(tmp_path, "b"):
        with nobody_at_work(tmp_path) as alone:
            assert not alone
        assert is_alive(tmp_path, "a")
    with nobody_at_work(tmp_path) as alone:
        assert alone
    assert is_alive(tmp_path, "a") is None


def test_a_run_that_was_killed_is_known_until_it_is_forgotten(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from tasks.base.locks import at_work\n"
        "with at_work(Path(sys.argv[1]), 'a'): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], cwd=ROOT, check=False)
    assert is_alive(tmp_path, "a") is False
    with nobody_at_work(tmp_path) as alone:
        assert alone
    forget(tmp_path, "a")
    assert is_alive(tmp_path, "a") is None


def test_a_file_is_locked_by_one_alone_also_after_it_was_removed(tmp_path):
    file = tmp_path / "marker"
    with sole(file) as first, sole(file) as second:
        assert (first, second) == (True, False)
        file.unlink()
        with sole(file) as third:
            assert third
    with sole(file) as again:
        assert again
