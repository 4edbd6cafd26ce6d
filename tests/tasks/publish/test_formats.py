"""Rows survive the formats that can hold them, and are refused by the others."""

import io
import json
from typing import Any

import polars as pl
import pytest

from tasks.base.errors import UsageError
from tasks.ingest.drafts import Draft
from tasks.ingest.layouts import shape
from tasks.publish.formats import CHAT, FORMATS, export, suffix
from tests.builders import row, table, turn

JSON_FORMATS = tuple(name for name in FORMATS if name != "parquet")


def lines(body: bytes) -> list[Any]:
    return [json.loads(line) for line in body.split(b"\n")[:-1]]


def read_back(body: bytes) -> list[Draft]:
    """What Finery's own ingestion makes of an exported file."""
    drafts = [draft for line in lines(body) for draft in shape(line, {})]
    assert all(isinstance(draft, Draft) for draft in drafts), drafts
    return drafts  # type: ignore[return-value]


def said(turns: Any) -> list[tuple[str, str]]:
    return [
        (t["role"], t["content"]) if isinstance(t, dict) else (t.role, t.content) for t in turns
    ]


PLAIN = [
    row("a-0", "What is a quay?", "A wharf by the water."),
    row("b-0", turn("system", "Be brief."), turn("user", "Hi"), turn("assistant", "Hello")),
    row("c-0", "One?", "Two.", "Three?", "Four."),
    row("d-0", 'A "quoted"\nline\u2028and \u202e ünïcödé 🙂', "\ttab \\ backslash\x00"),
]


@pytest.mark.parametrize("format", JSON_FORMATS)
def test_plain_conversations_survive_export_and_ingestion(format: str) -> None:
    rows = table(*PLAIN).collect()
    exported = export(rows, format)
    assert (exported.rows, exported.refused) == (4, {})
    back = [said(draft.turns) for draft in read_back(exported.body)]
    assert back == [said(messages) for messages in rows["messages"].to_list()]


@pytest.mark.parametrize("format", FORMATS)
def test_no_rows_make_a_file_without_rows(format: str) -> None:
    exported = export(table().collect(), format)
    assert (exported.rows, exported.refused) == (0, {})
    assert format == "parquet" or exported.body == b""


@pytest.mark.parametrize("format", CHAT)
def test_a_row_of_turns_alone_has_the_bytes_that_json_gives_it(format: str) -> None:
    every = "".join(chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)
    written = export(table(row("a-0", "Say all", every)).collect(), format).body
    turns = [{"role": "user", "content": "Say all"}, {"role": "assistant", "content": every}]
    line = json.dumps({"messages": turns}, ensure_ascii=False, separators=(",", ":"))
    assert written == f"{line}\n".encode()


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_rows_give_the_same_bytes(format: str) -> None:
    rows = table(*PLAIN).collect()
    assert export(rows, format) == export(rows.clone(), format)


def test_lines_are_utf8_without_escapes_and_end_in_a_line_feed() -> None:
    body = export(table(row("a-0", "Grüße", "你好")).collect(), "openai").body
    assert "Grüße".encode() in body
    assert "你好".encode() in body
    assert body.endswith(b"}\n")


@pytest.mark.parametrize("format", ["openai", "trl"])
def test_tool_calls_and_tools_survive(format: str) -> None:
    calls = '{"tool_calls": [{"id": "c1", "type": "function", "function": {"name": "tide", "arguments": "{\\"port\\": \\"Ostend\\"}"}}]}'  # noqa: E501
    tools = '[{"type": "function", "function": {"name": "tide"}}]'
    one = row("a-0", turn("user", "Tide?"), turn("assistant", "", calls),
              turn("tool", "4 m", '{"tool_call_id": "c1"}'), turn("assistant", "Four metres."),
              tools=tools)  # fmt: skip
    line = lines(export(table(one).collect(), format).body)[0]
    assert line["tools"] == json.loads(tools)
    assert line["messages"][1]["tool_calls"] == json.loads(calls)["tool_calls"]
    assert line["messages"][2] == {"role": "tool", "content": "4 m", "tool_call_id": "c1"}


def test_typed_parts_and_null_content_come_back_as_they_were() -> None:
    parts = [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "x"}}]
    one = row("a-0", turn("user", "Look", json.dumps({"content": parts})),
              turn("assistant", "", '{"content": null, "refusal": "no"}'))  # fmt: skip
    messages = lines(export(table(one).collect(), "openai").body)[0]["messages"]
    assert messages[0] == {"role": "user", "content": parts}
    assert messages[1] == {"role": "assistant", "content": None, "refusal": "no"}


def test_typed_parts_that_an_edit_has_not_reached_are_refused_rather_than_restored() -> None:
    parts = json.dumps({"content": [{"type": "text", "text": "Call Ada Example"}]})
    one = row("a-0", turn("user", "Call <PERSON_1>", parts), "Done.")
    assert export(table(one).collect(), "openai") == (b"", 0, {"stale_parts": 1})


def test_a_part_of_another_type_may_hold_text_that_the_turn_does_not() -> None:
    parts = json.dumps(
        {"content": [{"type": "text", "text": "Hi"}, {"type": "thinking", "text": "?"}]}
    )
    assert export(table(row("a-0", turn("user", "Hi", parts), "Yo")).collect(), "openai").rows == 1


PAIR = row("p-0", turn("system", "Be kind."), turn("user", "Hi"), turn("assistant", "Good day!"),
           rejected=[turn("assistant", "What.")])  # fmt: skip


def test_a_preference_row_is_written_in_the_shape_of_openai() -> None:
    assert lines(export(table(PAIR).collect(), "openai").body) == [
        {"input": {"messages": [{"role": "system", "content": "Be kind."},
                                {"role": "user", "content": "Hi"}],
                   "tools": [], "parallel_tool_calls": True},
         "preferred_output": [{"role": "assistant", "content": "Good day!"}],
         "non_preferred_output": [{"role": "assistant", "content": "What."}]}
    ]  # fmt: skip


@pytest.mark.parametrize("format", ["openai", "trl"])
def test_preference_rows_survive_export_and_ingestion(format: str) -> None:
    back = read_back(export(table(PAIR).collect(), format).body)[0]
    assert said(back.turns) == said(PAIR["messages"])
    assert said(back.rejected) == said(PAIR["rejected"])


def test_a_losing_answer_of_several_turns_is_set_against_as_much_of_the_winning_one() -> None:
    one = row("p-0", "Tide?", turn("assistant", "", '{"tool_calls": []}'), turn("tool", "4 m"),
              turn("assistant", "Four."), rejected=[turn("assistant", "Um."), turn("tool", "?"),
                                                    turn("assistant", "Five.")])  # fmt: skip
    line = lines(export(table(one).collect(), "trl").body)[0]
    assert [len(line[key]) for key in ("prompt", "chosen", "rejected")] == [1, 3, 3]


def test_a_losing_answer_of_one_turn_leaves_the_tool_turns_in_the_prompt() -> None:
    one = row("p-0", "Tide?", turn("assistant", "", '{"tool_calls": []}'), turn("tool", "4 m"),
              turn("assistant", "Four."), rejected=[turn("assistant", "Five.")])  # fmt: skip
    line = lines(export(table(one).collect(), "trl").body)[0]
    assert [len(line[key]) for key in ("prompt", "chosen", "rejected")] == [3, 1, 1]


@pytest.mark.parametrize("rejected", [[], [turn("user", "mine")]])
def test_a_pair_without_two_answers_by_the_assistant_is_refused(rejected: list[Any]) -> None:
    rows = table(row("p-0", "Hi", "Hello", rejected=rejected)).collect()
    assert export(rows, "openai").refused == {"no_answer": 1}


@pytest.mark.parametrize(
    ("format", "reason", "one"),
    [
        ("alpaca", "preference_row", PAIR),
        ("sharegpt", "preference_row", PAIR),
        ("alpaca", "tool_turns", row("a", "q", "a", tools="[]")),
        ("alpaca", "tool_turns", row("a", "q", turn("tool", "x"), turn("assistant", "a"))),
        ("alpaca", "turn_fields", row("a", "q", turn("assistant", "a", '{"weight": 0}'))),
        ("sharegpt", "turn_fields", row("a", "q", turn("assistant", "a", '{"weight": 0}'))),
        ("alpaca", "turn_order", row("a", "q")),
        ("alpaca", "turn_order", row("a")),
        ("alpaca", "turn_order", row("a", turn("system", "s"))),
        ("alpaca", "turn_order", row("a", "q", turn("user", "q"), turn("assistant", "a"))),
        ("sharegpt", "parallel_calls",
         row("a", "q", turn("assistant", "", '{"tool_calls": [{}, {}]}'))),
        ("sharegpt", "parallel_calls",
         row("a", "q", turn("assistant", "let me see", '{"tool_calls": [{}]}'))),
        ("sharegpt", "parallel_calls", row("a", "q", turn("assistant", "", '{"tool_calls": 3}'))),
        ("sharegpt", "turn_fields", row("a", "q", turn("assistant", "", '{"tool_calls": [{}]}'))),
        ("openai", "unreadable_fields", row("a", "q", turn("assistant", "a", "{broken"))),
        ("openai", "unreadable_fields", row("a", "q", turn("assistant", "a", "[1]"))),
        ("openai", "unreadable_fields", row("a", "q", turn("assistant", "a", '{"weight": NaN}'))),
        ("openai", "unreadable_fields", row("a", "q", turn("assistant", "a", '{"n": "\\ud800"}'))),
        ("openai", "unreadable_fields", row("a", "q", "a", tools="[" * 100_000)),
    ],
)  # fmt: skip
def test_a_row_that_a_format_cannot_hold_is_refused_with_its_reason(
    format: str, reason: str, one: dict[str, Any]
) -> None:
    exported = export(table(one, row("ok-0", "Hi", "Hello")).collect(), format)
    assert exported.refused == {reason: 1}
    assert (exported.rows, len(lines(exported.body))) == (1, 1)


def test_further_fields_that_are_null_stop_no_format() -> None:
    rows = table(row("a-0", turn("user", "q", '{"name": null}'), "a")).collect()
    assert {name: export(rows, name).rows for name in FORMATS} == dict.fromkeys(FORMATS, 1)


def test_alpaca_puts_earlier_exchanges_in_the_history() -> None:
    one = row("c-0", turn("system", "s"), *(turn("user", "1"), turn("assistant", "2")),
              turn("user", "3"), turn("assistant", "4"))  # fmt: skip
    assert lines(export(table(one).collect(), "alpaca").body) == [
        {"instruction": "3", "input": "", "output": "4", "system": "s", "history": [["1", "2"]]}
    ]


def test_sharegpt_tells_a_call_and_its_result_apart_from_speech() -> None:
    calls = {"tool_calls": [{"id": "c1", "function": {"name": "tide", "arguments": '{"a": 1}'}}]}
    one = row("a-0", turn("user", "Tide?"), turn("assistant", "", json.dumps(calls)),
              turn("tool", "4 m", '{"tool_call_id": "c1"}'), turn("assistant", "Four."),
              tools="[]")  # fmt: skip
    line = lines(export(table(one).collect(), "sharegpt").body)[0]
    assert [t["from"] for t in line["conversations"]] == [
        "human",
        "function_call",
        "observation",
        "gpt",
    ]
    assert json.loads(line["conversations"][1]["value"]) == {"name": "tide", "arguments": {"a": 1}}
    assert line["tools"] == "[]"


def test_parquet_keeps_every_column_but_the_marks_of_dropped_rows() -> None:
    rows = table(*PLAIN).with_columns(score_x=0.5, split=pl.lit("train"), drop_reason=pl.lit("x"))
    back = pl.read_parquet(io.BytesIO(export(rows.collect(), "parquet").body))
    assert back.equals(rows.drop("drop_reason").collect())


def test_an_unknown_format_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'sharegpt'"):
        export(table().collect(), "sharegtp")
    with pytest.raises(UsageError, match="there are openai, trl"):
        export(table().collect(), "xyz")


def test_files_are_named_by_what_is_in_them() -> None:
    assert {name: suffix(name) for name in ("openai", "parquet")} == {
        "openai": ".jsonl", "parquet": ".parquet",
    }  # fmt: skip
