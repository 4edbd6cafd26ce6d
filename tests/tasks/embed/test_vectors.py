"""Embedding: one vector per text, each distinct text read once, and remembered bit for bit."""

import numpy as np
import polars as pl
import pytest

from tasks.embed import vectors
from tasks.embed.static import static_encoder
from tasks.embed.vectors import embed, memory


class Counting:
    """An encoder that lists what it was given."""

    name, dim, batch, fingerprint = "counting", 4, 3, "counting 1"

    def __init__(self):
        self.read = []

    def encode(self, texts):
        self.read.append(texts.to_list())
        points = [[len(text), text.count("a"), text.count("b"), 0] for text in texts]
        return np.array(points, np.float32).reshape(len(texts), 4)


@pytest.fixture
def memo(tmp_path):
    return lambda encoder: memory(str(tmp_path), encoder)


TEXTS = pl.Series(["ab", "b", "ab", None, "", "aab"])


def test_equal_texts_are_read_once_and_null_is_an_empty_text():
    encoder = Counting()
    found = embed(TEXTS, encoder)
    assert encoder.read == [["ab", "b", ""], ["aab"]]
    assert found.shape == (6, 4)
    assert np.array_equal(found[0], found[2])
    assert not np.array_equal(found[0], found[1])
    assert not found[3].any()
    assert not found[4].any()


def test_vectors_have_length_one():
    lengths = np.linalg.norm(embed(TEXTS, Counting()), axis=1)
    assert lengths == pytest.approx([1, 1, 1, 0, 0, 1], abs=1e-6)


def test_a_vector_of_any_length_fits_into_half_floats():
    found = embed(pl.Series(["a" * 200_000]), Counting())
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)


def test_what_is_remembered_is_not_read_again_and_is_the_same_to_the_bit(memo):
    texts = pl.Series(["The cat sat on the mat.", "Der Hund schläft.", "x = 1"])
    encoder = static_encoder()
    cold = embed(texts, encoder, memo(encoder))
    assert np.array_equal(embed(texts, encoder, memo(encoder)), cold)
    assert np.array_equal(embed(texts, encoder), cold)

    counting = Counting()
    embed(pl.Series(["ab", "b"]), counting, memo(counting))
    embed(TEXTS, counting, memo(counting))
    assert counting.read == [["ab", "b"], ["", "aab"]]


def test_another_encoder_remembers_nothing_of_it(memo):
    one, other = Counting(), Counting()
    other.fingerprint = "counting 2"
    embed(TEXTS, one, memo(one))
    embed(TEXTS, other, memo(other))
    assert other.read == one.read


def test_batches_are_bounded_by_number_and_by_length(monkeypatch):
    monkeypatch.setattr(vectors, "CHARACTERS", 10)
    encoder = Counting()
    texts = ["aaaaaaaaaaaaaaaaaaaa", "1", "2", "3", "4", "bbbbbb", "cccccc"]
    found = embed(pl.Series(texts), encoder)
    assert encoder.read == [[texts[0]], ["1", "2", "3"], ["4", "bbbbbb"], ["cccccc"]]
    assert np.array_equal(found, embed(pl.Series(texts), Counting()))


def test_no_text_gives_no_vector():
    assert embed(pl.Series([], dtype=pl.String), Counting()).shape == (0, 4)
