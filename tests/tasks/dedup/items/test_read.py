"""Items of evaluation sets: what the usual sets make, and what is told when a file has none."""

import json

import polars as pl
import pytest

from tasks.base.cache import key_of
from tasks.base.dataset import read_dataset
from tasks.base.errors import UsageError
from tasks.dedup.items.read import read_items, read_protected
from tasks.dedup.items.records import Item, items_of
from tasks.dedup.protected import ProtectedParams, dedup_protected
from tasks.ingest.ingested import Store
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import find_sources
from tests.builders import row

RECORDS = {
    "question and answer": ({"question": "Q?", "answer": "A"}, [Item("Q?", "A")]),
    "other names, other case": ({"Question": "Q?", "Best Answer": "A"}, [Item("Q?", "A")]),
    "no answer": ({"key": 1, "prompt": "Do it", "kwargs": [{}]}, [Item("Do it")]),
    "code": ({"prompt": "def f():", "canonical_solution": "  pass"}, [Item("def f():", "  pass")]),
    "choices and a letter": (
        {"question": "Q?", "choices": ["x", "y"], "answer": "B"}, [Item("Q?", "y", ["x", "y"])],
    ),
    "choices and a number": (
        {"question": "Q?", "choices": ["x", "y"], "answer": 0}, [Item("Q?", "x", ["x", "y"])],
    ),
    "choices in an object": (
        {"question": "Q?", "choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "A"},
        [Item("Q?", "x", ["x", "y"])],
    ),
    "a number that is no choice": (
        {"question": "Q?", "choices": ["x"], "answer": 7}, [Item("Q?", None, ["x"])],
    ),
    "with a context": ({"instruction": "Sum up", "input": "T", "output": "t"},
                       [Item("Sum up\n\nT", "t")]),
    "turns that ask": ({"turns": ["One?", "Two?"], "reference": ["1", "2"]},
                       [Item("One?", "1"), Item("Two?", "2")]),
    "turns without a reference": ({"turns": ["One?", "Two?"], "reference": None},
                                  [Item("One?"), Item("Two?")]),
    "instances": (
        {"instruction": "Do",
         "instances": [{"input": "a", "output": "b"}, {"input": "", "output": "c"}]},
        [Item("Do\n\na", "b"), Item("Do", "c")],
    ),
    "a conversation": (
        {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U"},
                      {"role": "assistant", "content": "A"}, {"role": "user", "content": "V"}]},
        [Item("U", "A"), Item("V")],
    ),
    "nothing that asks": ({"a": 1}, []),
    "no object": ([1], []),
    "null": (None, []),
}  # fmt: skip


@pytest.mark.parametrize(("record", "found"), RECORDS.values(), ids=RECORDS)
def test_a_record_makes_the_items_it_has(record, found):
    assert items_of(record) == found


def put(folder, name, *records):
    file = folder / name
    file.write_text("\n".join(json.dumps(record) for record in records))
    return file


def source(file):
    [found] = find_sources([str(file)], file.parent / "spool")
    return found


def test_items_are_named_by_file_record_and_part(tmp_path):
    file = put(tmp_path, "t.jsonl", {"question": "Q?"}, {"x": 1}, {"turns": ["One?", "Two?"]})
    found = read_items(source(file), IngestParams())
    assert found["name"].to_list() == ["t.jsonl#0", "t.jsonl#2.1", "t.jsonl#2.2"]
    assert found["file"].unique().to_list() == ["t.jsonl"]


def test_a_table_of_any_columns_is_read(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text('no,question,gold\n1,"How many?",3\n2,,4\n')
    assert read_items(source(file), IngestParams()).rows() == [
        ("t.csv#0", "t.csv", "How many?", "3", None)
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", b'{"x": 1}', "no item in it.*question.*Found: x"),
        ("b.jsonl", b"", "no item in it"),
        ("c.jsonl", b'{"question": " "}', "no item in it"),
        ("d.parquet", b"PAR1 and no more", "cannot be read"),
    ],
)
def test_a_file_without_items_is_the_callers_mistake(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=f"--protect {name}: {told}"):
        read_items(source(tmp_path / name), IngestParams())


def test_equal_items_of_two_files_are_one(tmp_path):
    one = put(tmp_path, "one.jsonl", {"question": "Q?", "answer": "A"}, {"question": "Q?"})
    two = put(tmp_path, "two.jsonl", {"question": "Q?", "answer": "A"})
    files = [source(one), source(two)]
    found = read_protected.fn(files, Store(path=str(tmp_path / "s")), IngestParams())
    assert found.items == {"one.jsonl": 2, "two.jsonl": 1}
    assert read_dataset(found.data).collect()["name"].to_list() == ["one.jsonl#0", "one.jsonl#1"]


def test_the_key_of_the_stage_changes_with_what_the_files_say_not_with_where_they_lie(
    tmp_path, store
):
    data, keys = store(row("a", "Hi", "Ho")), []
    for folder, asked in (("x", "Q?"), ("y", "Q?"), ("z", "R?")):
        (tmp_path / folder).mkdir()
        file = put(tmp_path / folder, "t.jsonl", {"question": asked})
        call = {"files": [source(file)], "store": Store(path=data.store), "params": IngestParams()}
        items = read_protected.fn(**call).data
        stage = {"data": data, "params": ProtectedParams(), "items": items}
        keys.append((key_of(read_protected, call), key_of(dedup_protected, stage)))
    assert keys[0] == keys[1]
    assert keys[0][0] != keys[2][0]
    assert keys[0][1] != keys[2][1]


def test_the_stage_drops_the_rows_that_hold_an_item(tmp_path, store):
    asked = "How many lanterns does the keeper of the seventh lighthouse light on a foggy night?"
    file = put(tmp_path, "t.jsonl", {"question": asked, "answer": "Nine lanterns"})
    data = store(row("a", asked, "Nine lanterns."), row("b", "Hi", "Ho"))
    read = read_protected.fn([source(file)], Store(path=data.store), IngestParams())
    result = dedup_protected.fn(data, ProtectedParams(rephrased=False), read.data)
    assert result.report.dropped == {"protected_exact": 1}
    assert read_dataset(result.dropped).collect()["id"].to_list() == ["a"]
    assert len(result.model_dump_json()) < 1500


def test_every_public_set_is_read(shared):
    counted = {
        "gsm8k_test.jsonl": 1319, "humaneval.jsonl": 164, "ifeval.jsonl": 541,
        "mmlu_test.parquet": 14042, "mt_bench_questions.jsonl": 160, "truthfulqa.jsonl": 817,
        "user_oriented_252.jsonl": 252,
    }  # fmt: skip
    folder = shared / "protected"
    tables = [read_items(source(folder / name), IngestParams()) for name in counted]
    assert [table.height for table in tables] == list(counted.values())
    answered = pl.concat(tables).group_by("file").agg(pl.col("answer").count()).rows()
    assert dict(answered) | {"ifeval.jsonl": 0} == {
        **counted, "ifeval.jsonl": 0, "mt_bench_questions.jsonl": 70,
    }  # fmt: skip
