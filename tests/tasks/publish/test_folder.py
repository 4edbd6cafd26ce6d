"""The folder of a run: nobody else's files are touched, and what is half done is never left."""

import hashlib
import json

import pytest

from tasks.base.errors import UsageError
from tasks.publish.folder import RunFolder, refuse_foreign

OURS = {"finery_version": "0.1.0"}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "run"


def finished(out, *names):
    folder = RunFolder(str(out))
    folder.claim()
    for name in names:
        folder.write(name, name.encode(), rows=1)
    folder.finish(OURS)
    return folder


def files(out):
    return {str(f.relative_to(out)) for f in out.rglob("*") if f.is_file()}


def test_a_run_leaves_its_files_and_a_manifest_that_lists_them(out):
    finished(out, "train.jsonl", "formats/trl/train.jsonl")
    assert files(out) == {"train.jsonl", "formats/trl/train.jsonl", "manifest.json"}
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["finery_version"] == "0.1.0"
    assert manifest["files"][0] == {
        "path": "train.jsonl", "bytes": 11, "rows": 1,
        "sha256": hashlib.sha256(b"train.jsonl").hexdigest(),
    }  # fmt: skip


def test_a_new_run_removes_the_files_of_the_last_one_and_nothing_else(out):
    finished(out, "train.jsonl", "formats/trl/train.jsonl")
    (out / "notes.txt").write_text("mine")
    finished(out, "test.jsonl")
    assert files(out) == {"test.jsonl", "manifest.json", "notes.txt"}


def test_while_a_run_is_under_way_there_is_no_manifest(out):
    finished(out, "train.jsonl")
    folder = RunFolder(str(out))
    folder.claim()
    assert files(out) == {".finery-unfinished"}
    folder.write("train.jsonl", b"x")
    assert not (out / "manifest.json").exists()


def test_files_of_a_run_that_was_cut_short_are_removed_by_the_next(out):
    cut = RunFolder(str(out))
    cut.claim()
    cut.write("formats/trl/train.jsonl", b"x")
    again = RunFolder(str(out))
    again.claim()  # and this one is cut short, too
    assert files(out) == {".finery-unfinished"}
    finished(out, "test.jsonl")
    assert files(out) == {"test.jsonl", "manifest.json"}


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "train.jsonl"])
def test_a_folder_with_other_files_is_refused_and_untouched(out, name):
    out.mkdir()
    (out / name).write_text("mine")
    with pytest.raises(UsageError, match="holds no run of Finery"):
        RunFolder(str(out)).claim()
    assert (out / name).read_text() == "mine"


@pytest.mark.parametrize(
    "manifest", ['{"name": "a web page"}', "[]", "{broken", "", '{"files": [{"path": "x"}]}', "7"]
)
def test_a_manifest_of_something_else_does_not_make_the_folder_ours(out, manifest):
    out.mkdir()
    (out / "manifest.json").write_text(manifest)
    with pytest.raises(UsageError, match="holds no run of Finery"):
        refuse_foreign(str(out))


@pytest.mark.parametrize("name", ["../precious.txt", "/precious.txt"])
def test_a_manifest_that_lists_files_elsewhere_removes_none(out, tmp_path, name):
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    out.mkdir()
    listed = str(precious) if name.startswith("/") else name
    (out / "manifest.json").write_text(json.dumps({**OURS, "files": [{"path": listed}]}))
    with pytest.raises(UsageError, match="outside its folder"):
        RunFolder(str(out)).claim()
    assert precious.read_text() == "mine"


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "run").write_text("x")
    with pytest.raises(UsageError, match="is a file; name a folder"):
        refuse_foreign(str(tmp_path / "run"))


def test_a_folder_that_is_new_or_empty_is_fine(out):
    refuse_foreign(str(out))
    assert not out.exists()
    out.mkdir()
    refuse_foreign(str(out))
