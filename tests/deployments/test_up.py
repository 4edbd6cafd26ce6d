"""`make up` for real: a server, a scheduler that schedules, a worker that works, and an end."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.flows.command import ROOT
from tests.flows.conftest import made_home, own_home  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.server, pytest.mark.timeout(400)]


@pytest.fixture
def up(own_home, tmp_path):  # noqa: F811
    """A server with a worker on a free port; ended afterwards, whatever happened."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**own_home, "PYTHONPATH": str(ROOT), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}

    def call(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "deployments.up", *arguments],
            cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip

    try:
        yield call("--port", str(port)), f"http://127.0.0.1:{port}/api", env, call
    finally:
        call("--down")


def ask(url, path, body):
    request = urllib.request.Request(
        f"{url}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as reply:
        return json.load(reply)


def wait_for(question, seconds):
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.5)
    return answer


def test_a_night_is_scheduled_a_worker_works_and_down_ends_all(up, tmp_path):
    started, url, env, call = up
    assert started.returncode == 0, started.stdout + started.stderr

    # with SQLAlchemy 2.1 the scheduler failed in silence: everything else worked, nights never came
    nights = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}, "tags": {"all_": ["nightly"]}}
    }
    wait_for(lambda: ask(url, "flow_runs/filter", nights), 90)

    out = tmp_path / "from-worker"
    prefect = [sys.executable, "-m", "prefect", "--no-prompt", "deployment", "run", "curate/curate"]
    subprocess.run(
        [*prefect, "--param", f'out="{out}"'],
        cwd=ROOT, env={**env, "PREFECT_API_URL": url}, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    wait_for(lambda: (out / "manifest.json").exists(), 180)
    wanted = {"waterfall", "digest", "report", "progress"}

    def left():
        found = ask(url, "artifacts/filter", {})
        return found if {a["key"] for a in found} == wanted else None

    for artifact in wait_for(left, 60):
        assert len(json.dumps(artifact["data"])) < 200_000, artifact["key"]

    note = json.loads((tmp_path / "home" / "up.json").read_text())
    assert call("--down").returncode == 0
    for name, group in note["processes"].items():
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
        assert name in ("server", "worker")
