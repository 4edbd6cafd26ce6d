"""Sound conversations pass, unsound ones are dropped for the first rule that they break."""

import json

import polars as pl
import pytest

from tasks.validate.rows import MARKED, REASONS, ValidateParams, mark_unsound_rows
from tests.builders import row, table, turn

CALL = json.dumps({"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]})
OLD_CALL = json.dumps({"function_call": {"name": "f", "arguments": "{}"}})
PICTURE = json.dumps({"content": [{"type": "image_url", "image_url": {"url": "x.png"}}]})
S, U, A = turn("system", "Be brief."), turn("user", "Ask?"), turn("assistant", "Tell.")
C, T = turn("assistant", "", CALL), turn("tool", "3")


def marked(*rows, **params):
    frame = mark_unsound_rows(table(*rows), ValidateParams(**params)).collect()
    MARKED.validate(frame.select(list(MARKED.columns)))
    return frame


def reason(*turns, **more):
    return marked(row("a", *turns, **more))["drop_reason"].item()


SOUND = {
    "one exchange": (U, A),
    "system first": (S, U, A),
    "several exchanges": (S, U, A, U, A, U, A),
    "a label of one letter": (U, turn("assistant", "A")),
    "a call is the answer": (U, C),
    "call, result, answer": (U, C, T, A),
    "calls in a row": (U, C, T, C, T, A),
    "parallel results": (U, C, T, T, A),
    "a call in words": (U, turn("assistant", "Let me look.", CALL), T, A),
    "an older call": (U, turn("assistant", "", OLD_CALL), T, A),
    "a picture alone": (turn("user", "", PICTURE), A),
    "an emoji alone": (U, turn("assistant", "👩‍👩‍👧")),
    "one CJK letter": (turn("user", "好"), turn("assistant", "是")),
    "zero": (U, turn("assistant", "0")),
    "punctuation": (U, turn("assistant", "?")),
}


@pytest.mark.parametrize("turns", SOUND.values(), ids=SOUND)
def test_a_sound_conversation_passes(turns):
    assert reason(*turns) is None


BLANK = turn("assistant", "")

UNSOUND = {
    "nothing": ((), "no_turns"),
    "a robot": ((turn("robot", "beep"), A), "unknown_role"),
    "a role in capitals": ((turn("User", "Ask?"), A), "unknown_role"),
    "no role": ((turn("", "Ask?"), A), "unknown_role"),
    "system later": ((U, S, A), "misplaced_system"),
    "system last": ((U, A, S), "misplaced_system"),
    "two systems": ((S, S, U, A), "misplaced_system"),
    "assistant first": ((A, U, A), "starts_with_assistant"),
    "assistant after system": ((S, A), "starts_with_assistant"),
    "a result first": ((T, A), "starts_with_assistant"),
    "two users": ((U, U, A), "turns_out_of_order"),
    "two answers": ((U, A, A), "turns_out_of_order"),
    "a result after the user": ((U, T, A), "turns_out_of_order"),
    "no answer": ((U,), "ends_without_answer"),
    "user last": ((U, A, U), "ends_without_answer"),
    "system alone": ((S,), "ends_without_answer"),
    "a result last": ((U, C, T), "ends_without_answer"),
    "no words": ((U, BLANK), "empty_turn"),
    "white space": ((U, turn("assistant", " \n\t\u00a0\u3000")), "empty_turn"),
    "no width": ((U, turn("assistant", "\u200b\ufeff\u2060")), "empty_turn"),
    "nothing asked": ((turn("user", ""), A), "empty_turn"),
    "no call": ((U, turn("assistant", "", '{"tool_calls": null}')), "empty_turn"),
    "an empty list of calls": ((U, turn("assistant", "", '{"tool_calls":[]}')), "empty_turn"),
    "no parts": ((turn("user", "", '{"content": []}'), A), "empty_turn"),
    "a call by the user": ((turn("user", "", CALL), A), "empty_turn"),
    "talk of a call": ((U, turn("assistant", "", '{"name": "\\"tool_calls\\": ["}')), "empty_turn"),
}


@pytest.mark.parametrize(("turns", "expected"), UNSOUND.values(), ids=UNSOUND)
def test_an_unsound_conversation_is_dropped_for_its_fault(turns, expected):
    assert reason(*turns) == expected


def test_of_several_faults_the_first_in_the_list_is_given():
    assert reason(turn("robot", ""), U) == "unknown_role"
    assert list(REASONS).index("unknown_role") < list(REASONS).index("empty_turn")


@pytest.mark.parametrize(
    ("messages", "rejected", "expected"),
    [
        ((U, A), [turn("assistant", "Other.")], None),
        ((U, A), [A], "same_answers"),
        ((U, A), [], "same_answers"),
        ((U, A), [turn("assistant", "tell.")], None),
        ((U, C), [turn("assistant", "", CALL.replace('"f"', '"g"'))], None),
        ((U, C), [C], "same_answers"),
        ((U, C, T, A), [C, T, A], "same_answers"),
        ((U, C, T, A), [C, turn("tool", "4"), A], None),
    ],
)
def test_a_preference_row_needs_two_answers(messages, rejected, expected):
    assert reason(*messages, rejected=rejected) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"min_answer_characters": 5}, None),
        ({"min_answer_characters": 6}, "too_few_characters"),
        ({"max_characters": 9}, None),
        ({"max_characters": 8}, "too_many_characters"),
        ({"max_turns": 2}, None),
        ({"max_turns": 1}, "too_many_turns"),
    ],
)
def test_limits_are_inclusive(params, expected):
    assert marked(row("a", U, A), **params)["drop_reason"].item() == expected


def test_characters_are_counted_not_bytes():
    assert marked(row("a", "你好", "👍好"), max_characters=4)["drop_reason"].item() is None


def test_the_evidence_holds_the_shape_and_no_text():
    found = marked(row("a", S, turn("user", "secret"), turn("assistant", " ")), row("b", U, A))
    assert found["drop_detail"].to_list() == ["turns sua, 16 characters, answer of 1", None]


def test_every_row_is_judged_by_itself():
    rows = [row(name, *turns) for name, (turns, _) in UNSOUND.items()]
    rows += [row(name, *turns) for name, turns in SOUND.items()]
    found = marked(*rows).select("id", "drop_reason")
    expected = {name: reason for name, (_, reason) in UNSOUND.items()} | dict.fromkeys(SOUND)
    assert dict(found.iter_rows()) == expected
    assert set(found["drop_reason"].drop_nulls()) <= set(REASONS)


def test_no_row_is_no_fault():
    assert marked().height == 0


def test_switched_off_everything_passes():
    assert marked(row("a"), enabled=False)["drop_reason"].to_list() == [None]


def test_other_columns_are_untouched():
    rows = table(row("a", U, A), row("b"))
    after = mark_unsound_rows(rows, ValidateParams()).select(pl.exclude("^drop_.*$")).collect()
    assert after.equals(rows.collect())
