"""Choose the rows that people look at: some at random, the others for what they tell."""

from typing import NamedTuple

import polars as pl
from pydantic import Field

from tasks.base.params import StageParams
from tasks.review.items import Item, Mask, items_of
from tasks.review.record import Record
from tasks.review.sample import automatic, sample
from tasks.review.signs import Candidate, signs


class Choice(StageParams):
    """How many rows, of which kinds."""

    rows: int = Field(default=100, ge=1, title="Rows", description="How many people look at.")
    random_share: float = Field(
        default=0.3, ge=0, le=1, title="Random share",
        description="Share that is drawn at random from the rows that left.",
    )  # fmt: skip
    wanted: int = Field(
        default=2, ge=1, title="Submissions",
        description="People who shall look at each row that was drawn at random.",
    )  # fmt: skip
    names: bool = Field(
        default=True, title="Names", description="Ask about names that stay, which shows them."
    )
    seed: int = Field(default=0, ge=0, title="Seed", description="Of the draw.")


class Chosen(NamedTuple):
    """What people are asked."""

    items: list[Item]
    strata: pl.DataFrame  # stratum, population, drawn


def choose(record: Record, how: Choice, mask: Mask) -> Chosen:
    """The items of a run, those drawn at random first, always the same for the same run.

    Args:
        record: The run.
        how: How many at most, of which kinds. Where too few rows tell something, more are drawn.
        mask: What hides personal data in texts that the redaction did not see.
    """
    telling = [one for one in signs(record, how.rows) if how.names or one.sign != "kept_name"]
    different = len({one.row for one in telling})
    size = how.rows - min(how.rows - round(how.rows * how.random_share), different)
    drawn = sample(automatic(record.dropped), size, how.seed)
    chosen = {row: Candidate(row, "random") for row in drawn["id"]}
    pairs = set[frozenset[str | None]]()
    for one in telling:
        pair = frozenset((one.row, one.twin))
        if len(chosen) < how.rows and one.row not in chosen and pair not in pairs:
            chosen[one.row] = one
            pairs.add(pair)
    items = items_of(record, list(chosen.values()), drawn, how.wanted, mask)
    by_stratum = drawn.group_by("stratum", maintain_order=True)
    strata = by_stratum.agg(pl.col("population").first(), drawn=pl.len().cast(pl.Int64))
    return Chosen(items, strata)
