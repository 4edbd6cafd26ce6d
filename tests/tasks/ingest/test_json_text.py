"""JSON texts that are no lines: arrays, broken arrays, streams of objects, wrappers."""

import json

import pytest

from tasks.ingest.json_text import is_stream, read_json_text, unwrap
from tasks.ingest.records import Fault, raw_text

ROWS = [{"q": n, "turns": [{"deep": n}, {"deep": n}]} for n in range(4)]


def values(content):
    found = read_json_text(content.encode() if isinstance(content, str) else content)
    return [r.value.reason if isinstance(r.value, Fault) else r.value for r in found]


def test_an_array_is_its_elements():
    assert values(json.dumps(ROWS)) == ROWS


def test_a_broken_element_of_a_pretty_array_costs_that_element_alone():
    broken = json.dumps(ROWS, indent=1).replace('"q": 1', '"q" 1')
    assert values(broken) == [ROWS[0], "malformed_json", *ROWS[2:]]


def test_the_break_is_located_and_its_text_kept():
    broken = json.dumps(ROWS, indent=1).replace('"q": 1', '"q" 1')
    bad = next(r for r in read_json_text(broken.encode()) if isinstance(r.value, Fault))
    assert bad.line == broken[: broken.index('"q" 1')].count("\n")
    assert "line" in bad.value.detail
    assert raw_text(bad).startswith("{")
    assert '"q" 1' in raw_text(bad)


def test_after_a_break_in_a_one_line_array_the_rest_is_one_record():
    broken = json.dumps(ROWS).replace('"q": 2', '"q" 2')
    assert values(broken) == [*ROWS[:2], "malformed_json"]
    assert "".join(raw_text(r) for r in read_json_text(broken.encode()))[-3:] == "]}]"


@pytest.mark.parametrize("indent", [None, 1])
def test_a_cut_off_array_keeps_what_is_whole_and_says_it_is_cut(indent):
    text = json.dumps(ROWS, indent=indent)
    assert values(text[: text.rindex("{")])[-1] == "malformed_json"
    assert values(text[: text.rindex("]")])[-1] == "malformed_json"  # cut between two elements
    assert values(text[: text.rindex("]")])[:-1] == ROWS


def test_objects_over_several_lines_are_a_stream():
    stream = "\n".join(json.dumps(row, indent=2) for row in ROWS)
    assert is_stream(stream)
    assert values(stream) == ROWS
    assert not is_stream('{"a": 1}\n{"a": 2}')
    assert not is_stream('{"a": "cut\n{"a": 2}')


def test_bytes_that_are_no_text_are_a_fault_of_their_element():
    assert values(b'[{"q": 1},\n{"q": "\xff"},\n{"q": 3}]') == [{"q": 1}, "not_utf8", {"q": 3}]


def test_an_object_that_wraps_records_is_those_records():
    assert unwrap({"data": ROWS}) == ROWS
    assert unwrap({"train": ROWS[:1], "test": ROWS[1:]}) == ROWS


@pytest.mark.parametrize("value", [{}, {"data": "text"}, {"data": ROWS, "prompt": "q"}, [1]])
def test_an_object_with_more_than_records_is_a_record(value):
    assert unwrap(value) == [value]


def test_not_a_number_is_no_json_here_either():
    assert values('[{"q": 1},\n{"q": NaN},\n{"q": 3}]') == [{"q": 1}, "malformed_json", {"q": 3}]
