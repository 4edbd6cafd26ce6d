"""The texts of an experiment as numbers: words, tokens and vectors, each computed once."""

import json
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_hash as plh

from tasks.base.memo import RowMemo
from tasks.embed.static import static_encoder
from tasks.embed.vectors import Vectors, embed

Ints = npt.NDArray[np.int64]
WORD = r"\w+|[^\w\s]"


class Words(NamedTuple):
    """The words of n texts as numbers, one text behind the other."""

    ids: Ints  # words of all texts; the same number for the same word
    starts: Ints  # (n + 1,) where each text begins

    def of(self, texts: Ints) -> tuple[Ints, Ints]:
        """Words of `texts` one behind the other, and how many each has."""
        sizes = self.starts[texts + 1] - self.starts[texts]
        ends = np.cumsum(sizes)
        shift = np.repeat(self.starts[texts] - (ends - sizes), sizes)
        return self.ids[np.arange(sizes.sum()) + shift], sizes


class Corpus:
    """Prompts and answers that arms are drawn from; the two sides are numbered apart."""

    def __init__(
        self, prompts: pl.Series, answers: pl.Series, memo: RowMemo | None = None,
        messages: pl.Series | None = None,
    ) -> None:  # fmt: skip
        """Take the texts, and the whole conversations; nothing is computed before it is needed."""
        self.prompts, self.answers, self.memo = prompts, answers, memo
        self.messages = messages

    @cached_property
    def prompt_vectors(self) -> Vectors:
        """(n, 256), unit length."""
        return embed(self.prompts, static_encoder(), self.memo)

    @cached_property
    def answer_vectors(self) -> Vectors:
        """(n, 256), unit length."""
        return embed(self.answers, static_encoder(), self.memo)

    @cached_property
    def answer_words(self) -> Words:
        """Words of the answers, in small letters."""
        cut = pl.DataFrame({"word": self.answers}).select(
            pl.col("word").str.to_lowercase().str.extract_all(WORD)
        )["word"]
        flat = cut.explode(empty_as_null=False, keep_nulls=False).to_frame("word")
        known = flat.unique(maintain_order=True).with_row_index("at")
        at = flat.join(known, on="word", how="left", maintain_order="left")["at"]
        starts = np.r_[0, cut.list.len().cum_sum().to_numpy()].astype(np.int64)
        return Words(at.to_numpy().astype(np.int64), starts)

    @cached_property
    def tokens(self) -> tuple[Ints, Ints]:
        """Tokens of each prompt and of each answer, by the tokenizer of the static vectors."""
        encoder = static_encoder()
        return encoder.lengths(self.prompts), encoder.lengths(self.answers)

    def jsonl(self, rows: Ints) -> str:
        """Whole conversations, one a line, as chat messages.

        Raises:
            ValueError: The corpus has none.
        """
        if self.messages is None:
            raise ValueError("a corpus of texts alone has no conversations")
        lines = (
            {"messages": [{"role": t["role"], "content": t["content"]} for t in turns]}
            for turns in self.messages.gather(rows).to_list()
        )
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    @cached_property
    def hashes(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
        """What tells each prompt and each answer from any other."""
        return _hashes(self.prompts), _hashes(self.answers)


def _hashes(texts: pl.Series) -> npt.NDArray[np.uint64]:
    return texts.to_frame("t").select(plh.col("t").nchash.xxh3_64()).to_series().to_numpy()
