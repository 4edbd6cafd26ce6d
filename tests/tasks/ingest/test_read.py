"""A file as rows and quarantine: nothing is lost, nothing stops."""

import json

import pytest

from tasks.base.cache import key_of
from tasks.base.dataset import read_dataset
from tasks.base.errors import SourceError
from tasks.base.table import QUARANTINE, ROWS, SCHEMA
from tasks.ingest.ingested import Store
from tasks.ingest.params import IngestParams
from tasks.ingest.read import ingest_file
from tasks.ingest.sources import find_sources
from tests.tasks.ingest.conftest import DATA, faults, rows, texts

EXPECT = DATA / "nasty/generated/EXPECT.jsonl"
CASES = [json.loads(x) for x in EXPECT.read_text().splitlines()] if EXPECT.exists() else []
GOOD = '{"prompt": "q", "completion": "a"}\n'


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_every_broken_file_gives_its_good_rows(ingest, data, case):
    result = ingest(data / "nasty/generated" / case["file"])
    assert result.report.rows == result.data.rows == case["good_rows"]


@pytest.mark.skipif(not CASES, reason="needs the shared data beside the repository")
def test_every_record_of_the_messy_input_is_a_row_or_in_quarantine(ingest, data):
    results = [ingest(file) for file in sorted((data / "messy").iterdir())]
    assert sum(r.report.records for r in results) == 3783
    assert sum(r.report.rows for r in results) + sum(r.quarantine.rows for r in results) == 3783
    assert 25 <= sum(r.quarantine.rows for r in results) <= 36


def test_the_tables_have_the_schemas_of_the_base(ingest):
    result = ingest("x.jsonl", GOOD + "broken\n")
    table, quarantine = (read_dataset(d).collect() for d in (result.data, result.quarantine))
    assert (table.schema, quarantine.schema) == (SCHEMA, QUARANTINE)
    ROWS.validate(table)


def test_a_bad_line_keeps_its_number_and_its_text(ingest):
    result = ingest("x.jsonl", GOOD + "\n" + '{"prompt": "q"}\n' + GOOD)
    assert faults(result) == [(1, 2, "empty_line"), (2, 3, "missing_answer")]
    assert rows(result)[1]["source_row"] == 3
    assert read_dataset(result.quarantine).collect()["raw"].to_list() == ["", '{"prompt": "q"}']


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_size_of_parts_changes_no_row(ingest, size):
    content = "".join(f'{{"prompt": "q{n}", "completion": "a"}}\n\n' for n in range(5))
    result = ingest("x.jsonl", content, part_rows=size)
    assert [t[0] for t in texts(result)] == ["q0", "q1", "q2", "q3", "q4"]
    assert (result.report.records, result.quarantine.rows) == (10, 5)


def test_an_empty_file_is_no_record_and_no_error(ingest):
    result = ingest("x.jsonl", "")
    assert (result.report.records, result.data.rows, result.quarantine.rows) == (0, 0, 0)
    assert rows(result) == []


def test_an_unreadable_file_is_one_record_that_shows_its_name_alone(ingest):
    result = ingest("x.parquet", b"nothing of the kind")
    assert faults(result) == [(0, None, "unreadable_file")]
    assert read_dataset(result.quarantine).collect()["raw"].item() == "x.parquet"


def test_a_file_that_unpacks_to_too_much_is_one_record(ingest, data):
    result = ingest(data / "nasty/generated/bomb_60mb.jsonl.gz", max_unpacked_mb=10)
    assert faults(result) == [(0, None, "file_too_large")]


def test_an_id_tells_rows_apart_by_all_that_a_model_learns_and_nothing_else(ingest):
    user = {"role": "user", "content": "q"}
    same = [
        {"prompt": "q", "completion": "a"}, {"question": "q", "answer": "a", "id": 7},
        {"messages": [{"role": "human", "content": "q"}, {"from": "gpt", "value": "a"}]},
    ]  # fmt: skip
    other = [
        {"prompt": "q", "completion": "a "}, {"prompt": "qa", "completion": ""},
        {"system": "q", "prompt": "", "completion": "a"},
        {"prompt": "q", "chosen": "a", "rejected": ""},
        {"messages": [user, {"role": "assistant", "content": "a", "weight": 0}]},
        {"messages": [user, {"role": "assistant", "content": "a"}], "tools": [1]},
    ]  # fmt: skip
    ids = [row["id"] for row in rows(ingest("x.jsonl", "\n".join(map(json.dumps, same + other))))]
    assert len(set(ids[:3])) == 1
    assert len(set(ids)) == 1 + len(other)


def test_text_that_no_model_will_see_is_counted(ingest):
    row = {"prompt": "q", "completion": "a", "rationale": "12345", "tags": ["x"], "n": 5}
    assert ingest("x.jsonl", json.dumps(row)).report.unread == {"rationale": 5, "tags": 5}


def test_a_field_whose_name_may_be_a_value_is_counted_but_not_named(ingest):
    row = {
        "prompt": "q",
        "completion": "a",
        "jo@doe.example": "12",
        "536-22-8726": "345",
        "note": "6",
    }
    assert ingest("x.jsonl", json.dumps(row)).report.unread == {"other fields": 5, "note": 1}


def test_meta_nested_beyond_json_is_a_fault_not_a_crash(ingest):
    deep = '{"prompt": "q", "completion": "a", "x": ' + "[" * 400 + "]" * 400 + "}\n"
    result = ingest("x.jsonl", deep + GOOD)
    assert faults(result) == [(0, 1, "too_deep")]
    assert read_dataset(result.quarantine).collect()["raw"].item() == deep.strip()


def test_named_columns_are_read_and_a_missing_one_is_an_error_that_lists_what_there_is(ingest):
    content = '{"ask": "q", "say": "a"}\n{"ask": "q2"}\n'
    result = ingest("x.jsonl", content, text_columns={"user": "ask", "assistant": "say"})
    assert (texts(result), faults(result)) == ([["q", "a"]], [(1, 2, "missing_answer")])
    with pytest.raises(SourceError, match=r"no column 'reply'.*ask, say"):
        ingest("x.jsonl", content, text_columns={"prompt": "ask", "answer": "reply"})


@pytest.mark.parametrize(
    "params",
    [{"text_columns": {"nobody": "x"}}, {"text_columns": {"prompt": "x"}}, {"encoding": "klingon"},
     {"text_columns": {"user": "x", "prompt": "y", "answer": "z"}}, {"max_unpacked_mb": 0},
     {"encoding": "hex"}, {"encoding": "rot13"}, {"encoding": "undefined"}, {"encoding": "a\0b"},
     {"text_columns": {"prompt": "x", "answer": "x"}}],
)  # fmt: skip
def test_a_wrong_setting_is_refused(params):
    with pytest.raises(ValueError, match=r"unknown|at least|two columns|two roles|greater"):
        IngestParams(**params)


@pytest.mark.parametrize("name", ["utf-16", "utf-32", "shift_jis", "cp1252", "UTF8"])
def test_every_encoding_of_text_may_be_named(name):
    assert IngestParams(encoding=name).encoding


@pytest.mark.parametrize("name", ["part_rows", "limit"])
def test_more_records_than_can_be_counted_are_a_wrong_setting(name):
    with pytest.raises(ValueError, match="less than or equal to 1000000000"):
        IngestParams(**{name: 10**20})


@pytest.mark.parametrize("strings", ["blns.jsonl", "csv_injection.jsonl"])
def test_naughty_strings_survive_unchanged(ingest, data, strings):
    listed = (data / "nasty/lists" / strings).read_text().split("\n")
    naughty = [
        v for line in listed if line for v in json.loads(line).values() if isinstance(v, str)
    ]
    content = "\n".join(json.dumps({"prompt": s, "completion": s}) for s in naughty)
    read = [[t[0], t[1]] for t in texts(ingest("x.jsonl", content))]
    assert read == [[s, s] for s in naughty]


def test_the_cache_key_is_content_and_params_never_a_place(tmp_path):
    keys = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jsonl").write_text(GOOD)
        [file] = find_sources([str(tmp_path / folder)], tmp_path)
        inputs = {
            "file": file,
            "store": Store(path=str(tmp_path / folder)),
            "params": IngestParams(),
        }
        keys.append(key_of(ingest_file, inputs))
    assert keys[0] == keys[1]
    assert keys[0] != key_of(ingest_file, {**inputs, "params": IngestParams(part_rows=1)})
