"""How many tokens a call will take, before it is made."""

import pytest

from tasks.llm import tokens
from tasks.llm.memory import Totals
from tasks.llm.tokens import CHARACTERS_PER_TOKEN, ENOUGH, OVERHEAD, characters, counter, per_token

BODY = {"messages": [{"role": "user", "content": "x" * 300}], "temperature": 0.5, "stop": ["ab"]}


def test_all_texts_of_a_body_count_and_numbers_do_not():
    assert characters(BODY) == 300 + len("user") + 2
    assert characters({"a": None, "b": True, "c": 12345}) == 0


def test_the_ratio_of_a_model_is_learnt_once_there_are_enough_answers():
    assert per_token(Totals(ENOUGH - 1, 1000, 100, 5)) == CHARACTERS_PER_TOKEN
    assert per_token(Totals(ENOUGH, 1000, 100, 5)) == 10
    assert per_token(Totals(ENOUGH, 1000, 0, 0)) == CHARACTERS_PER_TOKEN, "it never counts"


def test_how_tokens_were_counted_is_told():
    count, how = counter(Totals(1234, 5000, 1000, 5))
    assert how == "5.00 characters per token, as in 1,234 answers of this model"
    assert count(BODY) == int(306 / 5) + OVERHEAD


def test_without_answers_a_tokenizer_counts():
    pytest.importorskip("wordllama")
    count, how = counter(Totals())
    assert "Llama 2" in how
    words = {"messages": [{"role": "user", "content": "The cat sat on the mat. " * 10}]}
    assert 60 < count(words) - OVERHEAD < 100


def test_without_a_tokenizer_it_is_guessed_with_care(monkeypatch):
    monkeypatch.setattr(tokens, "_tokenizer", lambda: None)
    count, how = counter(Totals())
    assert how.startswith("guessed")
    assert count(BODY) == int(306 / CHARACTERS_PER_TOKEN) + OVERHEAD
