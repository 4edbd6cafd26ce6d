"""Vectors of texts by any encoder, each distinct text encoded once in the life of the store.

A vector is stored as half floats, at two bytes a number about as large as the text it stands for.
Fresh vectors are rounded the same way, so that nothing depends on what was remembered.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_hash as plh

from tasks.base.memo import RowMemo

Vectors = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]

MEMO = "embed"
CHARACTERS = 16_000_000  # at most in one batch; a longer text is a batch of its own


class Encoder(Protocol):
    """Turns texts into vectors; a text's vector depends on that text alone."""

    @property
    def name(self) -> str:
        """What settings call it."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def batch(self) -> int:
        """Texts that it reads at once, at most; also what a run that is killed reads again."""

    @property
    def fingerprint(self) -> str:
        """What tells its vectors from those of another model or another way to pool them."""

    def encode(self, texts: pl.Series) -> Vectors:
        """One vector per text, of any length; zeros for a text with nothing to read."""


def embed(texts: pl.Series, encoder: Encoder, memo: RowMemo | None = None) -> Vectors:
    """Unit vectors of `texts`.

    Args:
        texts: n texts; null counts as empty.
        encoder: Who reads them, in batches of bounded size, equal texts once.
        memo: Vectors of earlier runs (`memory`); new ones are added batch by batch.

    Returns:
        Array (n, dim), each row of length 1, or 0 where there is nothing to read.
    """
    keyed = pl.DataFrame({"text": texts.fill_null("")}).select(
        "text", key=plh.col("text").nchash.xxh3_64()
    )
    unique = keyed.unique("key", keep="any", maintain_order=True)
    found = _recall(unique["key"], encoder, memo)
    unread = unique.join(found, on="key", how="anti", maintain_order="left")
    new = [_read(batch, encoder, memo) for batch in _batches(unread, encoder.batch)]
    table = pl.concat([found, *new])
    place = keyed.select("key").join(
        table.select("key").with_row_index("at"), on="key", how="left", maintain_order="left"
    )
    vectors = _unit(table["value"].to_numpy())
    found_at: npt.NDArray[np.uint32] = place["at"].to_numpy()
    return vectors[found_at]


def memory(store: str, encoder: Encoder) -> RowMemo:
    """The memo of this encoder's vectors in `store`, the same for every stage."""
    return RowMemo(store, MEMO, encoder.fingerprint, _dtype(encoder))


def _dtype(encoder: Encoder) -> pl.DataType:
    return pl.Array(pl.Float16, encoder.dim)


def _recall(keys: pl.Series, encoder: Encoder, memo: RowMemo | None) -> pl.DataFrame:
    if memo is None:
        return pl.DataFrame(schema={"key": pl.UInt64, "value": _dtype(encoder)})
    return memo.recall(keys)


def _read(batch: pl.DataFrame, encoder: Encoder, memo: RowMemo | None) -> pl.DataFrame:
    halves = _unit(encoder.encode(batch["text"])).astype(np.float16)
    rows = batch.select("key", value=pl.Series(halves, dtype=_dtype(encoder)))
    if memo is not None:
        memo.remember(rows)
    return rows


def _unit(vectors: Vectors | Halves) -> Vectors:
    """`vectors` at length 1; zeros stay."""
    full = vectors.astype(np.float32)
    length: Vectors = np.sqrt(np.square(full).sum(axis=1, keepdims=True))
    return np.divide(full, length, out=np.zeros_like(full), where=length > 0)


def _batches(texts: pl.DataFrame, most: int) -> Iterator[pl.DataFrame]:
    """`texts` in order, cut so that neither their number nor their length is out of bounds."""
    sizes = texts["text"].str.len_bytes().cum_sum().to_numpy()
    start = 0
    while start < texts.height:
        before = sizes[start - 1] if start else 0
        by_size = int(np.searchsorted(sizes, before + CHARACTERS, side="right"))
        stop = min(max(by_size, start + 1), start + most)
        yield texts.slice(start, stop - start)
        start = stop
