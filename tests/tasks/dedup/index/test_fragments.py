"""An index on disk: what is in it, what a run sees of it, and what is told when it is no index."""

import json
import os
import time
from pathlib import Path

import polars as pl
import pytest

from tasks.base.errors import UsageError
from tasks.dedup.index.fragments import FACTS, FILES, Known, append, fragments, is_sound, known
from tasks.dedup.index.signatures import signatures
from tests.builders import row, table


def release(path, run, *rows, name="night", parts=1):
    """Add rows to an index as one release."""
    found = [signatures(table(*rows[at::parts])) for at in range(parts)] if rows else []
    return append(str(path), iter(found), {"release": name, "run": run, "created": "2026-11-26"})


def ids(path, run="?"):
    """Ids that a run is compared with."""
    seen = known(str(path), run)
    return [seen.read(one, FILES[0]).collect()["id"].to_list() for one in seen.fragments]


@pytest.fixture
def index(tmp_path):
    return tmp_path / "an index"


def test_releases_stand_one_behind_the_other(index):
    assert release(index, "r1", row("a", "one", "two"), row("b", "three", "four")) == 2
    assert release(index, "r2", row("c", "five", "six")) == 1
    assert ids(index) == [["a", "b"], ["c"]]
    assert [(f.release, f.rows, f.words) for f in fragments(str(index))] == [
        ("night", 2, 4), ("night", 1, 2)
    ]  # fmt: skip


def test_a_run_is_compared_with_what_was_there_before_it_the_first_time(index):
    for run, name in (("r1", "a"), ("r2", "b"), ("r3", "c")):
        release(index, run, row(name, name, "yes"))
    assert ids(index, "r1") == []
    assert ids(index, "r2") == [["a"]]
    assert ids(index, "r4") == [["a"], ["b"], ["c"]]


def test_a_release_that_is_made_again_takes_its_old_place(index):
    release(index, "r1", row("a", "one", "two"), row("b", "three", "four"), parts=2)
    release(index, "r2", row("c", "five", "six"))
    before = [one.name for one in fragments(str(index))]
    release(index, "r1", row("a", "one", "two"), row("b", "three", "four"), parts=2)
    assert [one.name for one in fragments(str(index))] == before
    release(index, "r1", row("d", "seven", "eight"))
    assert ids(index) == [["d"], ["c"]]
    assert ids(index, "r2") == [["d"]]


def test_no_text_is_kept(index):
    release(index, "r1", row("a", "Where is Wilhelmina's lighthouse?", "Far away from Amsterdam."))
    tables = [pl.read_parquet(file) for file in index.rglob("*.parquet")]
    assert len(tables) == len(FILES)
    texts = [t.select(pl.col(pl.String)) for t in tables]
    assert {name for one in texts for name in one.columns} == {"id", "signs"}
    assert not any("lighthouse" in str(one.rows()).lower() for one in texts)


def test_what_was_left_of_a_killed_run_does_no_harm(index):
    release(index, "r1", row("a", "one", "two"))
    (index / ".0123abc").mkdir()
    assert ids(index) == [["a"]]


def test_an_empty_release_adds_nothing(index):
    assert release(index, "r1") == 0
    assert fragments(str(index)) == ()


@pytest.mark.parametrize("file", [*FILES, FACTS])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_release_is_named(index, file, damage):
    release(index, "r1", row("a", "one two three", "four"))
    (folder,) = index.iterdir()
    if damage == "gone":
        (folder / file).unlink()
    else:
        (folder / file).write_bytes((folder / file).read_bytes()[:-9])
    with pytest.raises(UsageError, match=f"{folder.name}.*damaged"):
        fragments(str(index))


def test_a_folder_that_was_copied_in_part_is_damaged(index):
    release(index, "r1", row("a", "one two three", "four"))
    (folder,) = index.iterdir()
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(UsageError, match="damaged"):
        fragments(str(index))


@pytest.mark.parametrize("file", FILES)
def test_files_of_another_kind_are_told_when_they_are_read(index, file):
    release(index, "r1", row("a", "Where is Bergen?", "In Norway, say Anna and Bo."))
    (one,) = known(str(index), "?").fragments
    place = index / one.name / file
    other = pl.read_parquet(place).rename(lambda name: name[::-1])
    other.write_parquet(place)
    with pytest.raises(UsageError, match="damaged"):
        known_as(index, one).read(one, file)


def known_as(index, *some):
    return Known(path=str(index), fragments=some)


def test_other_bytes_of_the_same_size_are_found_by_a_look_at_all_of_them(index):
    release(index, "r1", row("a", "one two three", "four"))
    (one,) = fragments(str(index))
    assert is_sound(str(index), one)
    place = index / one.name / FILES[1]
    body = bytearray(place.read_bytes())
    body[5] ^= 1
    place.write_bytes(body)
    assert not is_sound(str(index), one)


def test_what_killed_runs_left_is_swept_up_after_a_day(index):
    for name, age in ((".young", 60), (".old", 2 * 86_400)):
        (index / name).mkdir(parents=True)
        os.utime(index / name, (time.time() - age,) * 2)
    release(index, "r1", row("a", "one", "two"))
    assert sorted(one.name for one in index.glob(".*")) == [".young"]


def test_a_path_may_have_any_letters(tmp_path):
    index = tmp_path / "i[1] * ü {x}"
    release(index, "r1", row("a", "one", "two"))
    assert ids(index) == [["a"]]


def test_a_night_without_rows_has_its_place(index):
    release(index, "r1", row("a", "one", "two"))
    append(str(index), iter([signatures(table())]), {"release": "x", "run": "r2", "created": "y"})
    release(index, "r3", row("c", "five", "six"))
    assert ids(index) == [["a"], [], ["c"]]
    assert ids(index, "r2") == [["a"]]


def test_a_link_to_nowhere_is_no_index(tmp_path):
    (tmp_path / "x").symlink_to(tmp_path / "y")
    with pytest.raises(UsageError, match="link to nowhere"):
        fragments(str(tmp_path / "x"))


def test_a_release_of_other_files_is_damaged(index):
    release(index, "r1", row("a", "one", "two"))
    (folder,) = index.iterdir()
    rows = pl.read_parquet(folder / FILES[0])
    pl.concat([rows, rows]).write_parquet(folder / FILES[0])
    with pytest.raises(UsageError, match="damaged"):
        fragments(str(index))


@pytest.mark.parametrize("field", ["probe", "format"])
def test_an_index_of_another_version_is_not_read(index, field):
    release(index, "r1", row("a", "one", "two"))
    (facts,) = index.glob(f"*/{FACTS}")
    old = json.loads(facts.read_text())
    facts.write_text(json.dumps({**old, field: [1] if field == "probe" else 0}))
    with pytest.raises(UsageError, match="another version of Finery; make the index anew"):
        fragments(str(index))


def test_a_folder_of_something_else_is_left_alone(index):
    index.mkdir()
    Path(index, "thesis.docx").write_text("x")
    with pytest.raises(UsageError, match=r"thesis\.docx.*no release"):
        release(index, "r1", row("a", "one", "two"))
    assert [one.name for one in index.iterdir()] == ["thesis.docx"]


def test_a_file_is_no_index(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="is a file; name a folder"):
        fragments(str(tmp_path / "x"))


def test_no_folder_is_an_empty_index(index):
    assert fragments(str(index)) == ()
    assert not index.exists()
