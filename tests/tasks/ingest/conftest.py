"""Fixtures for reading files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.base.dataset import read_dataset
from tasks.ingest.ingested import Ingested
from tasks.ingest.params import IngestParams
from tasks.ingest.read import read_file
from tasks.ingest.sources import find_sources

DATA = (Path(__file__).resolve().parents[3] / "../shared/data").resolve()


@pytest.fixture
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("needs the shared data beside the repository (../shared/data)")
    return DATA


@pytest.fixture
def ingest(tmp_path: Path) -> Callable[..., Ingested]:
    """Read a file that is there, or one made of a name and its content."""

    def read(file: Path | str, content: bytes | str | None = None, **params: Any) -> Ingested:
        path = tmp_path / file
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        [source] = find_sources([str(path)], tmp_path / "spool")
        return read_file(source, str(tmp_path / "store"), IngestParams(**params))

    return read


def rows(result: Ingested) -> list[dict[str, Any]]:
    """The rows in full."""
    return read_dataset(result.data).collect().to_dicts()


def texts(result: Ingested) -> list[list[str]]:
    """Contents of all turns, a list per row."""
    return [[turn["content"] for turn in row["messages"]] for row in rows(result)]


def faults(result: Ingested) -> list[tuple[int, int | None, str]]:
    """Record, line and reason of each line of quarantine."""
    lines = read_dataset(result.quarantine).collect()
    return list(lines.select("source_row", "line", "reason").iter_rows())
