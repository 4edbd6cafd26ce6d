"""How likely a released row still identifies somebody: a sample, read by a second detector."""

from collections import Counter

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.draw import draw
from tasks.base.table import TEXT_COLUMNS
from tasks.redact.interval import Share
from tasks.redact.params import RedactParams
from tasks.redact.second import second_opinion


class Risk(BaseModel, frozen=True):
    """What was found in a sample of rows."""

    rows: Share  # that still hold a hard identifier or a private name
    by_kind: dict[str, int]  # rows by kind of what they hold
    ids: tuple[str, ...] = ()  # a few of these rows, to be looked at


def risk_of(rows: pl.DataFrame, params: RedactParams) -> Risk:
    """Residual risk over `rows`, a sample of what is about to be released."""
    kinds, held = Counter[str](), []
    for row in rows.sort("id").iter_rows(named=True):
        found = second_opinion({c: row[c] for c in TEXT_COLUMNS}, params)
        kinds.update(found.keys())
        held += [row["id"]] if found else []
    share = Share(hits=len(held), of=rows.height)
    return Risk(rows=share, by_kind=dict(sorted(kinds.items())), ids=tuple(held[:20]))


@task(
    name="publish.risk", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def sample_risk(data: DatasetRef, params: RedactParams, size: int, seed: int) -> Risk:
    """The residual risk of `data`, by `size` of its rows."""
    rows = read_dataset(data)
    ids = draw(rows.select("id", "source").collect(), size, seed)
    return risk_of(rows.filter(pl.col("id").is_in(ids.implode())).collect(), params)
