"""Static vectors: the mean of a text's token vectors, 256 numbers, by WordLlama (MIT).

Weights and tokenizer come with the package `wordllama`; its code is not imported, for it looks for
the tokenizer on the network and sets up the root logger. Its vectors are reproduced up to rounding
and some twenty times faster: no token of its vocabulary holds both letters and punctuation, or
anything beside a line break, so a text may be cut there and each distinct piece be read once.

Texts are read as they are: a literal `</s>` is cut into its signs and is no control token.
"""

import json
import os
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.errors import UsageError
from tasks.embed.vectors import Vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from tokenizers import Tokenizer

ENGINES = ("wordllama", "tokenizers")
WEIGHTS = "weights/l2_supercat_256.safetensors"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
NEWLINE = "<0x0A>"  # as the vocabulary spells it
PIECES = r" *[\pL\pM\p{Nd}]+| *[^\pL\pM\p{Nd} \n]+|\n| +"
LINES = 64  # pieces read as one text, a line each: a call costs more than a piece

Ints = npt.NDArray[np.integer]


class StaticEncoder:
    """Sum of token vectors; see `tasks.embed.vectors.Encoder`."""

    name = "static"
    batch = 32_768

    def __init__(self, folder: Path) -> None:
        """Load what lies in the package's `folder`."""
        from safetensors.numpy import load

        weights, spelled = (folder / WEIGHTS).read_bytes(), (folder / TOKENIZER).read_bytes()
        self.vectors: Vectors = load(weights)["embedding.weight"].astype(np.float32)
        self.dim = self.vectors.shape[1]
        self.fingerprint = f"{self.name} {sha256(weights + spelled).hexdigest()}"
        self.tokenizer = _tokenizer(spelled)
        self.newline = self.tokenizer.token_to_id(NEWLINE)

    def encode(self, texts: pl.Series) -> Vectors:
        """Sum of the token vectors of each text: it points where the mean does."""
        counts, pieces = _cut(texts)
        sums: Vectors = counts @ self._read(pieces)
        return sums

    def lengths(self, texts: pl.Series) -> npt.NDArray[np.int64]:
        """Tokens of each text; 0 for one with nothing to read."""
        counts, pieces = _cut(texts)
        found = self.tokenizer.encode_batch_fast(
            pieces.replace("\n", "").to_list(), add_special_tokens=False
        )
        sizes = np.array([len(one.ids) for one in found], np.int64)
        sizes[(pieces == "\n").to_numpy()] = 1
        total: npt.NDArray[np.int64] = (counts @ sizes).astype(np.int64)
        return total

    def _read(self, pieces: pl.Series) -> Vectors:
        """Sum of the token vectors of each of `pieces`, none of which holds a line break in it."""
        lines = pieces.replace("\n", "").to_list()
        texts = ["\n".join([*lines[i : i + LINES], ""]) for i in range(0, len(lines), LINES)]
        found = self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        tokens = np.fromiter(chain.from_iterable(one.ids for one in found), np.int32)
        is_end = tokens == self.newline
        ends = np.cumsum(~is_end)[is_end]
        counts = _counts(tokens[~is_end], ends, len(self.vectors))
        sums: Vectors = counts @ self.vectors
        sums[(pieces == "\n").to_numpy()] = self.vectors[self.newline]
        return sums


def _cut(texts: pl.Series) -> "tuple[csr_matrix, pl.Series]":
    """How often each text has each of the distinct pieces, and those pieces."""
    # as Llama does, a space goes in front of a text
    text = pl.when(texts.str.strip_chars() != "").then(pl.lit(" ") + texts).otherwise(pl.lit(""))
    cut = pl.select(text.str.extract_all(PIECES)).to_series()
    pieces = pl.DataFrame({"piece": cut.explode(empty_as_null=False)})
    distinct = pieces.unique(maintain_order=True).with_row_index("at")
    at = pieces.join(distinct, on="piece", how="left", maintain_order="left")["at"]
    counts = _counts(at.to_numpy(), cut.list.len().cum_sum().to_numpy(), distinct.height)
    return counts, distinct["piece"]


def _counts(columns: Ints, ends: Ints, width: int) -> "csr_matrix":
    """One line per end, with a one for each of the columns from the last end on.

    Columns keep their order, so a product adds up in the order of the text: a text's vector is the
    same to the bit whatever stands beside it.
    """
    from scipy.sparse import csr_matrix

    starts = np.concatenate([[0], ends]).astype(np.int64)
    ones = np.ones(len(columns), np.float32)
    return csr_matrix((ones, columns.astype(np.int64), starts), shape=(len(ends), width))


def _tokenizer(spelled: bytes) -> "Tokenizer":
    """Llama's tokenizer without a space of its own in front of a text."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads survive no fork
    from tokenizers import Tokenizer

    settings = json.loads(spelled) | {"post_processor": None}
    settings["normalizer"] = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    return Tokenizer.from_str(json.dumps(settings))


@cache
def static_encoder() -> StaticEncoder:
    """The encoder, loaded once in a process.

    Raises:
        UsageError: The package is not installed, or holds other files.
    """
    spec = find_spec("wordllama")
    folder = Path(next(iter(spec.submodule_search_locations or ()), "")) if spec else None
    if folder is None or not (folder / WEIGHTS).exists() or not (folder / TOKENIZER).exists():
        raise UsageError(
            "the encoder 'static' needs the package wordllama 0.4 with its weights; install it "
            "(`pip install 'wordllama>=0.4'`), or on a machine without a wheel of it use the "
            "encoder 'minilm' (`finery models install minilm-l6`)"
        )
    return StaticEncoder(folder)
