"""Formats are told from content; the suffix decides only where both would do."""

import base64
import gzip
import json

import polars as pl
import pytest

from tests.tasks.ingest.conftest import faults, texts

ROWS = [{"prompt": f"q{n}", "completion": f"a{n}"} for n in range(3)]
LINES = "\n".join(map(json.dumps, ROWS))
CSV = "prompt,completion\nq0,a0\nq1,a1\nq2,a2\n"


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("x.jsonl", LINES, "json lines"),
        ("x.jsonl", json.dumps(ROWS), "json"),
        ("x.jsonl", json.dumps(ROWS, indent=1), "json"),
        ("x.json", LINES, "json lines"),
        ("x.json", json.dumps(ROWS), "json"),
        ("x.json", json.dumps({"data": ROWS}), "json"),
        ("x.json", "\n".join(json.dumps(r, indent=1) for r in ROWS), "json"),
        ("x.csv", LINES, "json lines"),
        ("x.csv", CSV, "csv (,)"),
        ("x.csv", CSV.replace(",", "\t"), "csv (tab)"),
        ("x.csv.jsonl", LINES, "json lines"),
        ("x.parquet", LINES, "json lines"),
        ("x.jsonl.gz", LINES, "json lines"),
    ],
)
def test_a_suffix_may_lie(ingest, name, content, format):
    result = ingest(name, content)
    assert texts(result) == [[r["prompt"], r["completion"]] for r in ROWS]
    assert result.report.format == format


def test_a_packed_file_and_a_parquet_are_known_by_their_first_bytes(ingest, tmp_path):
    assert ingest("plain.jsonl", gzip.compress(LINES.encode())).report.format == "json lines, gzip"
    pl.DataFrame(ROWS).write_parquet(tmp_path / "table.json")
    assert ingest("table.json").report.format == "parquet"


def test_a_broken_first_line_does_not_hide_the_lines_after_it(ingest):
    result = ingest("x.jsonl", '{"prompt": "cut\n' + LINES)
    assert (result.report.rows, faults(result)) == (3, [(0, 1, "malformed_json")])


def test_a_first_line_that_holds_a_list_does_not_make_an_array_of_the_file(ingest):
    result = ingest("x.jsonl", '["a"]\n' + LINES)
    assert (result.report.rows, faults(result)) == (3, [(0, 1, "not_an_object")])


def test_a_document_alone_is_one_record(ingest):
    assert ingest("x.json", json.dumps(ROWS[0], indent=1)).report.rows == 1


def test_no_document_of_the_json_test_suite_makes_a_row_or_a_crash(ingest, data):
    for line in (data / "nasty/lists/json_test_suite.jsonl").read_bytes().split(b"\n"):
        if not line:
            continue
        case = json.loads(line)
        for name in ("x.json", "x.jsonl"):
            report = ingest(name, base64.b64decode(case["b64"])).report
            assert report.rows == 0
            if case["expect"] == "accept" and name == "x.json":
                assert not {"malformed_json", "not_utf8"} & set(report.quarantined), case["name"]
