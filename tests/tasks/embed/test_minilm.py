"""MiniLM vectors: what they say of meaning, and what is said where the model is missing."""

import numpy as np
import polars as pl
import pytest

from tasks.base.errors import UsageError
from tasks.embed import minilm
from tasks.embed.encoders import encoder_of
from tasks.embed.minilm import minilm_encoder
from tasks.embed.vectors import embed
from tasks.llm import weights


@pytest.fixture
def encoder():
    pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install onnxruntime")
    if not weights.is_installed(minilm.MODEL):
        pytest.skip("needs the model: finery models install minilm-l6")
    return minilm_encoder()


def test_a_paraphrase_is_nearer_than_another_text_of_like_words(encoder):
    asked, same, other = embed(
        pl.Series(
            ["A man is playing the guitar.", "Somebody strums an instrument.",
             "A man is playing the lottery."]
        ),
        encoder,
    )  # fmt: skip
    assert asked @ same > asked @ other


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder):
    texts = pl.Series(["short", "a longer text about the weather " * 30, ""])
    together = encoder.encode(texts)
    assert together.shape == (3, minilm.DIM)
    assert np.array_equal(together[0], encoder.encode(texts[:1])[0])
    assert not together[2].any()


def test_what_stands_behind_the_first_tokens_does_not_count(encoder):
    long = "weather " * minilm.TOKENS
    assert np.array_equal(*encoder.encode(pl.Series([long, long + "and a cat"])))


def test_without_the_runtime_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(minilm, "find_spec", lambda name: None)
    minilm_encoder.cache_clear()
    with pytest.raises(UsageError, match="pip install onnxruntime"):
        encoder_of("minilm")


def test_without_the_model_it_is_said_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("FINERY_MODELS", str(tmp_path))
    monkeypatch.setattr(minilm, "find_spec", lambda name: object())
    minilm_encoder.cache_clear()
    with pytest.raises(UsageError, match="finery models install minilm-l6"):
        encoder_of("minilm")
