"""What may go from a store, and what a run may still need."""

import json
import os
import time

import polars as pl
import pytest

from tasks.base.dataset import join_datasets, write_dataset
from tasks.base.memo import SCHEMA, RowMemo
from tasks.maintain.store import DAY, remove, waste

TEN_DAYS = 10 * DAY


@pytest.fixture
def place(tmp_path):
    (tmp_path / ".results").mkdir()
    return tmp_path


def data(place, n):
    return write_dataset(pl.DataFrame({"id": [f"row {n}"]}), str(place))


def result(place, name, *refs):
    """A result as Prefect keeps it: JSON within JSON."""
    body = json.dumps({"result": json.dumps([ref.model_dump() for ref in refs])})
    (place / ".results" / name).write_text(body)
    return place / ".results" / name


def age(path, seconds=TEN_DAYS):
    then = time.time() - seconds
    os.utime(path, (then, then))


def age_all(place):
    for one in place.rglob("*"):
        age(one)


def going(place, days=5):
    return {one.path for one in waste(place, days)}


def test_what_a_result_names_stays_with_its_parts_and_what_none_names_goes(place):
    one, two, loose = (data(place, n) for n in range(3))
    both = join_datasets([one, two])
    kept = result(place, "joined", both)
    age_all(place)
    age(kept, 0)
    # the lists of the parts are named by nobody, their files are part of what is named
    lists = {place / "objects" / ref.sha256[:2] / f"{ref.sha256}.json" for ref in (one, two)}
    loose_list = place / "objects" / loose.sha256[:2] / f"{loose.sha256}.json"
    assert going(place) == lists | {loose_list, *loose.files()}
    for found in waste(place, 5):
        remove(found)
    assert both.exists()
    assert not loose.exists()
    assert waste(place, 5) == []


def test_a_result_that_nobody_used_goes_before_what_it_names(place):
    ref = data(place, 1)
    old = result(place, "old", ref)
    age_all(place)
    found = [one.path for one in waste(place, 5)]
    assert found[0] == old
    assert {*found[1:]} >= {*ref.files()}
    age(old, 4 * DAY)
    assert going(place) == set()


def test_nothing_younger_than_a_day_goes_not_even_by_way_of_an_old_part(place):
    young = data(place, 1)
    assert going(place, days=1) == set()
    for file in young.files():
        age(file)  # a new list of an old part
    assert going(place) == set()


def test_memos_go_when_another_took_over_and_the_last_one_stays(place):
    rows = pl.DataFrame({"key": [1], "value": ["x"]}, schema=SCHEMA)
    old, used, last = (RowMemo(str(place), "stage", f"v{n}") for n in range(3))
    only = RowMemo(str(place), "other", "v1")
    for memo in (old, used, last, only):
        memo.remember(rows)
    answers = place / "memo" / "llm" / "answers.sqlite"
    answers.parent.mkdir()
    answers.write_bytes(b"paid for")
    age_all(place)
    used.recall(rows["key"])  # which dates it
    age(last.folder, 6 * DAY)
    assert going(place) == {old.folder, last.folder}
    age(used.folder)
    age(used.folder.parent)
    assert going(place) == {old.folder, used.folder}, "the last that was used stays"
    for found in waste(place, 5):
        remove(found)
    assert only.folder.exists()
    assert last.folder.exists()
    assert answers.exists()


def test_drafts_and_standard_input_go_when_they_are_old(place):
    for name, file in (("drafts", "1-a.parquet"), ("spool", "ab.jsonl")):
        (place / name).mkdir()
        (place / name / file).write_text("x")
    assert going(place) == set()
    age(place / "drafts" / "1-a.parquet", 2 * DAY)
    age(place / "spool" / "ab.jsonl", 2 * DAY)
    assert going(place) == {place / "drafts" / "1-a.parquet"}
    age_all(place)
    assert going(place) == {place / "drafts" / "1-a.parquet", place / "spool" / "ab.jsonl"}


def test_what_a_run_that_is_still_there_names_stays(place, tmp_path_factory):
    dropped, loose = data(place, 1), data(place, 2)
    run = tmp_path_factory.mktemp("run")
    (run / "manifest.json").write_text(json.dumps({"datasets": {"kept": dropped.model_dump()}}))
    age_all(place)
    gone = {one.path for one in waste(place, 5, [run, run / "removed"])}
    assert gone >= {*loose.files()}
    assert not gone & {*dropped.files()}
