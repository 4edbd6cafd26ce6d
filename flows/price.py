"""What a run would ask of language models, and what that costs, before it starts."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flows.front import prepare
from flows.params import RunParams
from flows.plain import PlainCourse
from tasks.base.dataset import DatasetRef
from tasks.ingest.sources import SourceFile
from tasks.llm.pricing import Pricer


class Priced(NamedTuple):
    """What one stage would ask of one model."""

    stage: str
    model: str
    calls: int
    recalled: int
    tokens_in: int
    tokens_out: int
    money: float | None  # None: no table has a price for the model
    note: str


@contextmanager
def rows_as_read(files: list[SourceFile], params: RunParams) -> Iterator[DatasetRef]:
    """The rows of `files`, clean and sound, in a store that is gone afterwards.

    Personal data is still in them; pricing sends nothing anywhere.
    """
    with tempfile.TemporaryDirectory() as folder:
        as_it_is = params.redact.model_copy(update={"enabled": False})
        given = params.model_copy(update={"redact": as_it_is})
        yield prepare(PlainCourse(folder), files, given).rows


def line_of(stage: str, pricer: Pricer, note: str) -> Priced:
    """What was asked of `pricer` for one stage."""
    e = pricer.estimate
    return Priced(stage, pricer.identity, e.calls, e.recalled, e.tokens_in, e.tokens_out,
                  pricer.money, note)  # fmt: skip


def more_of(line: Priced, part: float) -> Priced:
    """With so many more rows like those, as a share of them."""
    whole = 1 + part
    return line._replace(
        calls=round(line.calls * whole), tokens_in=round(line.tokens_in * whole),
        tokens_out=round(line.tokens_out * whole),
        money=None if line.money is None else line.money * whole,
    )  # fmt: skip


def total(lines: list[Priced]) -> dict[str, Any]:
    """All stages together."""
    prices = [line.money for line in lines]
    return {
        "calls": sum(line.calls for line in lines),
        "tokens": sum(line.tokens_in + line.tokens_out for line in lines),
        "money": None if None in prices else sum(p for p in prices if p is not None),
        "stages": [line._asdict() for line in lines],
    }
