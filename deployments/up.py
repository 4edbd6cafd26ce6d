"""Server, work pool, deployments, worker and reports in one command; `down` ends them.

Run as `python -m deployments.up [--port N]` and `python -m deployments.up --down`, or by `make
up` and `make down`.
"""

import argparse
import os
import sys

from deployments.note import alone, note, remember, reports, started
from deployments.processes import alive, end, start
from deployments.server import refuse_taken, start_server, wait
from flows.deploy import POOL, deploy_all
from flows.home import ROOT, prefect_home, settle
from flows.server import running
from flows.shelf import ADDRESS_VARIABLE
from tasks.base.errors import FineryError, UsageError

ORDER = ("worker", "reports", "server")  # in which they end


def up(port: int) -> int:
    """Start what is missing, register the deployments, and print the addresses.

    Raises:
        UsageError: A port is taken, or a deployment is wrong.
        FineryError: The server did not start.
    """
    if url := running():
        return _again(url, reports())
    if note().exists():
        say("what an earlier `make up` left without a server is ended first")
        down()
    refuse_taken(port, "the server")
    refuse_taken(port + 1, "the server of reports")
    (ROOT / "data" / "raw").mkdir(parents=True, exist_ok=True)
    url, pages = f"http://127.0.0.1:{port}/api", f"http://127.0.0.1:{port + 1}"
    os.environ |= {"PREFECT_API_URL": url, ADDRESS_VARIABLE: pages}
    try:
        _start("server", url, pages)
        wait(url, started()["server"])
        deploy_all()
        _start("reports", url, pages)
        _start("worker", url, pages)
    except BaseException:
        down()
        raise
    _tell(url, pages)
    return 0


def down() -> int:
    """End what `up` started, and nothing else."""
    if not note().exists():
        say("nothing is up")
        return 0
    ours = started()
    names = sorted(ours, key=ORDER.index)
    left = [f"{name} (process {ours[name].pid})" for name in names if not end(ours[name])]
    if left:
        say(f"not ended: {', '.join(left)}")
        return 3
    note().unlink()
    say(f"ended: {', '.join(names)}")
    return 0


def _again(url: str, pages: str) -> int:
    """Say that all is up, and start anew what has ended."""
    os.environ |= {"PREFECT_API_URL": url, ADDRESS_VARIABLE: pages}
    ours = started()
    gone = [name for name in ORDER if name not in ours or not alive(ours[name])]
    for name in gone:
        _start(name, url, pages)
    again = f", but started again: {', '.join(gone)}" if gone else ""
    say(f"already up{again}; `make down` ends it")
    _tell(url, pages)
    return 0


def _start(name: str, url: str, pages: str) -> None:
    """Start one of them, and note it at once, so that `down` finds it whatever comes next."""
    if name == "server":
        one = start_server(int(url.removesuffix("/api").rpartition(":")[2]))
    elif name == "reports":
        one = start([sys.executable, "-m", "flows.report_server", pages.rpartition(":")[2]], name)
    else:
        one = start([sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL], name)
    remember(name, one, url, pages)


def _tell(url: str, pages: str) -> None:
    say(f"UI:      {url.removesuffix('/api')}\nreports: {pages}\nlogs:    {prefect_home()}")


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Start or end, as asked."""
    parser = argparse.ArgumentParser(description="Start Finery's server and worker, or end them.")
    parser.add_argument("--port", type=int, default=4200, help="of the server; reports: one more")
    parser.add_argument("--down", action="store_true", help="end what was started")
    arguments = parser.parse_args()
    settle()
    try:
        with alone():
            return down() if arguments.down else up(arguments.port)
    except FineryError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2 if isinstance(error, UsageError) else 3


if __name__ == "__main__":
    sys.exit(main())
