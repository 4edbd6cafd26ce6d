"""A sample of rows that depends on their ids alone."""

import polars as pl
import polars_hash as plh


def draw(listed: pl.DataFrame, size: int, seed: int) -> pl.Series:
    """Ids of `size` rows (0: all), from each source its share, whatever order they stand in.

    Args:
        listed: Columns id and source.
        size: How many.
        seed: Another seed, another draw.
    """
    hashed = listed.with_columns(hash=plh.concat_str(pl.lit(f"{seed}:"), "id").nchash.xxh3_64())
    # the middles of equal stretches of each source, lined up: a cut anywhere is a fair share
    lined_up = hashed.sort("hash", "id").with_columns(
        place=(pl.int_range(pl.len()).over("source") + 0.5) / pl.len().over("source")
    )
    return lined_up.sort("place", "hash", "id")["id"].head(size or listed.height)
