"""Split rows into train, validation and test, with no family on two sides.

A family is all rows that are connected by similar conversations (`tasks.dedup.similar.pairs`,
without the guard: a template with another name in it leaks too), by an equal prompt, or as a made
row and the row it was made from. Families go to a side as a whole, so a model is never tested on a
paraphrase of what it was trained on.

Each source gives its share to each side. Families are taken in the order of a hash of the seed
and their smallest id, the test side is filled first, then validation; a family too large for
what a side still needs stays in train.
"""

import numpy as np
import polars as pl
import polars_hash as plh
from prefect import task
from pydantic import Field, model_validator

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.base.text import conversation, fold, prompt
from tasks.dedup.similar.pairs import similar_pairs

SIDES = ("train", "validation", "test")


class SplitParams(StageParams):
    """How large the sides are."""

    validation: float = Field(
        default=0.05, ge=0, lt=1, title="Validation share", description="Share of each source."
    )
    test: float = Field(
        default=0.05, ge=0, lt=1, title="Test share", description="Share of each source."
    )
    similarity: float = Field(
        default=0.5, gt=0.2, le=1, title="Family similarity",
        description="Jaccard similarity of word shingles that makes two rows one family.",
    )  # fmt: skip
    seed: int | None = Field(
        default=None,
        ge=0,
        title="Seed",
        description="Another seed, another split. Empty: the run's.",
    )

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> "SplitParams":
        if self.validation + self.test >= 1:
            raise ValueError(
                f"validation {self.validation} and test {self.test} leave nothing to train on; "
                "together they must be below 1"
            )
        return self


def assign_splits(rows: pl.LazyFrame, params: SplitParams) -> Outcome:
    """Add `split`, one of train, validation and test, to every row."""
    listed = rows.select(
        "id", "source", "parent", text=conversation(), asked=fold(prompt())
    ).collect()
    family = _families(listed, params.similarity)
    sized = (
        listed.lazy()
        .with_columns(family=pl.Series(family, dtype=pl.UInt32))
        .group_by("family")
        .agg(pl.col("id").min(), pl.col("source").sort_by("id").first(), rows=pl.len())
        .collect()
    )
    side = _fill(sized, listed["source"].value_counts(), params)
    splits = [side[f] for f in family]
    counts = {name: splits.count(name) for name in SIDES}
    column = pl.DataFrame({"split": pl.Series(splits, dtype=pl.String)}).lazy()
    return Outcome(
        pl.concat([rows, column], how="horizontal"),
        figures={**counts, "families": sized.height},
    )


def _families(listed: pl.DataFrame, similarity: float) -> list[int]:
    """A number per row, the same for rows of one family."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = listed.height
    pairs = similar_pairs(listed["text"], similarity)
    placed = listed.with_row_index("b").select("b", a=pl.col("b").first().over("asked"))
    asked = placed.filter(pl.col("a") != pl.col("b")).select("a", "b")
    numbered = listed.with_row_index("a").select("a", parent="id")
    born = listed.with_row_index("b").join(numbered, on="parent").select("a", "b")
    both = pl.concat([pairs.select("a", "b"), asked, born])
    edges = (np.ones(both.height, bool), (both["a"].to_numpy(), both["b"].to_numpy()))
    _, labels = connected_components(coo_matrix(edges, shape=(n, n)), directed=False)
    return [int(label) for label in labels]


def _fill(families: pl.DataFrame, sources: pl.DataFrame, params: SplitParams) -> dict[int, str]:
    """The side of each family."""
    totals = dict(sources.iter_rows())
    shares = {"test": params.test, "validation": params.validation}
    room = {
        (side, s): round(share * n) for side, share in shares.items() for s, n in totals.items()
    }
    hashed = plh.concat_str(pl.lit(f"{params.seed or 0}:"), "id").chash.sha2_256()
    ordered = families.sort(hashed).select("family", "source", "rows")
    listed, sides = list(ordered.iter_rows()), dict[int, str]()
    for side in shares:
        for family, source, rows in listed:
            left = room[side, source]
            if left and rows <= left and family not in sides:
                sides[family] = side
                room[side, source] = left - rows
    return {family: sides.get(family, "train") for family, _, _ in listed}


@task(
    name="select.split", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def split_rows(data: DatasetRef, params: SplitParams) -> StageResult:
    """Store `data` with the side of every row."""
    return run_score(data, assign_splits, params)
