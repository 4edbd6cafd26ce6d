"""One temporary Prefect server for all tests of flows, and a store of their own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import (
    PREFECT_LOGGING_TO_API_ENABLED,
    PREFECT_RESULTS_LOCAL_STORAGE_PATH,
    PREFECT_RESULTS_PERSIST_BY_DEFAULT,
    temporary_settings,
)
from prefect.testing.utilities import prefect_test_harness

from flows.home import ROOT, STORE_VARIABLE
from flows.server import answers
from tasks.llm.weights import models_folder


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A throw-away Prefect server."""
    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def fresh_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store, and results, that no other test can mistake for its own."""
    store = tmp_path / "store"
    monkeypatch.setenv(STORE_VARIABLE, str(store))
    settings = {
        PREFECT_RESULTS_LOCAL_STORAGE_PATH: store / ".results",
        PREFECT_RESULTS_PERSIST_BY_DEFAULT: True,
        PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    with temporary_settings(settings):
        yield store


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PREFECT_HOME whose database is made, as it is after the set-up."""
    home = tmp_path_factory.mktemp("home")
    subprocess.run(
        [sys.executable, "-m", "flows.set_up"], check=True, env=environment(home, home), cwd=ROOT
    )
    return home


@pytest.fixture
def own_home(made_home: Path, tmp_path: Path) -> dict[str, str]:
    """Environment of a `finery` process with a store and a PREFECT_HOME of its own."""
    shutil.copytree(made_home, tmp_path / "home")
    return environment(tmp_path / "home", tmp_path / "store")


@pytest.fixture
def own_server(own_home: dict[str, str]) -> Iterator[dict[str, str]]:
    """The same with a server that runs, as after `make up`; many commands start none each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flows.server_process", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=own_home)
    try:
        url = f"http://127.0.0.1:{port}/api"
        deadline = time.monotonic() + 120
        while not answers(url) and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        yield {**own_home, "PREFECT_API_URL": url}
    finally:
        server.kill()
        server.wait()


def environment(home: Path, store: Path) -> dict[str, str]:
    """Environment of a process with this PREFECT_HOME and this store, and no settings of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "FINERY_"))}
    ours = {STORE_VARIABLE: str(store), "PREFECT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return {**kept, "FINERY_MODELS": str(models_folder()), **ours}
