"""What heads see of a prompt and an answer: their vectors together, and the words they share."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_hash as plh

from tasks.base.memo import RowMemo
from tasks.base.text import answer, prompt
from tasks.embed.vectors import Encoder, Vectors, embed
from tasks.score.form import heavy_words

Floats = npt.NDArray[np.float64]
Features = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

BATCH = 50_000  # rows whose texts and vectors are in memory at once
BLOCK = 4_096  # rows whose features are
PLAIN = 5  # first columns of `pair_features`, with what is added to them no part of a vector
READ = 4_000  # characters of a text whose words are compared


class Sides(NamedTuple):
    """n prompts and n answers: row i of the one was found with row i of the other."""

    asked: Vectors  # (n, dim), unit length
    answered: Vectors
    words: pl.DataFrame  # `asked` and `answered`: distinct longer words of each

    def pair(self, asked: Places, answered: Places) -> "Sides":
        """The prompts of one list of places with the answers of another."""
        words = self.words
        both = pl.DataFrame([words["asked"].gather(asked), words["answered"].gather(answered)])
        return Sides(self.asked[asked], self.answered[answered], both)

    def blocks(self) -> Iterator[tuple[slice, "Sides"]]:
        """All pairs in order, a bounded number at a time, and where they stand."""
        for start in range(0, len(self.asked), BLOCK):
            part = slice(start, start + BLOCK)
            yield part, Sides(self.asked[part], self.answered[part], self.words[part])


def batches(rows: pl.LazyFrame, also: Sequence[str] = ()) -> Iterator[pl.DataFrame]:
    """All of `rows` in order, as `texts_of` gives them, with few enough in memory at once."""
    count = rows.select(pl.len()).collect().item()
    return (texts_of(rows.slice(start, BATCH), also) for start in range(0, count, BATCH))


def texts_of(rows: pl.LazyFrame, also: Sequence[str] = ()) -> pl.DataFrame:
    """What is compared of each row.

    Returns:
        Columns id, source, asked (all turns but the answer), answered, and key (a hash of both);
        where either side has nothing to read all three are null. Then the columns `also`.
    """
    asked, answered = prompt(), answer()
    both = (asked.str.strip_chars() != "") & (answered.str.strip_chars() != "")
    texts = rows.select(
        "id", "source", *also,
        asked=pl.when(both).then(asked), answered=pl.when(both).then(answered),
    ).collect()  # fmt: skip
    pair = pl.concat_str("asked", pl.lit("\x1e"), "answered")
    return texts.with_columns(pair=pair).select(
        pl.all().exclude("pair"), key=plh.col("pair").nchash.xxh3_64()
    )


def sides_of(texts: pl.DataFrame, encoder: Encoder, memo: RowMemo | None) -> Sides:
    """Vectors and words of the columns asked and answered."""
    words = texts.select(
        heavy_words(pl.col(side).str.head(READ)).list.unique().alias(side)
        for side in ("asked", "answered")
    )
    asked, answered = (embed(texts[side], encoder, memo) for side in ("asked", "answered"))
    return Sides(asked, answered, words)


def pair_features(sides: Sides, *more: Floats) -> Features:
    """Features of each pair.

    Args:
        sides: n pairs.
        more: Further columns, (n,) each.

    Returns:
        (n, d): cosine, share of the answer's words that the prompt has, logarithms of how many
        both share and each has, `more`; then product, |difference| and both vectors. What a column
        is measured in does not matter: the head scales it.
    """
    asked, answered = sides.asked, sides.answered
    product = asked * answered
    plain = np.column_stack([product.sum(axis=1), _shared(sides.words), *more])
    blocks = [plain, product, np.abs(asked - answered), asked, answered]
    return np.concatenate(blocks, axis=1, dtype=np.float32)


def _shared(words: pl.DataFrame) -> Features:
    both = pl.col("asked").list.set_intersection("answered").list.len().cast(pl.Float32)
    mine, theirs = pl.col("answered").list.len(), pl.col("asked").list.len()
    return words.select(
        share=both / pl.max_horizontal(mine, 1),
        shared=both.log1p(), mine=mine.log1p(), theirs=theirs.log1p(),
    ).cast(pl.Float32).to_numpy()  # fmt: skip
