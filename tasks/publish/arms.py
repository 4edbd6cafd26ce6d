"""Arms for the size experiment: what a set with made rows is worth is shown beside one without.

Both arms have the same number of rows, so that the mix is compared and not the size: as many as
there are rows of people's in the training side. The augmented arm is a draw of the whole training
side, the control arm its rows of people's.
"""

import polars as pl

from tasks.base.draw import draw

ARMS = ("augmented", "control")


def arms(rows: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Ids of each arm, with how each row came to be; empty where no row was made.

    Args:
        rows: Released rows, with `split` where they have one.
        seed: Of the draw.

    Returns:
        Columns arm, id, origin.
    """
    schema = {"arm": pl.String, "id": pl.String, "origin": pl.String}
    train = rows.filter(split="train") if "split" in rows.columns else rows
    people = train.filter(pl.col("origin") == "human")
    if people.height == train.height or people.is_empty():
        return pl.DataFrame(schema=schema)
    drawn = draw(train.select("id", "source"), people.height, seed)
    mixed = train.filter(pl.col("id").is_in(drawn.implode()))
    return pl.concat(
        part.sort("id").select(arm=pl.lit(name), id="id", origin="origin")
        for name, part in zip(ARMS, (mixed, people), strict=True)
    )
