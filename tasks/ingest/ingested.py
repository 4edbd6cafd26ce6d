"""What one file became, small enough to cross from task to task."""

from typing import ClassVar

from pydantic import BaseModel

from tasks.base.dataset import DatasetRef


class Store(BaseModel, frozen=True):
    """Where datasets are written; no part of what they are."""

    not_content: ClassVar[set[str]] = {"path"}

    path: str


class SourceReport(BaseModel, frozen=True):
    """What was found in one file."""

    not_content: ClassVar[set[str]] = {"seconds"}

    name: str
    format: str
    encoding: str
    layouts: dict[str, int]  # rows by layout
    records: int
    rows: int
    quarantined: dict[str, int]  # lines of quarantine by reason
    notes: tuple[str, ...]  # what was assumed, and the flag that changes it
    unread: dict[str, int]  # characters by field that no model will see: they went to meta
    seconds: float


class Ingested(BaseModel, frozen=True):
    """One file as datasets."""

    data: DatasetRef
    quarantine: DatasetRef
    report: SourceReport
