"""Folders that hold no whole release are refused, each with what to do."""

import json
import shutil

import polars as pl
import pytest

from tasks.base.errors import UsageError
from tasks.compare.compare import compare
from tasks.compare.folder import NUMBERS, ROWS, refuse_taken, write_comparison
from tasks.compare.params import CompareParams
from tasks.compare.release import open_release
from tests.tasks.compare.releases import entry, release


@pytest.fixture
def folder(tmp_path):
    return release(tmp_path / "run", entry("1-0"), entry("2-0", "dedup.near/near_duplicate"))


def change(file, update):
    file.write_text(json.dumps(update(json.loads(file.read_text()))))


def test_what_is_no_release_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        open_release(tmp_path / "nosuch")
    with pytest.raises(UsageError, match=r"holds no release: there is no manifest\.json"):
        open_release(tmp_path)
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}')
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(UsageError, match="not the manifest of a release"):
        open_release(tmp_path)


def test_a_manifest_with_other_things_in_it_is_refused(folder):
    file = folder / "manifest.json"
    for name, value in {"counts": [], "parameters": None, "sources": "x"}.items():
        body = json.loads(file.read_text())
        other = folder.with_name(name)
        shutil.copytree(folder, other)
        (other / "manifest.json").write_text(json.dumps(body | {name: value}))
        with pytest.raises(UsageError, match="is not the manifest of a release"):
            open_release(other)


def test_a_folder_may_have_any_name(folder):
    other = folder.with_name("run [1]*")
    shutil.copytree(folder, other)
    assert open_release(other).ledger.equals(open_release(folder).ledger)


def test_a_run_that_was_cut_short_says_so(folder):
    (folder / "manifest.json").unlink()
    (folder / ".finery-unfinished").write_text("")
    with pytest.raises(UsageError, match="still going or was cut short"):
        open_release(folder)


@pytest.mark.parametrize("file", ["ledger.parquet", "data.parquet", "report.json"])
def test_a_missing_or_damaged_file_is_named(folder, file):
    (folder / file).write_text("damaged {")
    with pytest.raises(UsageError, match=f"{file} cannot be read"):
        open_release(folder)
    (folder / file).unlink()
    with pytest.raises(UsageError, match=f"{file} is missing"):
        open_release(folder)


def test_files_of_another_version_say_which_and_what_is_not_there(folder):
    file = folder / "ledger.parquet"
    pl.read_parquet(file).drop("edits", "twin_of").write_parquet(file)
    with pytest.raises(UsageError, match=r"Finery 0\.1\.0, whose ledger\.parquet has no edits, tw"):
        open_release(folder)


def test_a_further_column_of_a_later_version_is_no_fault(folder):
    file = folder / "ledger.parquet"
    pl.read_parquet(file).with_columns(more=pl.lit(1)).write_parquet(file)
    assert open_release(folder).ledger.height == 2


def test_a_file_of_another_run_is_noticed(folder):
    pl.read_parquet(folder / "data.parquet").clear().write_parquet(folder / "data.parquet")
    with pytest.raises(UsageError, match=r"ledger keeps 1 rows, data\.parquet has 0"):
        open_release(folder)


def test_a_release_is_not_compared_with_itself(folder):
    with pytest.raises(UsageError, match="are the same folder"):
        compare(folder, folder / ".." / "run")


def test_a_comparison_is_written_over_an_earlier_one_alone(folder, tmp_path):
    other = release(tmp_path / "other", entry("1-0"))
    out = tmp_path / "diff"
    write_comparison(compare(folder, other, CompareParams(examples=0)), out)
    first = {file.name: file.read_bytes() for file in out.iterdir()}
    refuse_taken(out)
    write_comparison(compare(folder, other, CompareParams(examples=0)), out)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == first
    assert json.loads(first[NUMBERS])["counts"]["before"] == 1
    assert pl.read_parquet(out / ROWS).height == 0

    with pytest.raises(UsageError, match="is a release, to which nothing is added"):
        refuse_taken(folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds no comparison"):
        refuse_taken(tmp_path / "mine")
    with pytest.raises(UsageError, match="is a file"):
        refuse_taken(tmp_path / "mine" / "notes.txt")
