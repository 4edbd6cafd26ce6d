"""A vector for every token: spaCy's `Tok2Vec` (hashed features, then four convolutions) in numpy.

The network is the one of the trained pipeline, weight for weight. It is faster than thinc's
forward pass for three reasons: the vector of a word before its neighbours are looked at is made
once for each distinct word, not for each token; the pieces of a maxout lie in blocks, so the
largest is found without strides; and thinc multiplies with BLIS, numpy with OpenBLAS.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from thinc.api import Model

PAD = 4  # rows of zeros between texts: as far as four convolutions see
AT_ONCE = 4096  # tokens; more fall out of the processor's cache
Floats = np.ndarray[Any, np.dtype[np.float32]]
_MIX = np.random.default_rng(0).integers(1, 2**63, 16, dtype=np.uint64) | np.uint64(1)


class Layer(NamedTuple):
    """A maxout with a norm after it."""

    weight: Floats  # inputs x (pieces * width), the pieces one after the other
    bias: Floats
    gain: Floats
    shift: Floats

    def __call__(self, rows: Floats) -> Floats:
        """The layer's output for each of `rows`."""
        pieces = rows @ self.weight
        pieces += self.bias
        width = len(self.gain)
        best = pieces[:, :width]
        for at in range(width, pieces.shape[1], width):
            np.maximum(best, pieces[:, at : at + width], out=best)
        centred: Floats = best - best.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", centred, centred) / width + np.float32(1e-8)
        centred *= (spread ** np.float32(-0.5))[:, None]
        centred *= self.gain
        centred += self.shift
        return centred


class Vectors:
    """The vectors that a `Tok2Vec` model gives to the tokens of a text."""

    def __init__(self, model: "Model[Any, Any]") -> None:
        """Take the weights out of `model`, a tok2vec of spaCy's without vectors of its own."""
        named = [layer for layer in model.walk() if not layer.layers]
        self.columns = next(x.attrs["columns"] for x in named if x.name == "extract_features")
        self.tables = [(_array(x, "E"), x.attrs["seed"]) for x in named if x.name == "hashembed"]
        maxouts = [x for x in named if x.name == "maxout"]
        norms = [x for x in named if x.name == "layernorm"]
        self.mix, *self.convolutions = [_layer(*pair) for pair in zip(maxouts, norms, strict=True)]

    def __call__(self, docs: Sequence["Doc"]) -> list[Floats]:
        """A matrix for each of `docs`: tokens x width."""
        features = np.concatenate([doc.to_array(self.columns) for doc in docs])
        words = self._words(features.reshape(-1, len(self.columns)).astype(np.uint64))
        ends = np.cumsum([len(doc) for doc in docs])
        parts = np.split(words, ends[:-1])
        short = [part for text in parts for part in _overlapping(text)]
        made = (out for batch in _batches(short) for out in self._convolved(batch))
        return [_joined(len(text), made) for text in parts]

    def _words(self, features: np.ndarray[Any, Any]) -> Floats:
        """What each token is without its neighbours; equal tokens are looked up once."""
        keys = (features * _MIX[: features.shape[1]]).sum(axis=1, dtype=np.uint64)
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        distinct = features[first]
        found = [
            table[_hashes(distinct[:, at], seed) % len(table)].sum(axis=1)
            for at, (table, seed) in enumerate(self.tables)
        ]
        return self.mix(np.concatenate(found, axis=1))[which.ravel()]

    def _convolved(self, texts: Sequence[Floats]) -> list[Floats]:
        width = self.mix.gain.size
        gap = np.zeros((PAD, width), np.float32)
        rows = np.concatenate([part for text in texts for part in (gap, text)] + [gap])
        window = np.zeros((len(rows), 3 * width), np.float32)
        for layer in self.convolutions:
            window[1:, :width] = rows[:-1]
            window[:, width : 2 * width] = rows
            window[:-1, 2 * width :] = rows[1:]
            rows = rows + layer(window)
        starts = np.cumsum([PAD] + [len(text) + PAD for text in texts[:-1]])
        return [rows[a : a + len(t)] for a, t in zip(starts, texts, strict=True)]


def _hashes(ids: np.ndarray[Any, Any], seed: int) -> np.ndarray[Any, Any]:
    from thinc.api import NumpyOps

    hashes: np.ndarray[Any, Any] = NumpyOps().hash(np.ascontiguousarray(ids), seed)
    return hashes


def _layer(maxout: "Model[Any, Any]", norm: "Model[Any, Any]") -> Layer:
    weight, bias = _array(maxout, "W"), _array(maxout, "b")  # width x pieces (x inputs)
    blocks = np.ascontiguousarray(weight.transpose(2, 1, 0).reshape(weight.shape[2], -1))
    return Layer(blocks, bias.T.ravel().copy(), _array(norm, "G"), _array(norm, "b"))


def _array(model: "Model[Any, Any]", name: str) -> Floats:
    return np.asarray(model.get_param(name), dtype=np.float32)


def _overlapping(text: Floats) -> list[Floats]:
    """`text` in parts of `AT_ONCE` tokens, each with the tokens that it sees on either side."""
    return [text[max(0, at - PAD) : at + AT_ONCE + PAD] for at in range(0, len(text) or 1, AT_ONCE)]


def _joined(length: int, parts: Iterator[Floats]) -> Floats:
    """A text of `length` tokens of as many `parts` as it has, without what overlaps."""
    starts = range(0, length or 1, AT_ONCE)
    own = [next(parts)[min(at, PAD) :][:AT_ONCE] for at in starts]
    return own[0] if len(own) == 1 else np.concatenate(own)


def _batches(texts: Sequence[Floats]) -> list[list[Floats]]:
    batches: list[list[Floats]] = []
    room = 0
    for text in texts:
        if len(text) > room or not batches:
            batches.append([])
            room = AT_ONCE
        batches[-1].append(text)
        room -= len(text)
    return batches
