"""A gold file without personal data: what a judge is asked in its exam leaves the house, too."""

import polars as pl

from tasks.redact import names
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tasks.redact.remembered import Memory
from tasks.score.calibration.gold import Gold
from tasks.score.calibration.gold_pairs import as_rows

ENGINES = names.ENGINES


def without_personal_data(gold: Gold, params: RedactParams, store: str) -> Gold:
    """`gold` with the personal data of its items replaced, as it is in the rows of a run.

    Args:
        gold: Items and what people said of them.
        params: What is taken out; where redaction is off, nothing.
        store: Folder of the store, in which names are remembered.
    """
    if not params.enabled:
        return gold
    memory = Memory(names.memory(store))
    is_pairs = gold.kind == "pairs"
    # one row for both answers, so that a value has one tag in prompt and answers
    rows = as_rows(gold.items, "first", "second") if is_pairs else gold.items
    clean = redact(rows.lazy(), params, memory).rows.collect()
    return gold._replace(
        items=_as_pairs(gold.items, clean) if is_pairs else clean.select(gold.items.columns)
    )


def _as_pairs(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    def content(column: str, at: int) -> pl.Series:
        return rows.select(pl.col(column).list.get(at).struct.field("content")).to_series()

    return pairs.with_columns(
        prompt=content("messages", 0), first=content("messages", 1), second=content("rejected", 0)
    )
