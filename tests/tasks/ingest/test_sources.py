"""Which files a run reads, and what they are called."""

import io
import os
import sys
from pathlib import Path

import pytest

from tasks.base.errors import SourceError
from tasks.ingest.params import IngestParams
from tasks.ingest.read import read_file
from tasks.ingest.sources import find_sources, ignored_files


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b.jsonl",
        "a.csv.gz",
        "deep/c.parquet",
        "notes.txt",
        ".hidden.jsonl",
        ".git/d.json",
    ):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "in"


def names(*specs: object, spool: Path = Path("unused")) -> list[str]:
    return [file.name for file in find_sources([str(s) for s in specs], spool)]


def test_a_folder_gives_its_known_files_sorted_and_named_below_it(tree):
    assert names(tree) == ["a.csv.gz", "b.jsonl", "deep/c.parquet"]


def test_what_is_left_out_can_be_listed(tree):
    assert ignored_files([str(tree)]) == [".git/d.json", ".hidden.jsonl", "notes.txt"]


def test_a_glob_names_files_from_its_first_wildcard_on(tree):
    assert names(tree / "*.jsonl") == ["b.jsonl"]
    assert names(tree / "**" / "*.parquet") == ["deep/c.parquet"]


def test_a_single_file_has_its_base_name_and_is_known_by_its_bytes(tree):
    [one] = find_sources([str(tree / "deep/c.parquet")], tree)
    assert (one.name, one.bytes, len(one.sha256)) == ("c.parquet", 14, 64)


def test_a_file_named_twice_is_read_once(tree):
    assert names(tree / "b.jsonl", tree / "b.jsonl", tree).count("b.jsonl") == 1


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for folder in ("mon", "tue"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text(folder)
    assert names(tmp_path / "mon/x.csv", tmp_path / "tue") == ["mon/x.csv", "tue/x.csv"]


def test_standard_input_is_kept_by_its_content(tmp_path, monkeypatch):
    for _ in range(2):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"a": 1}\n')))
        [file] = find_sources(["-"], tmp_path / "spool")
    assert file.name == "-"
    assert [path.name for path in (tmp_path / "spool").iterdir()] == [file.sha256]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("none.jsonl", "no such file"),
        ("*.jsonl", "no file that can be read"),
        ("empty", "no file that can be read"),
        ("s3://bucket/x.jsonl", "cannot be read yet; download"),
        ("hf://datasets/x", "cannot be read yet; download"),
        ("notes.txt", "unknown kind of file"),
    ],
)
def test_a_source_that_is_not_there_is_an_error_that_says_what_to_do(
    tmp_path, monkeypatch, spec, says
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=says):
        find_sources([spec], tmp_path)
    with pytest.raises(SourceError, match="no source"):
        find_sources([], tmp_path)


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path):
    (tmp_path / "a[1].csv").write_text("x")
    assert names(tmp_path / "a[1].csv") == ["a[1].csv"]


@pytest.mark.parametrize("spec", ["", "  "])
def test_an_empty_source_is_not_the_current_folder(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_text("{}\n")
    with pytest.raises(SourceError, match="a variable unset"):
        find_sources([spec], tmp_path / "spool")
    assert [file.name for file in find_sources(["."], tmp_path / "spool")] == ["a.jsonl"]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no file names that are not UTF-8")
def test_a_path_that_is_not_utf8_is_an_error_and_a_file_left_out_is_spelled(tmp_path):
    folder = tmp_path / os.fsdecode(b"raw\xff")
    folder.mkdir()
    (folder / "a.jsonl").write_text("{}\n")
    with pytest.raises(SourceError, match="path is not UTF-8; rename it"):
        find_sources([str(folder)], tmp_path / "spool")
    assert ignored_files([str(tmp_path)]) == []
    (tmp_path / os.fsdecode(b"notes\xfe.txt")).touch()
    assert ignored_files([str(tmp_path)]) == [r"notes\udcfe.txt"]


def test_a_file_that_is_written_to_while_it_is_read_is_not_taken_for_what_it_was(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"instruction": "Why?", "output": "So."}\n')
    (file,) = find_sources([str(path)], tmp_path / "spool")
    file.check_unchanged()
    with path.open("a") as more:
        more.write('{"instruc')
    with pytest.raises(SourceError, match="written to while it was read"):
        read_file(file, str(tmp_path / "store"), IngestParams())
    path.unlink()
    with pytest.raises(SourceError, match="written to while it was read"):
        file.check_unchanged()


def test_links_are_followed_once_and_may_go_in_circles(tree, tmp_path):
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "x.jsonl").write_bytes(b"{}")
    (tree / "link").symlink_to(beside)
    (tree / "deep" / "up").symlink_to(tree)
    assert names(tree) == ["a.csv.gz", "b.jsonl", "deep/c.parquet", "link/x.jsonl"]
    assert sorted(names(tree / "*")) == sorted(names(tree))


def test_a_link_to_nothing_is_an_error_because_its_rows_would_be_missing(tree):
    (tree / "gone.jsonl").symlink_to(tree / "nowhere.jsonl")
    with pytest.raises(SourceError, match=r"gone\.jsonl: leads to nothing"):
        names(tree)


def test_a_folder_that_cannot_be_read_is_an_error_because_its_rows_would_be_missing(
    tree, monkeypatch
):
    scan = os.scandir

    def refuse(path):  # root may read every folder, so rights alone would test nothing
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourceError, match=r"deep: cannot be read \(Permission denied\)"):
        names(tree)
