"""Server, worker and reports of `make up` for tests, and what tests ask them."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.flows.command import ROOT
from tests.flows.conftest import environment

# a person can wait for a scheduler that looks once a minute; tests need not
BRISK = {
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    "PREFECT_RUNNER_POLL_FREQUENCY": "2",
}


class Stack:
    """A stack of its own: PREFECT_HOME, store and ports."""

    def __init__(self, env: dict[str, str]) -> None:
        self.port = free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {**env, **BRISK, "PYTHONPATH": str(ROOT)}
        self.home = Path(env["PREFECT_HOME"])

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `make up` or `make down`, as make does."""
        return subprocess.run(
            [sys.executable, "-m", "deployments.up", *arguments],
            cwd=ROOT, env=self.env, capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip

    def up(self) -> subprocess.CompletedProcess[str]:
        """Start it."""
        return self.call("--port", str(self.port))

    def down(self) -> subprocess.CompletedProcess[str]:
        """End it."""
        return self.call("--down")

    def note(self) -> dict[str, Any]:
        """What `up` noted."""
        return dict(json.loads((self.home / "up.json").read_text()))

    def prefect(self, *arguments: str) -> str:
        """What a command of Prefect's own says."""
        return subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", *arguments], cwd=ROOT, check=True,
            env={**self.env, "PREFECT_API_URL": f"{self.url}/api"}, capture_output=True, text=True,
            timeout=120,
        ).stdout  # fmt: skip

    def ask(self, path: str, body: object = None) -> Any:
        """What the API answers."""
        return ask(f"{self.url}/api/{path}", {} if body is None else body)

    def deployment(self, name: str) -> dict[str, Any]:
        """A deployment by its name."""
        (found,) = self.ask("deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        return dict(found)


@contextmanager
def stack(env: dict[str, str]) -> Iterator[Stack]:
    """A stack that is up, and ended whatever happened."""
    made = Stack(env)
    try:
        started = made.up()
        assert started.returncode == 0, started.stdout + started.stderr
        yield made
    finally:
        made.down()


def own_env(made_home: Path, place: Path) -> dict[str, str]:
    """Environment with a PREFECT_HOME and a store below `place`."""
    shutil.copytree(made_home, place / "home")
    return environment(place / "home", place / "store")


def free_ports() -> int:
    """A port that is free, and so is the next."""
    while True:
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def ask(url: str, body: object) -> Any:
    """POST, and what comes back."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def wait_until(question: Callable[[], Any], seconds: float) -> Any:
    """The first answer that is something."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.5)
    return answer
