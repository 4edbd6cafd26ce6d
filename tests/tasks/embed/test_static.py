"""Static vectors: those of WordLlama itself, found another way, and the same whoever stands by."""

import numpy as np
import polars as pl
import pytest

from tasks.base.errors import UsageError
from tasks.embed import static
from tasks.embed.static import static_encoder

TEXTS = [
    "What is the capital of Australia?",
    "  two  spaces,   and three\tand a tab ",
    "lines\n\n\nand\r\nmore lines\n",
    "def f(x_1: int) -> str:\n    return f'{x_1!r}'  # ok",
    "Ünïcode ☃ 👩‍👩‍👧 你好世界 می‌خواهم 日本語 cafe\u0301 ½ x² Ⅷ",
    "a",
    "\u0000 and \u200b and \ufeff",
    "don't; it's e.g. 3.14 – “quoted”… __init__ [INST]",
    "word " * 400,
]


def test_vectors_are_those_of_the_package():
    """Its own way: tokenised as a whole, padded, averaged."""
    from pathlib import Path

    wordllama = pytest.importorskip("wordllama")
    own = wordllama.WordLlama.load(
        cache_dir=Path(wordllama.__file__).parent, disable_download=True
    ).embed(TEXTS, norm=True)
    ours = static_encoder().encode(pl.Series(TEXTS))
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    assert np.abs(ours - own).max() < 1e-6


def test_a_vector_does_not_depend_on_the_texts_beside_it():
    encoder = static_encoder()
    together = encoder.encode(pl.Series(TEXTS * 3)[::-1])[::-1]
    alone = np.concatenate([encoder.encode(pl.Series([text])) for text in TEXTS])
    assert np.array_equal(together[: len(TEXTS)], alone)


def test_a_text_with_nothing_to_read_has_no_direction():
    assert not static_encoder().encode(pl.Series(["", " \n\t", "\u3000"])).any()
    assert static_encoder().encode(pl.Series(["", "a", "\n"])).any(axis=1).tolist() == [
        False, True, False,
    ]  # fmt: skip


def test_control_tokens_of_the_model_are_plain_text_in_a_row():
    plain, control = static_encoder().encode(pl.Series(["<s", "<s>"]))
    assert not np.allclose(control, static_encoder().vectors[1])  # the token of that name
    assert np.linalg.norm(control) > np.linalg.norm(plain) * 0.5


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(static, "find_spec", lambda name: None)
    static_encoder.cache_clear()
    with pytest.raises(UsageError, match="pip install 'wordllama"):
        static_encoder()
    static_encoder.cache_clear()
