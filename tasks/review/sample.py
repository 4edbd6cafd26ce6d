"""A random sample of the rows that left, of which each has a known chance to be in it.

Rows are drawn without replacement within strata, one for each stage and reason, so that a rare
reason is looked at, too, and every estimate can be weighed (Horvitz and Thompson 1952). The draw
goes by a hash of ids: the same run, size and seed give the same rows.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.base.draw import draw
from tasks.base.table import DROP_REASON
from tasks.dedup import exact
from tasks.review.record import Dropped
from tasks.validate import rows

OTHERS = "other reasons"
FEWEST = 2  # rows of a stratum that has as many
NOT_JUDGED = (
    "dedup.released", "dedup.core", "dedup.sides", "dedup.protected", "augment.balance",
    "augment.privacy", "review.rows", "review.copies",
)  # fmt: skip
"""Stages whose drops say nothing against a row, stand whatever people say, or are their own."""
FACTS = (*rows.FIRM, *exact.FIRM, "sent_to_review")
"""Reasons that nobody need judge: broken rows, copies byte for byte, rows not decided over yet."""

SAMPLE = pl.Schema(
    {"id": pl.String, "stratum": pl.String, "population": pl.Int64, "probability": pl.Float64}
)


def automatic(dropped: Sequence[Dropped]) -> pl.DataFrame:
    """Id and stratum (stage and reason) of every row that a rule has judged, and dropped."""
    found = [
        read_dataset(one.data)
        .filter(~pl.col(DROP_REASON).is_in(FACTS))
        .select("id", stratum=pl.format(f"{one.stage}/{{}}", DROP_REASON))
        for one in dropped if one.stage not in NOT_JUDGED
    ]  # fmt: skip
    empty = pl.LazyFrame(schema={"id": pl.String, "stratum": pl.String})
    return pl.concat([empty, *found]).collect()


def sample(dropped: pl.DataFrame, size: int, seed: int) -> pl.DataFrame:
    """Draw `size` of `dropped` (all, if there are fewer) at random within strata.

    Args:
        dropped: Columns id and stratum.
        size: How many.
        seed: Another seed, another draw.

    Returns:
        The rows drawn (`SAMPLE`), by stratum and id: how large their stratum is, and how likely
        each row of it was to be drawn. The smallest strata are one where there are too many.
    """
    if not (size and dropped.height):
        return pl.DataFrame(schema=SAMPLE)
    joined = dropped.with_columns(stratum=_merged(dropped["stratum"], size))
    sizes = dict(joined["stratum"].value_counts().sort("stratum").iter_rows())
    wanted = allocate(sizes, size)
    drawn = []
    for name, population in sizes.items():
        listed = joined.filter(stratum=name).select("id", source="stratum")
        ids = draw(listed, wanted[name], seed).sort()
        drawn.append(
            pl.DataFrame({"id": ids}).with_columns(
                stratum=pl.lit(name), population=pl.lit(population, pl.Int64),
                probability=pl.lit(wanted[name] / population),
            )
        )  # fmt: skip
    return pl.concat(drawn).select(SAMPLE.names())


def _merged(strata: pl.Series, size: int) -> pl.Series:
    """The strata with the smallest in one, if there are more than rows to draw."""
    by_size = strata.value_counts().sort("count", "stratum", descending=[True, False])
    if by_size.height <= size:
        return strata
    large = by_size["stratum"].head(size - 1).to_list()
    return strata.to_frame().select(
        pl.when(pl.col("stratum").is_in(large)).then("stratum").otherwise(pl.lit(OTHERS))
    )["stratum"]  # fmt: skip


def allocate(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many rows to draw of each stratum: a few of every one, the rest by their sizes.

    Args:
        sizes: Rows of each stratum, at least one of them per row to draw.
        size: Rows to draw.
    """
    least = FEWEST if FEWEST * len(sizes) <= size else 1
    wanted = {name: min(least, n) for name, n in sizes.items()}
    left = min(size, sum(sizes.values())) - sum(wanted.values())
    for _ in range(left):
        # the stratum that is furthest behind its share; ties by name
        name = max(
            (n for n in sizes if wanted[n] < sizes[n]),
            key=lambda n: (sizes[n] / (wanted[n] + 1), n),
        )
        wanted[name] += 1
    return wanted
