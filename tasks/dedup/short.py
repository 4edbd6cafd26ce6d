"""Pairs of short texts, which are too short for shingles of words to say much.

One slip in a question of five words touches each of its three shingles. So texts of at most
`CHARACTERS` letters and digits are also compared by runs of four characters, of which a slip
touches four at most.
"""

import polars as pl

from tasks.base.text import fold
from tasks.dedup.pairs import similar_pairs

CHARACTERS = 80
RUN = 4
SIMILARITY = 0.55  # of the sets of runs; one slip in 16 letters leaves as much


def similar_short(texts: pl.Series) -> pl.DataFrame:
    """Pairs of short texts that share most of their letters in order.

    Args:
        texts: n texts; null has no partner.

    Returns:
        Columns a < b (positions in `texts`) and jaccard (of runs of characters), sorted.
    """
    bare = fold(pl.col("text")).str.replace_all(r"[^\p{L}\p{M}\p{N}]", "")
    # no text of five times as many bytes is short, and folding all would take longer
    short = pl.when(pl.col("text").str.len_bytes() <= 5 * CHARACTERS).then(bare)
    spelled = pl.when(short.str.len_chars() <= CHARACTERS).then(
        short.str.extract_all(r".\p{M}*").list.join(" ")
    )
    listed = texts.to_frame("text").with_row_index("row").select("row", text=spelled).drop_nulls()
    pairs = similar_pairs(listed["text"], SIMILARITY, RUN)
    rows = listed["row"]
    return pairs.with_columns(a=rows.gather(pairs["a"]), b=rows.gather(pairs["b"]))
