"""Datasets: named by content, written whole, joined and split without copying."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tasks.base.dataset import (
    join_datasets,
    of_parts,
    read_dataset,
    read_parts,
    split_dataset,
    write_dataset,
    write_part,
)
from tasks.base.errors import DatasetMissingError, DiskFullError, StageError
from tests.builders import row, table
from tests.full_disk import small_files

ROWS = [row(f"r{i}", f"question {i}", "answer") for i in range(7)]


def test_the_same_rows_have_one_name_in_every_folder(tmp_path):
    rows = table(*ROWS).collect()
    one, two = (write_dataset(rows, str(tmp_path / name)) for name in ("one", "two"))
    assert one.sha256 == two.sha256
    assert one.store != two.store
    assert [f.read_bytes() for f in one.files()] == [f.read_bytes() for f in two.files()]


def test_another_row_or_another_order_is_another_dataset(store):
    assert store(*ROWS) != store(*ROWS[:-1])
    assert store(*ROWS) != store(*reversed(ROWS))
    assert store(*ROWS) != store(*ROWS, size=3)


def test_rows_are_read_as_they_were_written_part_by_part_or_whole(store):
    data = store(*ROWS, size=3)
    assert [p.rows for p in data.parts()] == [3, 3, 1]
    assert_frame_equal(read_dataset(data).collect(), table(*ROWS).collect())
    assert_frame_equal(pl.concat(read_parts(data)), table(*ROWS).collect())


def test_splitting_and_joining_gives_the_dataset_itself_and_writes_no_part(store):
    data = store(*ROWS, size=3)
    before = {*Path(data.store).rglob("*.parquet")}
    pieces = split_dataset(data)
    assert [p.rows for p in pieces] == [3, 3, 1]
    assert join_datasets(pieces) == data
    assert {*Path(data.store).rglob("*.parquet")} == before


def test_empty_parts_are_left_out_save_an_only_one(tmp_path):
    empty, full = (write_part(table(*r).collect(), str(tmp_path)) for r in ([], ROWS))
    assert of_parts([empty, full, empty], str(tmp_path)).parts() == (full,)
    nothing = of_parts([empty, empty], str(tmp_path))
    assert (nothing.rows, len(nothing.parts())) == (0, 1)
    assert read_dataset(nothing).collect().height == 0


def test_a_reference_stays_small_however_many_parts_there_are(store):
    assert len(store(*ROWS, size=1).model_dump_json()) == len(store(*ROWS).model_dump_json())


def test_nothing_but_whole_files_is_left(store):
    data = store(*ROWS, size=2)
    assert not [*Path(data.store, "drafts").iterdir()]


def test_no_text_stands_in_the_clear_in_the_files_footer(tmp_path):
    data = write_dataset(table(row("a", "zebra-secret", "x")).collect(), str(tmp_path))
    meta = pl.read_parquet_metadata(data.files()[0])
    assert "zebra" not in str(meta)
    assert b"zebra-secret" not in data.files()[0].read_bytes()[-2_000:]


@pytest.mark.parametrize("suffix", [".json", ".parquet"])
def test_a_file_that_is_gone_is_an_error_that_says_what_to_do(store, suffix):
    data = store(*ROWS)
    assert data.exists()
    for file in Path(data.store, "objects").rglob(f"*{suffix}"):
        file.unlink()
    assert not data.exists()
    with pytest.raises(DatasetMissingError, match="run again"):
        read_dataset(data)
    assert issubclass(DatasetMissingError, StageError)


def test_a_write_that_fails_leaves_nothing(store, tmp_path):
    rows = table(*ROWS).collect()
    with small_files(100), pytest.raises(DiskFullError, match="no room is left"):
        write_part(rows, str(tmp_path))
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@pytest.mark.parametrize("suffix", [".parquet", ".json"])
def test_a_file_that_was_cut_short_is_not_taken_for_whole(store, suffix):
    data = store(*ROWS, size=3)
    assert data.exists()
    [victim, *_] = Path(data.store).rglob(f"*{suffix}")
    body = victim.read_bytes()
    for left in (len(body) // 2, 2, 0):
        victim.write_bytes(body[:left])
        assert not data.exists()
