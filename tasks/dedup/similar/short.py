"""Pairs of short texts, which are too short for shingles of words to say much.

One slip in a question of five words touches each of its three shingles. So texts of at most
`CHARACTERS` letters and digits are also compared by runs of four characters, of which a slip
touches four at most.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.text import fold
from tasks.dedup.similar.pairs import similar_pairs

CHARACTERS = 80
RUN = 4
SIMILARITY = 0.55  # of the sets of runs; one slip in 16 letters leaves as much


def similar_texts(
    texts: pl.Series, threshold: float, k: int = 3, order: npt.NDArray[np.int64] | None = None
) -> pl.DataFrame:
    """Pairs that are alike by words (see `similar_pairs`), or, where short, by letters; none twice.

    Returns:
        Columns a < b, jaccard and by (words or characters), sorted by a and b.
    """
    by_words = similar_pairs(texts, threshold, k, order)
    new = similar_short(texts).join(by_words, on=["a", "b"], how="anti")
    both = [by_words.with_columns(by=pl.lit("words")), new.with_columns(by=pl.lit("characters"))]
    return pl.concat(both).sort("a", "b")


def similar_short(texts: pl.Series) -> pl.DataFrame:
    """Pairs of short texts that share most of their letters in order.

    Args:
        texts: n texts; null has no partner.

    Returns:
        Columns a < b (positions in `texts`) and jaccard (of runs of characters), sorted.
    """
    text, bare = pl.col("text"), pl.col("bare")
    # no text of five times as many bytes is short, and folding all would take longer
    few = (
        texts.to_frame("text").with_row_index("row").filter(text.str.len_bytes() <= 5 * CHARACTERS)
    )
    short = few.select("row", bare=fold(text).str.replace_all(r"[^\p{L}\p{M}\p{N}]", "")).filter(
        bare.str.len_chars() <= CHARACTERS
    )
    listed = short.select("row", text=bare.str.extract_all(r".\p{M}*").list.join(" "))
    pairs = similar_pairs(listed["text"], SIMILARITY, RUN)
    rows = listed["row"]
    return pairs.with_columns(a=rows.gather(pairs["a"]), b=rows.gather(pairs["b"]))
