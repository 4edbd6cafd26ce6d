"""How many rows of each source left as copies of others, and to whom."""

import polars as pl

from tasks.publish.gates import Copies

COPIES = ("dedup.exact", "dedup.near", "dedup.semantic")
NAMED = 3  # families


def copies(ledger: pl.DataFrame) -> tuple[Copies, ...]:
    """Sources of which a row left as a copy.

    Args:
        ledger: See `tasks.base.ledger`.
    """
    sizes = dict(ledger["source"].value_counts().iter_rows())
    lost = ledger.filter(pl.col("stage").is_in(COPIES), state="dropped")
    families = lost.group_by("source", "twin_of").len("rows")
    ordered = families.sort("source", "rows", "twin_of", descending=[False, True, False])
    return tuple(
        Copies(source, sizes[source], int(of["rows"].sum()),
               tuple(of.select("twin_of", "rows").head(NAMED).iter_rows()))
        for (source,), of in ordered.group_by("source", maintain_order=True)
    )  # fmt: skip
