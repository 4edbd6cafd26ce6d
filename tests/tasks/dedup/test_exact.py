"""Exact twins: what makes two conversations equal, what does not, and which of them survives."""

import json
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tasks.dedup.exact import MARKED, ExactDedupParams, mark_exact_twins, normalised
from tests.builders import row, table, turn

ASKED = "What is two plus two?"


def marked(*rows, **params):
    """Id, reason and survivor of every row; the promise about the marks is checked on the way."""
    found = mark_exact_twins(table(*rows), ExactDedupParams(**params)).collect()
    MARKED.validate(found.select(list(MARKED.columns)))
    return found.select("id", "drop_reason", "drop_twin_of").rows()


def survivors(*rows, **params):
    return {name for name, reason, _ in marked(*rows, **params) if reason is None}


def test_of_copies_the_smallest_id_survives_and_the_others_name_it():
    assert marked(row("b", "Hi", "Yo"), row("a", "Hi", "Yo"), row("c", "Hi", "Ha")) == [
        ("b", "exact_duplicate", "a"),
        ("a", None, None),
        ("c", None, None),
    ]


SAME = {
    "case": "THE ANSWER IS Four",
    "white space": " The  answer\nis\tfour ",
    "no-break space": "The\u00a0answer is four",
    "curly quotes": "“The answer is four”",
    "full stop": "The answer is four.",
    "exclamation": "The answer is four!",
    "dots": "The answer is four…",
    "dash behind": "The answer is four –",
    "full width": "Ｔｈｅ answer is four",
    "ligature and composed forms": "The answer is four",
}


@pytest.mark.parametrize("answer", SAME.values(), ids=SAME)
def test_a_text_that_differs_in_form_alone_is_a_normalised_copy(answer):
    rows = (row("a", ASKED, "The answer is four"), row("b", ASKED, answer))
    assert len(survivors(*rows)) == 1
    reasons = {reason for _, reason, _ in marked(*rows)} - {None}
    equal = answer == "The answer is four"
    assert reasons == {"exact_duplicate" if equal else "normalised_duplicate"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("caf\u00e9", "cafe\u0301"), ("don't", "don’t"), ('say "hi" now', "say «hi» now"),
     ("ﬁne", "fine"), ("STRASSE", "strasse"),
     ("\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af")],
    ids=["NFC and NFD", "apostrophe", "guillemets", "ligature", "Hangul", "case"],
)  # fmt: skip
def test_forms_of_one_text_are_equal(one, other):
    assert len(survivors(row("a", ASKED, one), row("b", ASKED, other))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("5", "-5"), (".5", "5"), ("A-", "A"), ("A", "B"), ("?", "!"), (":", ";"), ('"', "."),
     (":)", ")"), ("!x", "x"), ("#x", "x"), ("x + y", "x - y"), ("cafe", "café"), ("3.14", "314"),
     ("a b", "ab"), ("the rapist", "therapist"), ("İ", "I"), ("ß", "ss"), ("你好", "您好"),
     ("👩‍👩‍👧", "👩👩👧"), ("👍🏽", "👍"), ("не", "нет"), ("C", "С")],
)  # fmt: skip
def test_texts_that_differ_in_meaning_are_no_copies(one, other):
    assert survivors(row("a", ASKED, one), row("b", ASKED, other)) == {"a", "b"}


def test_where_a_turn_ends_is_part_of_the_text():
    assert survivors(row("a", "one two", "three"), row("b", "one", "two three")) == {"a", "b"}
    assert survivors(row("a", "one", "two"), row("b", "one\ntwo")) == {"a", "b"}


CALL = json.dumps({"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]})
OTHER_CALL = CALL.replace('"f"', '"g"')
LOSING = turn("assistant", "Five")

DIFFERENT = {
    "roles": row("b", turn("system", ASKED), turn("assistant", "Four")),
    "tools": row("b", ASKED, "Four", tools='[{"type": "function"}]'),
    "a losing answer": row("b", ASKED, "Four", rejected=[LOSING]),
    "an empty losing answer": row("b", ASKED, "Four", rejected=[turn("assistant", "")]),
    "further keys": row("b", turn("user", ASKED), turn("assistant", "Four", CALL)),
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
def test_rows_that_agree_in_words_but_not_in_what_they_teach_are_no_copies(other):
    assert survivors(row("a", ASKED, "Four"), other) == {"a", "b"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([turn("assistant", "Five")], [turn("assistant", "Six")]),
        ([turn("assistant", "", CALL)], [turn("assistant", "", OTHER_CALL)]),
        ([turn("assistant", "a\nb")], [turn("assistant", "a"), turn("assistant", "b")]),
        ([turn("assistant", "Five")], [turn("tool", "Five")]),
    ],
    ids=["words", "calls", "turns", "roles"],
)
def test_preference_rows_with_other_losing_answers_are_no_copies(one, other):
    rows = (row("a", ASKED, "Four", rejected=one), row("b", ASKED, "Four", rejected=other))
    assert survivors(*rows) == {"a", "b"}
    assert len(survivors(rows[0], {**rows[0], "id": "b"})) == 1


def test_where_a_row_came_from_is_no_difference():
    other = row("b", ASKED, "Four", source="t", source_row=9, meta='{"k": 1}', origin="synthetic")
    assert survivors(row("a", ASKED, "Four"), other) == {"a"}


def test_what_is_compared_can_be_chosen():
    rows = (row("a", ASKED, "Four"), row("b", ASKED, "4"), row("c", "Two and two?", "Four"))
    assert survivors(*rows) == {"a", "b", "c"}
    assert survivors(*rows, compare="prompt") == {"a", "c"}
    assert survivors(*rows, compare="answer") == {"a", "b"}


@pytest.mark.parametrize(
    "turns", [(), ("",), (" \n",), ("", "")], ids=["none", "empty", "blank", "two"]
)
@pytest.mark.parametrize("compare", ["conversation", "prompt", "answer"])
def test_rows_with_nothing_to_compare_are_no_copies(turns, compare):
    assert survivors(row("a", *turns), row("b", *turns), compare=compare) == {"a", "b"}


def test_a_preferred_source_survives_then_the_longest_then_the_smallest_id():
    same = [row("a", "Hi", "Yo", source="web"), row("b", "Hi", "Yo", source="human"),
            row("c", "Hi", "Yo", source="expert")]  # fmt: skip
    assert survivors(*same) == {"a"}
    assert survivors(*same, prefer_sources=("expert", "human")) == {"c"}
    assert survivors(*same[:2], prefer_sources=("expert", "human")) == {"b"}
    assert survivors(row("a", "Hi", "Yo"), row("b", "Hi", "“Yo”...")) == {"b"}


def test_a_whole_family_names_one_survivor_that_stays():
    rows = [row("d", "Hi", "Yo"), row("c", "hi", "yo"), row("b", "HI", "yo"), row("a", "Hi", "Yo")]
    found = marked(*rows)
    assert {twin for _, _, twin in found} == {None, "a"}
    assert sum(reason is None for _, reason, _ in found) == 1


def test_a_dropped_row_shows_the_hash_of_the_text_not_the_text():
    found = mark_exact_twins(table(row("a", "Hi", "Yo"), row("b", "Hi", "Yo")), ExactDedupParams())
    assert found.collect()["drop_detail"].to_list()[0] is None
    detail = found.collect()["drop_detail"].to_list()[1]
    assert detail.startswith("sha256 ")
    assert len(detail) == len("sha256 ") + 16


def test_the_order_of_rows_decides_nothing():
    rows = [row(f"{i:02}", f"prompt {i % 7}", "Yes!" if i % 2 else "yes") for i in range(50)]
    straight = mark_exact_twins(table(*rows), ExactDedupParams()).collect()
    mixed = table(*random.Random(1).sample(rows, len(rows)))
    again = mark_exact_twins(mixed, ExactDedupParams()).collect()
    assert_frame_equal(again.sort("id"), straight.sort("id"))


def folded(text: str) -> str:
    return pl.select(normalised(pl.lit(text))).item()


@given(st.text(alphabet="aB5 .!?-'\"“”…\x1e\n", max_size=24))
def test_normalising_twice_changes_nothing_more(text):
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet="a5.!?-'\" \x1e", max_size=24))
def test_normalising_moves_no_turn_and_takes_no_letter(text):
    kept = [[c for c in t if c.isalnum()] for t in text.split("\x1e")]
    assert [[c for c in t if c.isalnum()] for t in folded(text).split("\x1e")] == kept


def test_normalising_null_is_null():
    assert pl.select(normalised(pl.lit(None, pl.String))).item() is None
