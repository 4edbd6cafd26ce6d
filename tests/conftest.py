"""Fixtures that every test may use."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tasks.base.dataset import DatasetRef, of_parts, write_part
from tests.builders import table
from tests.fault_server import FaultServer

# a shared machine may be slow, but what is found must not depend on the day
settings.register_profile("finery", deadline=None, derandomize=True, database=None)
settings.load_profile("finery")

SHARED = (Path(__file__).resolve().parents[1] / "../shared/data").resolve()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start servers come first, and the longest first of all.

    Started last, it would run for minutes while nothing is left to run beside it.
    """
    servers = {item.path for item in items if item.get_closest_marker("server")}
    items.sort(key=lambda item: (item.path not in servers, item.path.name != "test_readme.py"))


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., DatasetRef]:
    """Store rows as a dataset, in parts of `size` rows (all in one by default)."""

    def put(*rows: dict[str, Any], size: int = 10_000) -> DatasetRef:
        frame = table(*rows).collect()
        place = str(tmp_path / "store")
        starts = range(0, max(frame.height, 1), size)
        return of_parts([write_part(frame.slice(start, size), place) for start in starts], place)

    return put


@pytest.fixture
def shared() -> Path:
    """The data beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("needs the shared data beside the repository (../shared/data)")
    return SHARED


@pytest.fixture
def fault_server() -> Iterator[FaultServer]:
    """A model's endpoint that answers, or does whatever its `reply` is set to."""
    with FaultServer() as server:
        yield server
