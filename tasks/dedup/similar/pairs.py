"""All pairs of texts that share enough of their shingles, found exactly rather than by MinHash.

Two texts are a pair when the Jaccard similarity of their sets of shingles
(`tasks.dedup.similar.shingles`) is at least the threshold. `tasks.dedup.similar.join` says how they
are found, and of which pairs it leaves some out: those of texts that share nothing but what
hundreds share.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

PAIRS = pl.Schema({"a": pl.UInt32, "b": pl.UInt32, "jaccard": pl.Float64})


def similar_pairs(
    texts: pl.Series, threshold: float, k: int = 3, order: npt.NDArray[np.int64] | None = None
) -> pl.DataFrame:
    """Every pair of texts whose shingle sets have a Jaccard similarity of at least `threshold`.

    Args:
        texts: n texts; null and texts without a word have no partner.
        threshold: In (0, 1].
        k: Words in a shingle.
        order: Rank of each text, from 0; of many that are alike the first stands for them. None:
            the order of `texts`.

    Returns:
        Columns a < b (positions in `texts`) and jaccard, sorted by a and b.
    """
    if texts.null_count() == len(texts):
        return pl.DataFrame(schema=PAIRS)
    from tasks.dedup.similar.join import join  # compiled code; loading it takes half a second
    from tasks.dedup.similar.shingles import shingle_sets

    ranks = np.arange(len(texts)) if order is None else order
    a, b, jaccard = join(shingle_sets(texts, k), threshold, ranks)
    return pl.DataFrame({"a": a, "b": b, "jaccard": jaccard}, schema=PAIRS).sort("a", "b")
