"""How odd the wording of a row is beside that of all others: which of two twins is damaged.

Of two texts that say the same, one often has slips: letters or words swapped, a word lost, a
filler put in. Each slip makes pairs of neighbouring words that nobody else writes (`itno a`,
`system a prompt`), where the sound text has pairs that occur elsewhere. So the number of pairs of
words that no other row has is small for the sound text and large for the damaged one.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.dedup.look import is_part

CUT = 0.06  # of the words that are missing; fewer may be slips
NEW = 0.25  # of the pairs of words that a text has more; in a set phrase fewer are odd

Ints = npt.NDArray[np.int64]


def odd_pairs(words: pl.Series) -> pl.Series:
    """For every row the number of its pairs of neighbouring words that no other row has.

    Args:
        words: n lists of words, in order.

    Returns:
        n counts; 0 for rows of fewer than two words.
    """
    listed = pl.DataFrame({"words": words}).lazy().with_row_index("row")
    word, row = pl.col("words").hash(0), pl.col("row")
    pair = word * pl.lit(0x9E3779B97F4A7C15, pl.UInt64) + word.shift(-1)  # wraps around
    pairs = (
        listed.explode("words", empty_as_null=False, keep_nulls=False)
        .select("row", pair=pair, next=row.shift(-1))
        .filter(row == pl.col("next"))
        .unique(("row", "pair"))
    )
    odd = pairs.filter(pl.len().over("pair") == 1).group_by("row").len("odd")
    counted = listed.select("row").join(odd, on="row", how="left").sort("row")
    return counted.select(pl.col("odd").fill_null(0)).collect().to_series()


def cut_rows(a: Ints, b: Ints, answers: pl.Series, sizes: Ints, odd: Ints) -> npt.NDArray[np.bool_]:
    """Which rows are cut short: the answer of another begins with theirs, and goes on.

    What a set phrase adds others have as well, so few of its pairs of words are odd.

    Args:
        a: Rows of pairs that may say the same.
        b: Their partners.
        answers: Words of the answer of each row.
        sizes: Words of each row, prompt and answer.
        odd: Odd pairs of words of each row.

    Returns:
        Whether each row is cut.
    """
    short, long = np.where(sizes[a] < sizes[b], a, b), np.where(sizes[a] < sizes[b], b, a)
    more = sizes[long] - sizes[short]
    may_be = np.flatnonzero((more > CUT * sizes[long]) & (odd[long] >= NEW * more))
    is_cut = np.zeros(len(sizes), np.bool_)
    for one, other in zip(short[may_be].tolist(), long[may_be].tolist(), strict=True):
        if not is_cut[one]:
            is_cut[one] = is_part(answers[one].to_list(), answers[other].to_list())
    return is_cut
