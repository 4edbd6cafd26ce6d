"""A number of JSON within a text stays JSON when a tag takes its place."""

import json

import pytest

from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tests.builders import row, table, texts, turn


def redacted(text, **params):
    return texts(redact(table(row("a-0", text, "Ok")), RedactParams(**params)).rows)[0][0]


@pytest.mark.parametrize(
    "text",
    ['{"mrn": 93618947, "n": 3}', '{"n": 3, "account_number":93618947}', '{\n  "age": 93\n}'],
)
def test_a_tag_in_place_of_a_number_of_json_is_quoted(text):
    after = redacted(text)
    assert after != text
    assert all(isinstance(value, str) or value == 3 for value in json.loads(after).values())
    assert redacted(after) == after


def test_a_stand_in_for_a_number_of_json_is_a_number():
    found = json.loads(redacted('{"mrn": 93618947, "n": 3}', mode="surrogate"))
    assert isinstance(found["mrn"], int)
    assert found["mrn"] != 93618947


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            '{"phone": 4153298841, "phones": [7, 4153298841], "mrn": -93618947}',
            '{"phone": "<PHONE_NUMBER_1>", "phones": [7, "<PHONE_NUMBER_1>"], '
            '"mrn": "<MEDICAL_RECORD_1>"}',
        ),
        ('{"mrn": "93618947"}', '{"mrn": "<MEDICAL_RECORD_1>"}'),
        ("MRN: 93618947", "MRN: <MEDICAL_RECORD_1>"),
        ('He said "MRN": 93618947 is mine', 'He said "MRN": <MEDICAL_RECORD_1> is mine'),
    ],
)
def test_numbers_of_json_are_quoted_and_nothing_else_is(text, after):
    assert redacted(text) == after


def test_arguments_of_a_tool_are_json_after_redaction():
    arguments = json.dumps({"account_number": 93618947, "dateOfBirth": "1978-02-04", "n": 1})
    extra = json.dumps({"tool_calls": [{"function": {"name": "f", "arguments": arguments}}]})
    rows = table(row("a-0", "Hello", turn("assistant", "", extra)))
    done = redact(rows, RedactParams()).rows.collect()["messages"][0][1]["extra"]
    call = json.loads(done)["tool_calls"][0]["function"]
    assert json.loads(call["arguments"]) == {
        "account_number": "<ACCOUNT_NUMBER_1>",
        "dateOfBirth": "<DATE_OF_BIRTH_1>",
        "n": 1,
    }
