"""Server, work pool, deployments and worker in one command; `down` ends them.

Run as `python -m deployments.up [--port N]` and `python -m deployments.up --down`, or by `make
up` and `make down`. What was started stands in `up.json` in PREFECT_HOME.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flows.home import ROOT, prefect_home, settle

PATIENCE = 120  # seconds for the server to start
GRACE = 10  # seconds between one signal and the next, sharper one


def note() -> Path:
    """What was started, and where it answers."""
    return prefect_home() / "up.json"


def up(port: int) -> int:
    """Start what is missing, register the deployments, and print the address."""
    from flows.deploy import POOL, deploy_all
    from flows.server import answers, running

    url = f"http://127.0.0.1:{port}/api"
    if running():
        say(f"already up at {running()}; `make down` ends it")
        return 0
    if answers(url):
        say(f"another Prefect server answers at {url}; end it, or choose a port: make up PORT=4300")
        return 2
    os.environ["PREFECT_API_URL"] = url
    prefect = [sys.executable, "-m", "prefect"]
    prefect_home().mkdir(parents=True, exist_ok=True)
    processes = {"server": _start([*prefect, "server", "start", "--port", str(port)], "server")}
    _remember(url, processes)
    deadline = time.monotonic() + PATIENCE
    while not answers(url):
        if time.monotonic() > deadline or not alive(processes["server"]):
            say("the server did not start; see server.log in .prefect")
            down()
            return 3
        time.sleep(0.2)
    deploy_all()
    (ROOT / "data" / "raw").mkdir(parents=True, exist_ok=True)
    processes["worker"] = _start([*prefect, "worker", "start", "--pool", POOL], "worker")
    _remember(url, processes)
    say(f"UI: {url.removesuffix('/api')}   logs: server.log and worker.log in .prefect")
    return 0


def down() -> int:
    """End worker and server for good: a Prefect worker often survives the first SIGTERM."""
    if not note().exists():
        say("nothing is up")
        return 0
    processes = json.loads(note().read_text())["processes"]
    for name in ("worker", "server"):
        if name in processes:
            _end(int(processes[name]))
    note().unlink()
    say("worker and server have ended")
    return 0


def _end(group: int) -> None:
    for sharp in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        if not alive(group):
            return
        os.killpg(group, sharp)
        deadline = time.monotonic() + GRACE
        while alive(group) and time.monotonic() < deadline:
            time.sleep(0.1)


def alive(group: int) -> bool:
    """Whether any process of a group we started still runs."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-group, os.WNOHANG)  # a child of ours that ended is no longer running
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _start(command: list[str], name: str) -> int:
    """Start a process in a group of its own, so that what it starts ends with it."""
    with Path(prefect_home(), f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    return process.pid


def _remember(url: str, processes: dict[str, int]) -> None:
    note().write_text(json.dumps({"api_url": url, "processes": processes}))


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(text + "\n")


def main() -> int:
    """Start or end, as asked."""
    parser = argparse.ArgumentParser(description="Start Finery's server and worker, or end them.")
    parser.add_argument("--port", type=int, default=4200)
    parser.add_argument("--down", action="store_true", help="end what was started")
    arguments = parser.parse_args()
    settle()
    return down() if arguments.down else up(arguments.port)


if __name__ == "__main__":
    sys.exit(main())
