"""How much of what was planted in copies of the set's own rows the redaction takes out.

Benchmarks say what a redaction finds elsewhere; this says what it finds between the texts of this
very set, under this very policy. It is a lower bound of nothing: wordings that nobody thought of
are not tested. The copies live in memory alone and never reach a release.
"""

from collections import Counter
from collections.abc import Sequence

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.draw import draw
from tasks.base.table import SCHEMA, TEXT_COLUMNS
from tasks.redact import names
from tasks.redact.canaries.plant import Canary, Row, is_found, plant
from tasks.redact.params import RedactParams
from tasks.redact.pii import made_of, redact_pii
from tasks.redact.remembered import Memory, row_memo

ROWS = 200  # that are copied from, at most
LONGEST = 6_000  # characters of a row that is copied; long rows cost more and test no more
SHOWN = 5  # wordings that were missed, per kind


class Recall(BaseModel, frozen=True):
    """What was planted and what was found, by kind; no value of it."""

    planted: dict[str, int]
    found: dict[str, int]
    missed: dict[str, list[str]]  # wordings that were missed, with {v} for the value
    rows: int  # that were copied from


def recall(
    rows: Sequence[Row], params: RedactParams, count: int, seed: int, memory: Memory | None = None
) -> Recall:
    """Plant canaries into copies of `rows`, redact the copies, and count what is gone.

    Args:
        rows: Rows as the redaction reads them.
        params: Of the redaction; only kinds that it is to take out are planted.
        count: Canaries of each kind.
        seed: Decides values and places.
        memory: What was found in earlier runs.
    """
    canaries = plant(rows, params.entities, count, seed)
    done, *_ = made_of(_table(canaries), params, memory)
    planted, found = Counter[str](), Counter[str]()
    missed: dict[str, set[str]] = {}
    for canary, after in zip(canaries, done, strict=True):
        planted[canary.kind] += 1
        if is_found(canary, after.texts or canary.row):
            found[canary.kind] += 1
        else:
            missed.setdefault(canary.kind, set()).add(canary.wording)
    return Recall(
        planted=dict(sorted(planted.items())),
        found={kind: found[kind] for kind in sorted(planted)},
        missed={kind: sorted(said)[:SHOWN] for kind, said in sorted(missed.items())},
        rows=len(rows),
    )


def _table(canaries: Sequence[Canary]) -> pl.DataFrame:
    schema = {name: SCHEMA[name] for name in ("id", *TEXT_COLUMNS)}
    rows = [{"id": "canary-0", **canary.row} for canary in canaries]
    return pl.DataFrame([{n: row.get(n) for n in schema} for row in rows], schema=schema)


def chosen(rows: pl.LazyFrame, seed: int) -> list[Row]:
    """The rows to copy: the same ones every time, whatever order they stand in."""
    length = pl.col("messages").list.eval(pl.element().struct.field("content").str.len_chars())
    short = rows.filter(length.list.sum() <= LONGEST)
    ids = draw(short.select("id", "source").collect(), ROWS, seed)
    picked = rows.filter(pl.col("id").is_in(ids.implode())).sort("id")
    return picked.select(TEXT_COLUMNS).collect().to_dicts()


@task(
    name="redact.canaries", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def recall_canaries(data: DatasetRef, params: RedactParams, count: int, seed: int) -> Recall:
    """What the redaction finds of canaries in copies of rows of `data`, its own input."""
    seen = names.memory(data.store)
    memory = Memory(seen, row_memo(data.store, redact_pii, params))
    return recall(chosen(read_dataset(data), seed), params, count, seed, memory)
