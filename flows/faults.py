"""Faults of the machine that a run meets, told in a sentence that says what to do."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.home import prefect_home, store
from flows.server import ServerError, answers
from tasks.base.disk import full, is_full
from tasks.base.errors import FineryError

LITTLE = 16 * 2**20  # bytes; a disk with less is the one that is full


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn a full disk and a server that went away into errors of ours."""
    try:
        yield
    except FineryError:
        raise
    except Exception as error:
        told = fault(error)
        if told is None:
            raise
        raise told from error


def fault(error: BaseException) -> FineryError | None:
    """What an exception means, if it comes of the machine and not of a stage."""
    led = [*causes(error)]
    is_disk = any(is_full(one) for one in led)
    if not is_disk and not any(_is_of_server(one) for one in led):
        return None
    ours = next((one for one in led if isinstance(one, FineryError)), None)
    return ours or (full(_fullest()) if is_disk else _server_gone())


def causes(error: BaseException) -> Iterator[BaseException]:
    """An exception, and those that led to it."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__


def _is_of_server(error: BaseException) -> bool:
    import httpx
    from prefect.exceptions import PrefectHTTPStatusError

    if isinstance(error, PrefectHTTPStatusError):
        return error.response.status_code >= 500
    if not isinstance(error, httpx.TransportError):
        return False
    try:
        asked = str(error.request.url)
    except RuntimeError:  # the request is not known
        return True
    return asked.startswith(_url())


def _url() -> str:
    from prefect.settings import PREFECT_API_URL

    return PREFECT_API_URL.value() or "http"  # a server inside this process has no address


def _server_gone() -> FineryError:
    if _room(prefect_home()) < LITTLE:
        return full(prefect_home())
    url = _url()
    what = "answers with errors" if answers(url) else "stopped answering"
    return ServerError(
        f"the Prefect server at {url} {what} in the middle of the run; see that it runs "
        "(`make up`, or unset PREFECT_API_URL and the next run starts one of its own), and run "
        "again: what was finished is cached"
    )


def _fullest() -> Path:
    """The folder of ours whose disk has least room."""
    return min((store(), prefect_home(), Path.cwd(), Path(tempfile.gettempdir())), key=_room)


def _room(folder: Path) -> int:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return shutil.disk_usage(there).free
