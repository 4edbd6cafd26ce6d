"""Names that stand in released rows because the policy leaves them: a sample, and why they stay.

The redaction asks its model only where a word or a number gives cause, so by itself it knows of
few names that it left. Here the model reads whole rows, a few of them.
"""

from collections import Counter
from typing import NamedTuple

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.draw import draw
from tasks.base.memo import RowMemo
from tasks.base.table import TEXT_COLUMNS
from tasks.redact import names
from tasks.redact.fields import bodies
from tasks.redact.kept import kept_names
from tasks.redact.params import RedactParams
from tasks.redact.rules import PERSON
from tasks.redact.standin.kinds import is_stand_in

LONGEST = 4_000  # characters of one text that are read
PLACES = 5  # that are noted for each reason


class Standing(NamedTuple):
    """Where a name stands, but not which."""

    id: str  # of the row
    why: str  # it stays, one of `tasks.redact.kept.WHYS`
    text: int  # which text of the row
    start: int
    end: int


class NamesLeft(BaseModel, frozen=True):
    """What was seen in a sample."""

    rows: int  # that were read
    holding: dict[str, int]  # reason -> rows with such a name
    places: tuple[Standing, ...]


def names_left(rows: pl.DataFrame, params: RedactParams, memo: RowMemo | None = None) -> NamesLeft:
    """Names in `rows`, which are released, by the reason why they stay."""
    table = rows.sort("id").to_dicts()
    texts = [[body[:LONGEST] for _, body in bodies(row)] for row in table]
    read = sorted({text for one in texts for text in one})
    found, _ = names.find_names(read, memo, params.reader)
    if params.mode == "surrogate":
        found = {
            t: [(a, b) for a, b in places if not is_stand_in(PERSON, t[a:b])]
            for t, places in found.items()
        }
    keep = frozenset(value.casefold() for value in params.keep)
    holding, standing = Counter[str](), list[Standing]()
    for row, said in zip(table, texts, strict=True):
        kept = {k.why: k for k in reversed(kept_names(said, [found[t] for t in said], (), keep))}
        holding.update(kept.keys())
        standing += [
            Standing(row["id"], *one)
            for one in sorted(kept.values(), key=lambda k: k[1:])
            if holding[one.why] <= PLACES
        ]
    return NamesLeft(rows=len(table), holding=dict(sorted(holding.items())), places=tuple(standing))


@task(
    name="publish.names", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def sample_names(data: DatasetRef, params: RedactParams, size: int, seed: int) -> NamesLeft:
    """Names that stay in `size` rows of `data`."""
    rows = read_dataset(data)
    ids = draw(rows.select("id", "source").collect(), size, seed)
    few = rows.filter(pl.col("id").is_in(ids.implode())).select("id", *TEXT_COLUMNS)
    return names_left(few.collect(), params, names.memory(data.store))
