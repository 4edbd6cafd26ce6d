"""A folder of releases: whole ones in a list, one of them the latest, and nobody else's files."""

import json
import os
import subprocess
import sys

import pytest

from tasks.base.errors import UsageError
from tasks.publish.listed import CHANGES
from tasks.publish.releases import DRAFT, LIST, Releases


@pytest.fixture
def place(tmp_path):
    return Releases(str(tmp_path / "releases"))


def write(folder, identity="a", parent=None, failed=(), kept=3):
    """A release as a run leaves it, as far as the list reads it."""
    folder.mkdir(parents=True)
    (folder / "data.parquet").write_bytes(b"rows")
    gates = [{"name": name, "passed": False} for name in failed] + [
        {"name": "min_rows", "passed": True}
    ]
    manifest = {
        "finery_version": "0", "created": "2026-11-26T02:00:00+00:00", "identity": identity,
        "parent": parent, "gates": gates, "counts": {"kept": kept},
        "files": [{"path": "data.parquet", "bytes": 4}],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def names(place):
    return [one.name for one in place.present]


def test_a_release_of_the_day_has_the_days_name_and_the_next_a_number(place):
    with place.alone():
        for _ in range(3):
            place.publish(write(place.draft("2026-11-26")))
    assert names(place) == ["2026-11-26", "2026-11-26.2", "2026-11-26.3"]
    assert (place.path / "latest").readlink().name == "2026-11-26.3"


def test_a_release_that_fails_a_gate_is_kept_and_does_not_become_the_latest(place):
    with place.alone():
        place.publish(write(place.draft("2026-11-26")))
        listed = place.publish(write(place.draft("2026-11-27"), failed=["max_dropped"]))
    assert listed.failed_gates == ("max_dropped",)
    assert names(place) == ["2026-11-26", "2026-11-27"]
    assert place.latest().name == "2026-11-26"
    assert (place.path / "latest").resolve().name == "2026-11-26"


def test_a_gate_on_what_changed_counts_like_any_other(place):
    with place.alone():
        draft = write(place.draft("2026-11-26"))
        gates = [{"name": "max_lost", "passed": False}]
        (draft / CHANGES).write_text(json.dumps({"gates": gates}))
        assert place.publish(draft).failed_gates == ("max_lost",)
    assert place.latest() is None
    assert not (place.path / "latest").exists()


def test_old_releases_make_room_but_never_the_latest(place):
    with place.alone():
        place.publish(write(place.draft("2026-11-01")))
        for day in range(2, 6):
            place.publish(write(place.draft(f"2026-11-0{day}"), failed=["min_rows"]))
        assert place.prune(2) == ["2026-11-02", "2026-11-03"]
        assert place.prune(2) == []
    assert names(place) == ["2026-11-01", "2026-11-04", "2026-11-05"]
    assert [one.name for one in place.listed if one.pruned] == ["2026-11-02", "2026-11-03"]
    with place.alone():
        assert place.draft("2026-11-02").name == "2026-11-02.2"  # a name is given once


def test_what_a_killed_night_left_is_mended_by_the_next(place):
    with place.alone():
        place.publish(write(place.draft("2026-11-26")))
        write(place.draft("2026-11-27"))  # killed while it was written
        write(place.folder("2026-11-28"), identity="b", parent="2026-11-26")  # renamed, not listed
        half = place.folder("2026-11-29")
        half.mkdir()  # no manifest: removed halfway, or copied here halfway
    with place.alone():
        assert not (place.path / DRAFT).exists()
    assert names(place) == ["2026-11-26", "2026-11-28"]
    assert place.latest().identity == "b"
    assert half.exists()  # nothing is removed that is not ours for certain


def test_a_release_that_was_damaged_or_removed_by_hand_is_not_the_latest(place):
    with place.alone():
        for day in ("2026-11-26", "2026-11-27", "2026-11-28"):
            place.publish(write(place.draft(day)))
    (place.folder("2026-11-28") / "data.parquet").write_bytes(b"row")
    assert place.latest().name == "2026-11-27"
    (place.folder("2026-11-27") / "manifest.json").unlink()
    assert place.latest().name == "2026-11-26"


def test_the_list_is_made_anew_when_it_is_removed(place):
    with place.alone():
        for day in ("2026-11-09", "2026-11-26", "2026-11-26", "2026-11-26"):
            place.publish(write(place.draft(day)))
    before = place.listed
    (place.path / LIST).write_text("[{")
    with pytest.raises(UsageError, match="damaged; remove it"):
        assert place.listed
    (place.path / LIST).unlink()
    with place.alone():
        assert place.listed == before


def test_another_process_is_kept_out_while_a_night_is_at_work_and_let_in_when_it_is_killed(place):
    hold = (
        "import sys, time; from tasks.publish.releases import Releases\n"
        f"with Releases({str(place.path)!r}).alone():\n"
        "    print('in', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"in\n"
        with pytest.raises(UsageError, match=rf"process {other.pid}\)"), place.alone():
            pytest.fail("two nights at once")
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    with place.alone():
        assert (place.path / ".lock").read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("what", ["file", "other", "empty"])
def test_a_folder_of_somebody_else_is_refused(tmp_path, what):
    path = tmp_path / "there"
    if what == "file":
        path.write_text("")
    elif what == "other":
        path.mkdir()
        (path / "thesis.tex").write_text("")
    with pytest.raises(UsageError, match="name a"):
        Releases("" if what == "empty" else str(path))
    assert Releases(str(tmp_path / "new")).latest() is None


def test_latest_that_is_no_link_is_refused_and_one_that_is_gone_is_made_anew(place):
    with place.alone():
        place.publish(write(place.draft("2026-11-26")))
    link = place.path / "latest"
    link.unlink()
    with place.alone():
        assert link.readlink().name == "2026-11-26"
    link.unlink()
    link.mkdir()
    with pytest.raises(UsageError, match="where a link to the latest release belongs"):
        place.check_writable()


def test_a_release_that_was_moved_away_and_linked_to_loses_its_link_alone(place, tmp_path):
    with place.alone():
        place.publish(write(place.draft("2026-11-26")))
        place.folder("2026-11-26").rename(tmp_path / "big")
        place.folder("2026-11-26").symlink_to(tmp_path / "big")
        place.publish(write(place.draft("2026-11-27")))
        assert place.prune(1) == ["2026-11-26"]
    assert (tmp_path / "big" / "manifest.json").exists()
    assert not place.folder("2026-11-26").is_symlink()


def test_a_folder_with_the_name_of_a_release_and_something_else_in_it_is_named(place):
    with place.alone():
        place.publish(write(place.draft("2026-11-26")))
    (place.path / "2026-01-01").mkdir()
    (place.path / "2026-01-01" / "manifest.json").write_text('{"name": "web ext"}')
    with pytest.raises(UsageError, match="2026-01-01 has the name of a release"), place.alone():
        pytest.fail("it was taken for a release")
