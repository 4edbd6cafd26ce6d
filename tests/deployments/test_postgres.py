"""A team's server keeps its runs in PostgreSQL: the same command, another address."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.deployments.stack import free_ports, stack, wait_until
from tests.flows.conftest import environment

pytestmark = [pytest.mark.server, pytest.mark.timeout(400)]


def program(name):
    """A program of PostgreSQL; Debian keeps them off the path."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(places[-1]) if places else None)
    if found is None:
        pytest.skip("needs PostgreSQL: install the system's package `postgresql`")
    return found


@pytest.fixture
def postgres():
    """Address of a database of its own on loopback."""
    initdb, server = program("initdb"), program("postgres")
    place = Path(tempfile.mkdtemp(prefix="finery-postgres-"))  # pytest's are closed to other users
    user = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        name = next((n for n in ("postgres", "nobody") if _known(n)), None)
        user = {"user": name}
        shutil.chown(place, name)
    data, port = place / "data", free_ports()
    subprocess.run([initdb, "-D", data, "-U", "finery", "-A", "trust", "-E", "UTF8", "--no-sync"],
                   check=True, capture_output=True, cwd=place, **user)  # fmt: skip
    running = subprocess.Popen(
        [server, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", place], cwd=place,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user,
    )  # fmt: skip
    ask = [program("psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "finery", "-tAc"]
    try:
        wait_until(lambda: _says([*ask, "SELECT 1", "postgres"]) == "1", 60)
        _says([*ask, "CREATE DATABASE prefect", "postgres"])
        yield (
            f"postgresql+asyncpg://finery@127.0.0.1:{port}/prefect",
            [*ask[:-1], "prefect", "-tAc"],
        )
    finally:
        running.terminate()
        running.wait(timeout=30)
        shutil.rmtree(place)


def _known(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _says(command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def test_make_up_schedules_in_postgres(postgres, tmp_path):
    address, ask = postgres
    env = environment(tmp_path / "home", tmp_path / "store")
    with stack({**env, "PREFECT_SERVER_DATABASE_CONNECTION_URL": address}) as up:
        assert up.deployment("nightly")["schedules"]
        scheduled = [*ask, "SELECT count(*) FROM flow_run WHERE state_type = 'SCHEDULED'"]
        wait_until(lambda: int(_says(scheduled) or 0) > 5, 90)
        workers = [*ask, "SELECT count(*) FROM worker"]
        wait_until(lambda: _says(workers) == "1", 60)
    assert not (tmp_path / "home" / "prefect.db").exists()
