"""How an answer is read as a form, rung by rung, and what a model is told of the form."""

import json
from enum import StrEnum
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel

from tasks.llm.form import parse, strict_schema, with_form


class Grade(BaseModel):
    """A form to fill in."""

    score: int = Field(ge=1, le=5)
    why: str = ""


def read(text, **more):
    """Score and rung."""
    value, rung, errors = parse(text, Grade, **more)
    assert (value is None) == bool(errors)
    return (value and value.score, rung)


STRICT = ['{"score": 4, "why": "clear"}', ' \n{"score": 4}\n']
FENCED = [
    '```json\n{"score": 4}\n```',
    'Here it is:\n```\n{"score": 4}\n```\nAnything else?',
    'First a try: ```{"score": 2}``` and then the answer: ```{"score": 4}```',
    '<think>{"score": 1} is too low.</think>{"score": 4}',
    'The answer is {"score": 4}.',
]
REPAIRED = [
    '{"score": 4, "why": "clear"',
    "{'score': 4}",
    '{"score": 4,}',
    '{score: 4, why: "clear"}',
    '```json\n{"score": 4, "why": "cl',
    '{"score": 5} {"score": 4}',  # of two the last counts, as of two fences
]
NONE = [
    "", "four", "4", "[4]", "null", "{}", '{"score": 9}', '{"score": "good"}', '{"why": "clear"}',
    '{"score": null}', '{"score": 3.5}', '{"score": NaN}', '{"score": 4} {"why": "clear"}',
]  # fmt: skip


@pytest.mark.parametrize("text", STRICT)
def test_json_of_the_form_is_taken_as_it_is(text):
    assert read(text) == (4, "strict")


@pytest.mark.parametrize("text", FENCED)
def test_json_in_other_text_is_found(text):
    assert read(text) == (4, "fenced")


@pytest.mark.parametrize("text", REPAIRED)
def test_json_with_a_slip_is_repaired(text):
    assert read(text) == (4, "repaired")


@pytest.mark.parametrize("text", NONE)
def test_what_is_not_of_the_form_is_not_made_to_fit(text):
    assert read(text) == (None, "")


def test_of_an_answer_that_was_cut_nothing_is_made_up():
    assert read('{"score": 4, "why": "cl', is_whole=False) == (None, "")
    assert read('{"score": 4}\n\n\n', is_whole=False) == (4, "strict")
    assert read('```{"score": 4}``` And', is_whole=False) == (4, "fenced")


class Title(RootModel[str]):
    """A form that any text would fit."""


def test_plain_text_is_not_repaired_to_an_empty_one():
    assert parse('"Four"', Title)[0] == Title("Four")
    assert parse("Four, I would say.", Title)[0] is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text):
    score, _ = read(text)
    assert score is None or 1 <= score <= 5


class Level(StrEnum):
    """Good or not."""

    GOOD = "good"
    BAD = "bad"


class Part(BaseModel):
    """Part of a form."""

    level: Level = Level.GOOD


class Whole(BaseModel):
    """A form with parts."""

    first: Part = Field(default=Part(), description="The first part.")
    more: list[Part] = []
    kind: Literal["a", "b"] = "a"
    default: int | None = None


def test_a_strict_schema_requires_every_field_and_allows_no_other():
    schema = strict_schema(Whole)
    part = schema["$defs"]["Part"]
    assert (part["required"], part["additionalProperties"]) == (["level"], False)
    assert schema["required"] == ["first", "more", "kind", "default"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["first"] == {"$ref": "#/$defs/Part"}
    assert schema["properties"]["default"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert '"default": ' not in json.dumps({**schema, "properties": part})


def test_the_form_is_told_behind_the_question():
    asked = [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}]
    told = with_form(asked, {"type": "object"})
    assert told[0] == asked[0]
    assert told[1]["content"].startswith("Q\n\n")
    assert '{"type": "object"}' in told[1]["content"]
    assert asked[1]["content"] == "Q"


PARTS = [{"type": "text", "text": "Q"}]


@pytest.mark.parametrize("last", [("assistant", "A"), ("user", PARTS)], ids=["answer", "parts"])
def test_a_turn_that_takes_no_more_text_is_followed_by_one_more(last):
    turn = dict(zip(("role", "content"), last, strict=True))
    told = with_form([turn], {})
    assert told[0] == turn
    assert told[1]["role"] == "user"
