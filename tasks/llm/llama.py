"""A small Llama in numpy: how likely it finds each token of a text.

llama.cpp's server gives no likelihoods of a prompt, and its library has to be called by structs
that change from build to build. For a model of this size plain matrices are twice as fast as that
engine's wheel (which is built for any processor, while OpenBLAS chooses its kernels for this one),
and they are the same numbers in single precision.

Architecture: RMS norm, rotary positions, grouped-query attention, SwiGLU, tied embeddings
(arXiv 2302.13971, 2305.13245); pairs of neighbours are rotated, as GGUF orders them.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tasks.llm.gguf import Gguf, Matrix

AT_ONCE = 64  # tokens whose probabilities are had together: 50,000 numbers each


class _Layer(NamedTuple):
    norm: Matrix
    qkv: Matrix  # query, key and value in one
    out: Matrix
    mlp_norm: Matrix
    gate_up: Matrix  # gate and up in one
    down: Matrix


class Llama:
    """The model's weights and what they compute; safe to use from many threads."""

    def __init__(self, file: Gguf) -> None:
        """Take the weights out of `file`."""
        meta = file.meta
        self.heads = int(meta["llama.attention.head_count"])
        self.groups = int(meta["llama.attention.head_count_kv"])
        self.width = int(meta["llama.rope.dimension_count"])  # of a head
        self.epsilon = np.float32(meta["llama.attention.layer_norm_rms_epsilon"])
        steps = np.arange(0, self.width, 2) / self.width
        self.angles = float(meta["llama.rope.freq_base"]) ** -steps
        self.embedding = file.weight("token_embd.weight")
        self.norm = file.weight("output_norm.weight")
        self.layers = [_layer(file, at) for at in range(int(meta["llama.block_count"]))]

    def log_probs(self, sequences: Sequence[tuple[Sequence[int], int]]) -> list[Matrix]:
        """How likely the tokens of each sequence are, given those before them.

        Args:
            sequences: Token ids, and the place (from 1) of the first one that is asked about.

        Returns:
            For each sequence the natural logarithms of the probabilities, from that place on.
        """
        lengths = [len(tokens) for tokens, _ in sequences]
        ids = np.concatenate([np.asarray(tokens, np.intp) for tokens, _ in sequences])
        states = self._states(ids, lengths)
        found = []
        for (_, first), (start, end) in zip(sequences, _spans(lengths), strict=True):
            found.append(self._of(states[start + first - 1 : end - 1], ids[start + first : end]))
        return found

    def hidden(self, tokens: Sequence[int], layers: int) -> Matrix:
        """States of one sequence after the first `layers` layers: tokens by the model's width."""
        ids = np.asarray(tokens, np.intp)
        return self._through(self.embedding[ids], [len(ids)], self.layers[:layers])

    def _of(self, states: Matrix, ids: np.ndarray) -> Matrix:
        """Log-probability of each id after the state before it."""
        found = np.empty(len(ids), np.float32)
        for start in range(0, len(ids), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            logits = states[part] @ self.embedding.T
            logits -= logits.max(axis=1, keepdims=True)
            own = logits[np.arange(len(logits)), ids[part]]
            found[part] = own - np.log(np.exp(logits, out=logits).sum(axis=1))
        return found

    def _states(self, ids: np.ndarray, lengths: list[int]) -> Matrix:
        """Last layer's state of every token; sequences see themselves alone."""
        return self._normed(self._through(self.embedding[ids], lengths, self.layers), self.norm)

    def _through(
        self, states: Matrix, lengths: list[int], layers: Sequence["_Layer"]
    ) -> Matrix:  # fmt: skip
        """`states`, which are changed, after `layers`."""
        places = np.concatenate([np.arange(length) for length in lengths])
        turned = np.exp(1j * places[:, None] * self.angles).astype(np.complex64)[:, None]
        for layer in layers:
            qkv = self._normed(states, layer.norm) @ layer.qkv
            seen = [self._attended(qkv[a:b], turned[a:b]) for a, b in _spans(lengths)]
            states += np.concatenate(seen) @ layer.out
            both = self._normed(states, layer.mlp_norm) @ layer.gate_up
            gate, up = np.split(both, 2, axis=1)
            gate *= 0.5 + 0.5 * np.tanh(gate / 2)  # SiLU, which never overflows so
            states += (gate * up) @ layer.down
        return states

    def _normed(self, states: Matrix, weight: Matrix) -> Matrix:
        size = np.sqrt(np.square(states).mean(axis=1, keepdims=True) + self.epsilon)
        normed: Matrix = states / size * weight
        return normed

    def _attended(self, qkv: Matrix, turned: np.ndarray) -> Matrix:
        """Causal attention within one sequence: n tokens by heads times width."""
        n, each = len(qkv), self.heads // self.groups
        heads = qkv.reshape(n, -1, self.width)
        known = self.heads + self.groups
        rotated = heads[:, :known].copy().view(np.complex64) * turned
        rotated = rotated.view(np.float32)
        query = rotated[:, : self.heads].reshape(n, self.groups, each, self.width)
        query = query.transpose(1, 2, 0, 3).reshape(self.groups, each * n, self.width)
        key, value = rotated[:, self.heads :], heads[:, known:]
        scores = query @ key.transpose(1, 2, 0) * np.float32(self.width**-0.5)
        scores = scores.reshape(self.groups, each, n, n)
        scores += np.triu(np.full((n, n), -np.inf, np.float32), 1)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = scores.reshape(self.groups, each * n, n) @ value.transpose(1, 0, 2)
        mixed = mixed.reshape(self.groups, each, n, self.width).transpose(2, 0, 1, 3)
        attended: Matrix = mixed.reshape(n, -1)
        return attended


def _layer(file: Gguf, at: int) -> _Layer:
    """Weights of layer `at`, transposed so that states stand on the left."""

    def of(*names: str) -> Matrix:
        return np.concatenate([file.weight(f"blk.{at}.{name}.weight") for name in names]).T

    return _Layer(
        of("attn_norm"), of("attn_q", "attn_k", "attn_v"), of("attn_output"),
        of("ffn_norm"), of("ffn_gate", "ffn_up"), of("ffn_down"),
    )  # fmt: skip


def _spans(lengths: list[int]) -> list[tuple[int, int]]:
    """Start and end of each sequence when they lie one behind the other."""
    return list(pairwise(np.cumsum([0, *lengths]).tolist()))
