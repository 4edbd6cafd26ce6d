"""Files as one set: unique and steady ids, file order, parts of one size."""

import pytest

from tasks.base.cache import key_of
from tasks.base.dataset import read_dataset
from tasks.base.errors import SourceError
from tasks.ingest.merge import merge, merge_rows
from tasks.ingest.params import IngestParams
from tests.tasks.ingest.conftest import rows


def lines(*prompts):
    return "".join(f'{{"prompt": "{p}", "completion": "a"}}\n' for p in prompts)


def test_copies_are_numbered_over_the_whole_set_by_source_not_by_order_of_reading(ingest):
    b, a = ingest("b.jsonl", lines("x", "y")), ingest("a.jsonl", lines("y", "x", "x"))
    merged = rows(merge([b, a], IngestParams()))
    assert [(r["source"][0], r["source_row"], r["id"][-2:]) for r in merged] == [
        ("b", 0, "-2"), ("b", 1, "-1"), ("a", 0, "-0"), ("a", 1, "-0"), ("a", 2, "-1"),
    ]  # fmt: skip
    assert len({r["id"] for r in merged}) == 5


def test_a_row_that_occurs_once_keeps_its_id_whatever_comes_with_it(ingest):
    alone = rows(merge([ingest("b.jsonl", lines("x"))], IngestParams()))
    more = [ingest("a.jsonl", lines("p", "q")), ingest("b.jsonl", lines("r", "x"))]
    assert alone[0]["id"] in {r["id"] for r in rows(merge(more, IngestParams()))}


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_parts_are_packed_across_files_and_large_files_are_cut(ingest, size):
    files = [ingest(f"{n}.jsonl", lines(*"abc"), part_rows=2) for n in range(3)]
    merged = merge(files, IngestParams(part_rows=size))
    full, rest = divmod(9, size)
    assert [p.rows for p in merged.data.parts()] == [size] * full + ([rest] if rest else [])
    assert [r["source"][0] for r in rows(merged)] == list("000111222")


def test_quarantine_is_numbered_alike(ingest):
    files = [ingest("a.jsonl", "bad\nbad\n"), ingest("b.jsonl", "bad\n")]
    merged = merge(files, IngestParams())
    ids = read_dataset(merged.quarantine).collect()["id"].to_list()
    assert [i[0] + i[-2:] for i in ids] == ["q-0", "q-1", "q-2"]
    assert merged.data.rows == 0


def test_no_file_is_an_error():
    with pytest.raises(SourceError, match="at least one source"):
        merge([], IngestParams())


def test_the_cache_key_knows_neither_the_store_nor_the_clock(ingest):
    one = ingest("a.jsonl", lines("x"))
    late = one.model_copy(update={
        "report": one.report.model_copy(update={"seconds": 99.0}),
        "data": one.data.model_copy(update={"store": "elsewhere"}),
    })  # fmt: skip
    keys = [key_of(merge_rows, {"files": [f], "params": IngestParams()}) for f in (one, late)]
    assert keys[0] == keys[1]
    other = ingest("a.jsonl", lines("y"))
    assert keys[0] != key_of(merge_rows, {"files": [other], "params": IngestParams()})
