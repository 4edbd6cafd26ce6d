"""How odd the wording of a row is beside that of all others: which of two twins is damaged.

Of two texts that say the same, one often has slips: letters or words swapped, a word lost, a
filler put in. Each slip makes pairs of neighbouring words that nobody else writes (`itno a`,
`system a prompt`), where the sound text has pairs that occur elsewhere. So the number of pairs of
words that no other row has is small for the sound text and large for the damaged one.
"""

import polars as pl


def odd_pairs(words: pl.Series) -> pl.Series:
    """For every row the number of its pairs of neighbouring words that no other row has.

    Args:
        words: n lists of words, in order.

    Returns:
        n counts; 0 for rows of fewer than two words.
    """
    listed = pl.DataFrame({"words": words}).lazy().with_row_index("row")
    word, row = pl.col("words"), pl.col("row")
    pairs = (
        listed.explode("words", empty_as_null=False, keep_nulls=False)
        .select("row", pair=pl.concat_str(word, word.shift(-1), separator=" "), next=row.shift(-1))
        .filter(row == pl.col("next"))
        .unique(("row", "pair"))
    )
    odd = pairs.filter(pl.len().over("pair") == 1).group_by("row").len("odd")
    counted = listed.select("row").join(odd, on="row", how="left").sort("row")
    return counted.select(pl.col("odd").fill_null(0)).collect().to_series()
