"""Faults of the machine are told as such, and errors of a stage are left as they are."""

import errno

import httpx
import pytest
from polars.exceptions import ComputeError
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.faults import fault, faults_told
from flows.server import ServerError
from tasks.base.errors import DiskFullError, StageError

OURS = "http://127.0.0.1:1/api"


@pytest.fixture(autouse=True)
def address():
    with temporary_settings({PREFECT_API_URL: OURS}):
        yield


def refused(url):
    return httpx.ConnectError("refused", request=httpx.Request("GET", url))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        ComputeError("parquet: underlying IO error: No space left on device (os error 28)"),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
    ],
)
def test_a_full_disk_is_told_whoever_found_it(error):
    with pytest.raises(DiskFullError, match="no room is left"), faults_told():
        raise error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EACCES, "Permission denied"),
        ComputeError("could not parse (os error 2)"),
        ValueError("28"),
        refused("https://api.example.org/v1/chat"),  # a model's endpoint, not Prefect's server
    ],
)
def test_what_a_stage_did_wrong_stays_as_it_is(error):
    with pytest.raises(type(error)) as told, faults_told():
        raise error
    assert told.value is error


def test_a_server_that_does_not_answer_is_told_with_its_address():
    with pytest.raises(ServerError, match=f"{OURS} stopped answering"), faults_told():
        raise refused(f"{OURS}/flow_runs/")


def test_the_error_that_the_server_could_not_be_told_of_comes_first():
    first = StageError("dedup.near broke")
    second = refused(f"{OURS}/flow_runs/")
    second.__context__ = first
    assert fault(second) is first
