"""Sentence vectors by all-MiniLM-L6-v2, int8 ONNX (Apache-2.0): 384 numbers.

Better than static vectors at what a sentence means, and some hundred times slower. It was trained
on 128 tokens and reads the first 256 of a text; what stands behind them does not count. Its files
are fetched by `finery models install minilm-l6`; it runs on onnxruntime, an extra.

Texts go in one by one: in a batch of long texts of unlike length the padding costs more than the
calls (1 text: 42 a second, 32 together: 17), and a text's vector cannot depend on its neighbours.
"""

from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

from tasks.base.errors import UsageError
from tasks.embed.vectors import Vectors

ENGINES = ("onnxruntime", "tokenizers")
MODEL = "minilm-l6"
TOKENS = 256  # read of a text
DIM = 384


class MiniLmEncoder:
    """Mean of the last layer's token vectors; see `tasks.embed.vectors.Encoder`."""

    name = "minilm"
    dim = DIM
    batch = 512

    def __init__(self, folder: Path) -> None:
        """Load `model.onnx` and `tokenizer.json` from `folder`."""
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer

        weights = (folder / "model.onnx").read_bytes()
        self.fingerprint = f"{self.name} {TOKENS} {sha256(weights).hexdigest()}"
        one_thread = SessionOptions()
        one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
        self.session = InferenceSession(weights, one_thread, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(TOKENS)

    def encode(self, texts: pl.Series) -> Vectors:
        """Vector of each text; see `Encoder.encode`."""
        vectors = np.zeros((len(texts), DIM), np.float32)
        # a Python loop: a text takes milliseconds
        for at, text in enumerate(texts):
            if text.strip():
                vectors[at] = self._read(text)
        return vectors

    def _read(self, text: str) -> Vectors:
        ids = np.array([self.tokenizer.encode(text).ids], np.int64)
        every, none = np.ones_like(ids), np.zeros_like(ids)
        given = {"input_ids": ids, "attention_mask": every, "token_type_ids": none}
        (states,) = self.session.run(["last_hidden_state"], given)
        mean: Vectors = states[0].mean(axis=0)
        return mean


@cache
def minilm_encoder() -> MiniLmEncoder:
    """The encoder, loaded once in a process.

    Raises:
        UsageError: onnxruntime or the model is not installed.
    """
    from tasks.llm import weights

    if find_spec("onnxruntime") is None:
        raise UsageError(
            "the encoder 'minilm' runs on onnxruntime, which is not installed; "
            "`pip install onnxruntime`, or use the encoder 'static'"
        )
    return MiniLmEncoder(weights.path(MODEL))
