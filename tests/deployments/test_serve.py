"""`make serve` for real: one process runs deployments, also those that `make up` had."""

import os
import signal
import subprocess
import sys

import pytest

from deployments.serve import deployment
from flows.deploy import listed
from flows.server import answers
from tests.deployments.stack import Stack, own_env, wait_until
from tests.flows.command import ROOT
from tests.flows.conftest import made_home  # noqa: F401 (fixture)


@pytest.mark.parametrize("entry", listed(), ids=lambda entry: entry["name"])
def test_what_is_served_is_what_the_file_lists(entry):
    made = deployment(entry)

    assert made.parameters == entry["parameters"]
    assert made.version == entry["version"]
    assert made.description == entry["description"]
    assert [
        (one.slug, one.schedule.cron, one.schedule.timezone, one.parameters)
        for one in made.schedules
    ] == [
        (one["slug"], one["cron"], one["timezone"], one.get("parameters", {}))
        for one in entry.get("schedules", ())
    ]
    if "concurrency_limit" in entry:
        assert made.concurrency_limit == entry["concurrency_limit"]["limit"]
        assert made.concurrency_options.collision_strategy == "ENQUEUE"


@pytest.mark.server
def test_one_process_runs_deployments_and_ends_its_server(made_home, tmp_path):  # noqa: F811
    stack = Stack(own_env(made_home, tmp_path))
    serving = subprocess.Popen(
        [sys.executable, "-m", "deployments.serve", str(stack.port)],
        cwd=ROOT, env=stack.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        names = {one["name"] for one in listed()}
        wait_until(lambda: answers(f"{stack.url}/api"), 120)
        wait_until(lambda: {d["name"] for d in stack.ask("deployments/filter")} == names, 60)
        (tmp_path / "rows.jsonl").write_text('{"prompt": "What is 2 + 2?", "answer": "It is 4."}')
        stack.prefect("deployment", "run", "curate/curate", "--param", f'out="{tmp_path / "run"}"',
                      "--param", f'sources=["{tmp_path / "rows.jsonl"}"]')  # fmt: skip
        wait_until((tmp_path / "run" / "manifest.json").exists, 120)
        serving.send_signal(signal.SIGINT)
        serving.communicate(timeout=60)
    finally:
        if serving.poll() is None:
            os.killpg(serving.pid, signal.SIGKILL)
    assert serving.returncode == 0
    assert not answers(f"{stack.url}/api")
