"""Reading conversations: folding, prompt and answer, strings inside JSON."""

import json
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.base.text import answer, conversation, fold, map_strings, prompt, turns
from tests.builders import row, table, turn


def folded(text):
    return pl.select(fold(pl.lit(text, pl.String))).item()


def by_hand(text):
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join(plain.split())


@given(st.text(alphabet="aB É\u0301éﬁ\t\n\u00a0Ｘ½你한ß .", max_size=20))
def test_folding_is_what_it_says_and_the_quick_way_is_the_same(text):
    assert folded(text) == by_hand(text)
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet=[chr(c) for c in range(0x20, 0x7F)], max_size=12))
def test_plain_text_is_folded_alike(text):
    assert folded(text) == by_hand(text)


def test_folding_null_is_null():
    assert folded(None) is None


def test_the_answer_is_the_last_turn_if_the_assistant_said_it():
    rows = table(
        row("a", turn("system", "S"), turn("user", "U"), turn("assistant", "A")),
        row("b", "U", "A", "U2"),
        row("c"),
        row("d", "U", "A", "U2", "A2"),
        row("e", turn("assistant", "A")),
    )
    found = rows.select(prompt(), answer=answer(), all=conversation("|")).collect()
    assert found.rows() == [
        ("S\nU", "A", "S|U|A"), ("U\nA\nU2", None, "U|A|U2"), ("", None, ""),
        ("U\nA\nU2", "A2", "U|A|U2|A2"), ("", "A", "A"),
    ]  # fmt: skip


def test_turns_are_listed_by_role():
    rows = table(row("a", "U", "A", "U2", rejected=[turn("assistant", "R")]), row("b"))
    found = rows.select(every=turns(), user=turns("user"), lost=turns(column="rejected")).collect()
    assert found.rows() == [(["U", "A", "U2"], ["U", "U2"], ["R"]), ([], [], None)]


@pytest.mark.parametrize(
    ("blob", "after"),
    [
        ('{"a": "x", "b": ["x", 1, {"x": "x"}]}', '{"a": "X", "b": ["X", 1, {"x": "X"}]}'),
        ('"x"', '"X"'),
        ('{"é": "x"}', '{"é": "X"}'),
    ],
)  # fmt: skip
def test_strings_in_json_are_changed_and_keys_are_not(blob, after):
    assert map_strings(blob, str.upper) == after


@pytest.mark.parametrize(
    "blob", ['{ "a":  1.50, "b": 123456789012345678901234567890 }', '"\\u00e9"', "[]"]
)
def test_json_without_a_change_stays_byte_for_byte(blob):
    assert map_strings(blob, lambda text: text) == blob


def test_numbers_beside_a_change_keep_their_value():
    blob = '{"a": "x", "n": 123456789012345678901234567890}'
    assert json.loads(map_strings(blob, str.upper))["n"] == 123456789012345678901234567890
