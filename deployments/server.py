"""A whole Prefect server, with its scheduler and its UI."""

import socket
import sys
import time

from deployments.processes import Started, alive, start
from flows.home import prefect_home
from flows.server import answers
from tasks.base.errors import FineryError, UsageError

PATIENCE = 120  # seconds for it to start


def start_server(port: int) -> Started:
    """Start it; `wait` says when it answers."""
    command = ["deployments.prefect_server", "--host", "127.0.0.1", "--port", str(port)]
    return start([sys.executable, "-m", *command], "server")


def wait(url: str, server: Started) -> None:
    """Wait until it answers.

    Raises:
        FineryError: It does not.
    """
    deadline = time.monotonic() + PATIENCE
    while not answers(url):
        if time.monotonic() > deadline or not alive(server):
            raise FineryError(
                f"the server did not start; its last words are in {prefect_home() / 'server.log'}"
            )
        time.sleep(0.2)


def refuse_taken(port: int, what: str) -> None:
    """See that a port is free.

    Raises:
        UsageError: It is not.
    """
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            is_prefect = answers(f"http://127.0.0.1:{port}/api")
            raise UsageError(
                f"{'another Prefect server' if is_prefect else 'another program'} has port {port}, "
                f"which {what} would use ({error.strerror}); end it, or choose another: "
                "make up PORT=4300"
            ) from None
