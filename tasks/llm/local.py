"""A language model on this machine: llama.cpp's server with a small model, on loopback.

It makes everything that needs an endpoint work without a network and without a key of anybody's.
As a judge it is no better than chance, so its scores have the grade demo. There is one server in a
process; it starts when it is first asked for, and ends with the process, however that ends.

Answers can be had again: one slot and no flash attention. With them, what was asked before decides
nothing: several slots share batches, and this build's flash attention gives other log-probabilities
(by up to 0.25) for a prompt whose beginning is kept from the prompt before. Without it they are the
same to the last digit, so the beginning that the questions on one row share is read once.
"""

import os
import secrets
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from typing import IO, NamedTuple

from tasks.base.errors import FineryError
from tasks.llm import weights
from tasks.llm.catalogue import DEFAULT, ENGINE
from tasks.llm.child import launch
from tasks.llm.machine import check_machine

CONTEXT = 4096  # tokens of prompt and answer together
PATIENCE = 60  # seconds that it may take to start; one on an idle machine


class LocalServerError(FineryError):
    """The server did not start; the message holds its last words."""


class LocalServer(NamedTuple):
    """Where to ask, and with what."""

    base_url: str  # ends in /v1
    key: str  # made for this server, known to this process alone
    model: str
    identity: str  # name and hash of the weights


class _Running:
    """The server of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.server: LocalServer | None = None


_running = _Running()


def local_server(model: str = DEFAULT) -> LocalServer:
    """The server of this process with `model`; it is started unless it runs.

    Raises:
        UsageError: There is no such model, or no build of the engine for this machine.
        NotInstalledError: Model or engine were not fetched.
        LocalServerError: The server ended as it started, or does not answer.
    """
    with _running.lock:
        alive = _running.process is not None and _running.process.poll() is None
        if alive and _running.server is not None and _running.server.model == model:
            return _running.server
        _stop()
        _running.server = _start(model)
        return _running.server


def stop_local_server() -> None:
    """End the server of this process if there is one; the next use starts another."""
    with _running.lock:
        _stop()


def _stop() -> None:
    process, _running.process, _running.server = _running.process, None, None
    if process is not None:
        process.kill()
        process.wait()


def _start(model: str) -> LocalServer:
    check_machine()
    engine, file = weights.path(ENGINE), weights.path(model) / "model.gguf"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = LocalServer(
        f"http://127.0.0.1:{port}/v1", secrets.token_urlsafe(24), model, weights.identity(model)
    )
    threads = max(1, (os.cpu_count() or 1) // 2)  # threads that wait for a core spin, and cost most
    command = [
        str(engine / "bin/llama-server"), "-m", str(file), "--alias", model,
        "--host", "127.0.0.1", "--port", str(port), "-c", str(CONTEXT), "-np", "1",
        "-t", str(threads), "-fa", "off", "--cache-ram", "0", "--no-webui", "--no-slots",
        "--offline", "-lv", "2",
    ]  # fmt: skip
    words = tempfile.TemporaryFile()  # noqa: SIM115 (the server writes to it as long as it lives)
    _running.process = launch(command, {"LLAMA_API_KEY": server.key}, words)
    _wait(server, _running.process, words)
    return server


def _wait(server: LocalServer, process: "subprocess.Popen[bytes]", words: IO[bytes]) -> None:
    """Wait until the server answers to its key."""
    request = urllib.request.Request(
        f"{server.base_url}/models", headers={"Authorization": f"Bearer {server.key}"}
    )
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    code = process.poll()
    _stop()
    words.seek(0)
    last = " | ".join(words.read().decode(errors="replace").splitlines()[-3:])
    how = f"ended with {code}" if code is not None else f"did not answer within {PATIENCE} s"
    raise LocalServerError(f"the server of the local model {how}; its last words: {last or 'none'}")
