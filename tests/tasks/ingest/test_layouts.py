"""Layouts: which rows a record makes, and what is wrong with those that make none."""

import json

import pytest

from tasks.ingest.layouts import shape
from tasks.ingest.records import Fault


def turns(record, **columns):
    """The one row's turns as (role, content)."""
    [row] = shape(record, columns)
    assert not isinstance(row, Fault), row
    return [(turn.role, turn.content) for turn in row.turns]


def row(record):
    [made] = shape(record, {})
    return made


QA = [("user", "q"), ("assistant", "a")]


@pytest.mark.parametrize(
    ("layout", "record"),
    [
        ("alpaca", {"instruction": "q", "input": "", "output": "a"}),
        ("instruction/response", {"instruction": "q", "response": "a"}),
        ("prompt/completion", {"prompt": "q", "completion": "a"}),
        ("prompt/response", {"prompt": "q", "response": "a"}),
        ("question/answer", {"question": "q", "answer": "a"}),
        ("question/sql", {"question": "q", "db": "x", "sql": "a"}),
        ("question/query", {"question": "q", "query": "a"}),
        ("query/response", {"query": "q", "response": "a"}),
        ("input/output", {"input": "q", "output": "a"}),
        ("text/intent", {"text": "q", "intent": "a"}),
        ("text/label", {"text": "q", "label": "a"}),
        ("act/prompt", {"act": "q", "prompt": "a"}),
        ("instruction/output", {"Instruction ": "q", "OUTPUT": "a"}),
        ("openai", {"messages": [{"role": "user", "content": "q"},
                                 {"role": "assistant", "content": "a"}]}),
        ("sharegpt", {"conversations": [{"from": "human", "value": "q"},
                                        {"from": "gpt", "value": "a"}]}),
        ("openai", {"conversation": [{"role": "human", "content": "q"},
                                     {"role": "model", "content": "a"}]}),
        ("gemini", {"contents": [{"role": "user", "parts": [{"text": "q"}]},
                                 {"role": "model", "parts": [{"text": "a"}]}]}),
        ("bedrock-nova", {"messages": [{"role": "user", "content": [{"text": "q"}]},
                                       {"role": "assistant", "content": [{"text": "a"}]}]}),
        ("self-instruct", {"instruction": "q", "instances": [{"input": "", "output": "a"}]}),
        ("prompt/completion", {"prompt": [{"role": "user", "content": "q"}],
                               "completion": [{"role": "assistant", "content": "a"}]}),
    ],
)  # fmt: skip
def test_every_common_layout_is_a_question_and_an_answer(layout, record):
    assert turns(record) == QA
    assert row(record).layout == layout.replace("instruction/output", "alpaca")


def test_turns_in_a_cell_of_a_table_are_json_text():
    assert turns({"messages": json.dumps([{"role": "user", "content": "q"}])}) == [("user", "q")]


@pytest.mark.parametrize("name", ["input", "context", "passage"])
def test_context_follows_the_prompt_after_a_blank_line(name):
    assert turns({"instruction": "q", name: "more", "output": "a"})[0] == ("user", "q\n\nmore")


def test_a_blank_prompt_stays_as_it_is_and_gives_way_to_a_context():
    assert turns({"prompt": " \n", "completion": "a"})[0] == ("user", " \n")
    assert turns({"instruction": "", "input": "x", "output": "a"})[0] == ("user", "x")


def test_a_system_column_is_the_first_turn_and_a_blank_one_is_none():
    assert turns({"prompt": "q", "completion": "a", "system": "s"}) == [("system", "s"), *QA]
    assert turns({"prompt": "q", "completion": "a", "system": ""}) == QA
    nova = {"system": [{"text": "s"}], "messages": [{"role": "user", "content": [{"text": "q"}]}]}
    assert turns(nova) == [("system", "s"), ("user", "q")]


def test_a_system_column_beside_a_system_turn_is_meta():
    made = row({"system": "other", "messages": [{"role": "system", "content": "s"}]})
    assert (len(made.turns), made.meta) == (1, {"system": "other"})


def test_history_comes_before_the_prompt():
    record = {"instruction": "q", "output": "a", "history": [["q0", "a0"]]}
    assert turns(record) == [("user", "q0"), ("assistant", "a0"), *QA]


def test_every_other_field_is_meta_and_nulls_are_not():
    made = row({"instruction": "q", "output": "a", "id": 7, "tags": ["x"], "input": None})
    assert made.meta == {"id": 7, "tags": ["x"]}


def test_a_turn_keeps_every_other_key_and_content_that_is_no_text():
    parts = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "u"}}]
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}], "weight": 0}
    first, second = row({"messages": [{"role": "user", "content": parts}, call]}).turns
    assert first.content == "see"
    assert json.loads(first.extra) == {"content": parts}
    assert second.content == ""
    assert json.loads(second.extra) == {"content": None, "tool_calls": [{"id": "1"}], "weight": 0}


def test_text_parts_are_joined_by_a_blank_line():
    parts = [{"type": "text", "text": "one"}, {"type": "text", "value": "two"}]
    assert turns({"messages": [{"role": "user", "content": parts}]}) == [("user", "one\n\ntwo")]


def test_a_sharegpt_call_is_the_assistants_and_its_result_the_tools():
    record = {"tools": '[{"name": "f"}]', "conversations": [
        {"from": "human", "value": "q"},
        {"from": "function_call", "value": '{"name": "f", "arguments": {"x": 1}}'},
        {"from": "observation", "value": "r"}, {"from": "gpt", "value": "a"},
    ]}  # fmt: skip
    made = row(record)
    assert [turn.role for turn in made.turns] == ["user", "assistant", "tool", "assistant"]
    [call] = json.loads(made.turns[1].extra)["tool_calls"]
    assert call["function"] == {"name": "f", "arguments": '{"x":1}'}
    assert (made.tools, made.meta) == ('[{"name": "f"}]', {})


@pytest.mark.parametrize("tools", [[], "", "[]"])
def test_no_tools_on_offer_are_null(tools):
    made = row({"tools": tools, "messages": [{"role": "user", "content": "q"}]})
    assert (made.tools, made.meta) == (None, {})


def test_every_instance_is_a_row_and_a_bad_one_is_a_fault_of_its_own():
    instances = [{"input": "x", "output": "a"}, {"input": "y"}, {"input": "z", "output": ""}, 5]
    made = shape({"instruction": "q", "id": 1, "instances": instances}, {})
    found = [m.reason if isinstance(m, Fault) else m.turns[0].content for m in made]
    assert found == ["q\n\nx", "missing_answer", "q\n\nz", "not_text"]
    assert made[0].meta == {"id": 1}


@pytest.mark.parametrize(
    ("reason", "record"),
    [
        ("not_an_object", ["a"]),
        ("not_an_object", "text"),
        ("no_turns", {"messages": []}),
        ("no_turns", {"messages": "text"}),
        ("no_turns", {"messages": {"role": "user"}}),
        ("malformed_json", {"messages": "[{"}),
        ("not_text", {"messages": ["hi"]}),
        ("not_text", {"messages": [{"role": "user", "content": 5}]}),
        ("unknown_role", {"messages": [{"role": "narrator", "content": "x"}]}),
        ("unknown_role", {"messages": [{"content": "x"}]}),
        ("missing_content", {"messages": [{"role": "user", "txt": "x"}]}),
        ("missing_answer", {"instruction": "q"}),
        ("missing_answer", {"instruction": "q", "output": None}),
        ("missing_answer", {"instruction": "q", "category": "kind of row"}),
        ("missing_answer", {"instruction": "q", "instances": []}),
        ("missing_prompt", {"output": "a"}),
        ("missing_prompt", {"chosen": "a", "rejected": "b"}),
        ("not_text", {"instruction": 7, "output": "a"}),
        ("not_text", {"instruction": "q", "output": {"a": 1}}),
        ("not_text", {"instruction": "q", "output": True}),
        ("unknown_layout", {"id": 1, "items": []}),
        ("unknown_layout", {"text": "alone"}),
        ("unknown_layout", {}),
    ],
)
def test_what_is_no_row_says_why(reason, record):
    fault = row(record)
    assert isinstance(fault, Fault)
    assert fault.reason == reason


def test_empty_text_is_a_row_for_later_stages_to_judge():
    assert turns({"instruction": "q", "output": ""}) == [("user", "q"), ("assistant", "")]
    assert turns({"messages": [{"role": "human", "content": "hi"}]}) == [("user", "hi")]


def test_a_detail_names_fields_and_types_but_never_a_value():
    record = {"Anna Smith, Main Street 5": 1, "items": "secret"}
    assert "items" in row(record).detail
    assert "Anna" not in row(record).detail
    assert "secret" not in row(record).detail
    assert row({"instruction": 7, "output": "a"}).detail == (
        "instruction is a number, where text must be"
    )


def test_named_columns_make_the_row_and_everything_else_is_meta():
    columns = {"prompt": "ask", "answer": "say", "system": "who", "input": "with"}
    record = {"ask": "q", "say": "a", "who": "s", "with": "x", "instruction": "not this"}
    assert turns(record, **columns) == [("system", "s"), ("user", "q\n\nx"), ("assistant", "a")]
    [made] = shape(record, columns)
    assert made.meta == {"instruction": "not this"}


def test_a_record_without_a_named_column_is_a_fault():
    [fault] = shape({"ask": "q"}, {"prompt": "ask", "answer": "say"})
    assert fault.reason == "missing_answer"


TURNS = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
RECIPE = json.dumps({"recipe": {"stage": "augment.evolve"}})


def test_a_made_row_of_a_release_stays_a_made_one_with_its_parent_and_recipe():
    record = {"id": "x-m", "messages": TURNS, "origin": "augmented", "parent": "p", "meta": RECIPE}
    made = row(record)
    assert (made.origin, made.parent) == ("augmented", "p")
    assert made.meta == {"id": "x-m", "recipe": {"stage": "augment.evolve"}}


@pytest.mark.parametrize(
    "more",
    [{"origin": "human", "meta": RECIPE}, {"origin": "synthetic"}, {"origin": 3, "meta": RECIPE},
     {"origin": "synthetic", "meta": "{"}, {"origin": "synthetic", "meta": "[1]"},
     {"origin": "synthetic", "meta": '{"recipe": 3}'}],
)  # fmt: skip
def test_a_field_that_is_only_called_origin_says_nothing(more):
    read = row({"messages": TURNS, **more})
    assert (read.origin, read.parent) == ("human", None)
    assert read.meta == more
