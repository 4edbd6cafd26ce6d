"""Parquet: broken files are one fault, odd ones are read."""

import os
from io import BytesIO

import polars as pl
import pytest

from tasks.ingest.parquet import read_parquet
from tasks.ingest.records import Fault, RecordError, raw_text


def packed(columns):
    file = BytesIO()
    pl.DataFrame(columns).write_parquet(file)
    return file.getvalue()


def values(content):
    return [record.value for record in read_parquet(content)[0]]


def test_bytes_are_text_where_they_are_utf8_and_a_fault_where_not():
    good, bad = values(packed({"prompt": [b"ok", b"\xff"]}))
    assert good == {"prompt": "ok"}
    assert isinstance(bad, Fault)
    assert bad.reason == "not_utf8"


def test_nulls_inside_turns_are_left_out_and_columns_keep_theirs():
    turns = [[{"role": "user", "content": "a", "name": None}]]
    assert values(packed({"messages": turns, "x": [None]})) == [
        {"messages": [{"role": "user", "content": "a"}], "x": None}
    ]


def test_a_file_that_is_no_parquet_is_one_fault():
    with pytest.raises(RecordError) as raised:
        read_parquet(b"PAR1 and then nothing")
    assert raised.value.fault.reason == "unreadable_file"


def test_broken_files_are_faults_and_write_nothing_to_standard_error(data, capfd):
    unreadable = 0
    for file in sorted((data / "nasty/parquet_bad").glob("*.parquet")):
        try:
            list(read_parquet(file.read_bytes())[0])
        except RecordError:
            unreadable += 1
    os.write(2, b"still there")
    assert unreadable >= 5
    assert capfd.readouterr().err == "still there"


def test_odd_files_are_read_or_are_faults(data):
    for file in sorted((data / "nasty/parquet_odd").glob("*.parquet")):
        try:
            records = list(read_parquet(file.read_bytes())[0])
        except RecordError:
            continue
        assert all(raw_text(record) for record in records)
