"""JSON Lines: what a line is, and what is wrong with one."""

import pytest

from tasks.ingest.json_lines import read_json_lines
from tasks.ingest.records import Fault


def values(content):
    return [
        r.value.reason if isinstance(r.value, Fault) else r.value for r in read_json_lines(content)
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_ends_a_line_and_the_last_starts_none(end):
    assert values(end.join([b"1", b"2", b""])) == [1, 2]
    assert values(end.join([b"1", b"2"])) == [1, 2]


def test_separators_inside_a_string_end_no_line():
    line = '"a\u2028b\u2029c\x85d"'.encode()
    assert values(line + b"\n2") == ["a\u2028b\u2029c\x85d", 2]


def test_empty_lines_are_records_that_keep_their_place():
    records = list(read_json_lines(b"1\n\n \t\n2\n"))
    assert [(r.row, r.line) for r in records] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert values(b"1\n\n \t\n2\n") == [1, "empty_line", "empty_line", 2]


def test_no_content_is_no_record():
    assert values(b"") == []


def test_a_mark_inside_a_joined_file_is_no_text():
    assert values(b"1\n\xef\xbb\xbf2\n") == [1, 2]


@pytest.mark.parametrize(
    "line", [b'{"a": 1,}', b'{"a": "cut', b"{'a': 1}", b'{"a": NaN}', b'["\\ud800"]']
)
def test_what_json_does_not_allow_is_malformed_and_located(line):
    [record] = read_json_lines(line)
    assert record.value.reason == "malformed_json"
    assert "column" in record.value.detail
    assert record.raw == line


def test_bytes_in_no_encoding_are_their_own_reason():
    assert values(b'{"a": "\xff\x81"}') == ["not_utf8"]


def test_nesting_beyond_the_parser_is_a_fault_not_a_crash():
    assert values(b"[" * 100_000) == ["malformed_json"]
