"""The Prefect server that a command talks to: one that runs already, or a temporary one."""

import atexit
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from flows.home import ROOT, prefect_home
from tasks.base.errors import FineryError, UsageError

logger = logging.getLogger(__name__)

PATIENCE = 120  # seconds that a server may take to start; ten on an idle machine
RESTARTS = 3  # of a temporary server in one run

# A temporary server schedules nothing and shows nothing, so it need not load what does.
LEAN = {
    "PREFECT_SERVER_UI_ENABLED": "false",
    **{
        f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false"
        for name in ("SCHEDULER", "LATE_RUNS", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP",
                     "TRIGGERS", "FOREMAN", "REPOSSESSOR")
    },
}  # fmt: skip


class ServerError(FineryError):
    """No Prefect server could be reached or started."""


class Server:
    """Makes `PREFECT_API_URL` name a server that answers.

    The server is found or started at once and waited for later (`wait`), so that imports can go
    on in between. A temporary one ends with the process.
    """

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.ended = threading.Event()
        given = os.environ.get("PREFECT_API_URL")
        if given and not answers(given):
            raise UsageError(
                f"PREFECT_API_URL is {given!r}, but no Prefect server answers there; start it "
                "(`make up`), or unset the variable and a temporary server is used"
            )
        self.url = given or running() or self._start()
        # Prefect hands in its last logs and events when the interpreter ends. Registered before
        # Prefect is imported, this runs after that.
        atexit.register(self.stop)
        os.environ["PREFECT_API_URL"] = self.url  # before Prefect is imported, which reads it then

    def _start(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = _serve(port)
        return f"http://127.0.0.1:{port}/api"

    def wait(self) -> None:
        """Wait until the server answers.

        Raises:
            ServerError: It does not.
        """
        deadline = time.monotonic() + PATIENCE
        while not answers(self.url):
            if self.process is not None and self.process.poll() is not None:
                raise ServerError(
                    "the temporary Prefect server ended as it started; its last words are in "
                    "temporary-server.log in PREFECT_HOME, and `finery doctor` checks what it needs"
                )
            if time.monotonic() > deadline:
                raise ServerError(f"no Prefect server answered within {PATIENCE} s; try `make up`")
            time.sleep(0.1)
        if self.process is not None:
            threading.Thread(target=self._keep_up, daemon=True).start()

    def _keep_up(self) -> None:
        """Start our server again if it ends under a run; Prefect's client waits a minute for it."""
        port = int(self.url.rsplit(":", 1)[1].split("/")[0])
        for _ in range(RESTARTS):
            while self.process is not None and self.process.poll() is None:
                if self.ended.wait(0.5):
                    return
            if self.ended.is_set():
                return
            logger.warning("the temporary Prefect server ended under the run; it is started again")
            self.process = _serve(port, "ab")

    def stop(self) -> None:
        """End the server if it is ours."""
        self.ended.set()
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _serve(port: int, log_mode: str = "wb") -> subprocess.Popen[bytes]:
    """Start a temporary server, which ends with this process."""
    log = prefect_home() / "temporary-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open(log_mode) as sink:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.server_process", str(port)],
            cwd=ROOT, env={**os.environ, **LEAN}, stdin=subprocess.DEVNULL,
            stdout=sink, stderr=sink, start_new_session=True,
        )  # fmt: skip


def running() -> str | None:
    """Address of the server that `make up` started, while it answers."""
    try:
        note = json.loads((prefect_home() / "up.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
    url = str(note.get("api_url"))
    return url if answers(url) else None


def answers(url: str) -> bool:
    """Whether a Prefect server is healthy at `url`."""
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=3) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False
