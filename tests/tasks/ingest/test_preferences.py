"""Preference rows in every shape: the winning conversation, and the losing turns alone."""

import pytest

from tasks.ingest.layouts import shape
from tasks.ingest.records import Fault

USER, WON, LOST = (
    {"role": "user", "content": "q"},
    {"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"},
)  # fmt: skip


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "q", "chosen": "a", "rejected": "b"},
        {"instruction": "q", "input": "", "chosen": "a", "rejected": "b"},
        {"prompt": [USER], "chosen": [WON], "rejected": [LOST]},
        {"prompt": "q", "chosen": [USER, WON], "rejected": [USER, LOST]},
        {"chosen": [USER, WON], "rejected": [USER, LOST]},
        {"conversations": [{"from": "human", "value": "q"}],
         "chosen": {"from": "gpt", "value": "a"}, "rejected": {"from": "gpt", "value": "b"}},
        {"input": {"messages": [USER]}, "preferred_output": [WON], "non_preferred_output": [LOST]},
        {"messages": [{"role": "user", "content": [{"text": "q"}]},
                      {"role": "assistant", "candidates": [
            {"content": [{"text": "a"}], "preferenceLabel": "preferred"},
            {"content": [{"text": "b"}], "preferenceLabel": "non-preferred"}]}]},
    ],
)  # fmt: skip
def test_every_shape_has_the_winner_as_messages_and_the_loser_apart(record):
    [row] = shape(record, {})
    assert row.layout == "preference"
    assert [(t.role, t.content) for t in row.turns] == [("user", "q"), ("assistant", "a")]
    assert [(t.role, t.content) for t in row.rejected] == [("assistant", "b")]
    assert row.meta == {}


def test_the_same_answer_twice_is_a_row_for_validation_to_judge():
    [row] = shape({"chosen": [USER, WON], "rejected": [USER, WON]}, {})
    assert [t.content for t in row.rejected] == ["a"]


def test_a_winner_alone_is_no_preference_row():
    [row] = shape({"prompt": "q", "chosen": "a", "rejected": None}, {})
    assert row.rejected is None
    assert row.layout == "prompt/chosen"


def test_openai_tools_and_settings_survive():
    asked = {"messages": [USER], "tools": [{"type": "function"}], "parallel_tool_calls": True}
    record = {"input": asked, "preferred_output": [WON], "non_preferred_output": [LOST]}
    [row] = shape(record, {})
    assert row.tools == '[{"type":"function"}]'
    assert row.meta == {"input": {"parallel_tool_calls": True}}


def test_candidates_without_a_loser_are_a_fault():
    record = {
        "messages": [USER, {"role": "assistant", "candidates": [{"preferenceLabel": "preferred"}]}]
    }
    [fault] = shape(record, {})
    assert isinstance(fault, Fault)
    assert fault.reason == "missing_answer"
