"""Nights: each release is what a run from nothing would make, and only what is new is read."""

import json
from functools import partial

import polars as pl
import pytest

from flows.curate import curate_files
from flows.front import Call
from flows.night import Evening, check_apart, identity_of, night
from flows.params import CurateParams, NightlyParams
from flows.plain import PlainCourse
from flows.recipe import read_params
from tasks.base.errors import StageError, UsageError
from tasks.ingest.sources import find_sources
from tasks.publish.releases import Releases
from tests.flows.command import SAMPLE, finery

TIMED = ("manifest.json", "report.json")
CHANGES = ("compare.html", "compare.json", "compare.parquet")


def line(n, answer="Because the tide turns the wheel."):
    word = ("ferry", "lock", "crane", "barge", "pilot", "anchor", "quay", "harbour")[n % 8]
    place = ("Ghent", "Oslo", "Riga", "Cadiz", "Split")[n % 5]
    ask = f"Why does the {word} of {place} wait for the number {n * 7919 % 1009}, and who is told?"
    return json.dumps({"instruction": ask, "output": f"{answer} Ask jo.{n}@lumetra.net about {n}."})


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Sources, releases and a way to make a night of them without Prefect's engine."""
    monkeypatch.setenv("FINERY_STORE", str(tmp_path / "store"))
    (tmp_path / "raw").mkdir()

    class House:
        raw = tmp_path / "raw"
        releases = Releases(str(tmp_path / "releases"))

        def write(self, name, lines):
            (self.raw / name).write_text("\n".join(lines) + "\n")

        def night(self, day="2026-11-26", **given):
            params = NightlyParams(**given)
            files = find_sources([str(self.raw)], tmp_path / "spool")
            course = PlainCourse(str(tmp_path / "store"))
            with self.releases.alone():
                known = identity_of(files, params)
                evening = Evening(self.releases, params, files, known, self.releases.latest())
                draft = self.releases.draft(day)
                path = str(self.releases.path / "index") if params.each == "new" else ""
                call = Call("", "a test", [])
                done, _ = night(course, files, params.curating(path), call, evening, draft)
            self.read = next(
                r.report.figures["rows_read"]
                for r in course.results
                if r.report.stage == "redact.pii"
            )
            return done

        def from_nothing(self):
            files = find_sources([str(self.raw)], tmp_path / "spool")
            store, out = tmp_path / "other", tmp_path / "fresh"
            call = Call(str(out), "a test", [])
            curate_files(PlainCourse(str(store)), files, CurateParams(), call)
            return out

    return House()


def files(folder):
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file() and one.name not in (*TIMED, *CHANGES)
    }


def test_a_later_night_reads_what_is_new_and_releases_what_a_run_from_nothing_does(house):
    house.write("a.jsonl", [line(n) for n in range(200)])
    house.write("b.jsonl", [line(n) for n in range(200, 230)])
    first = house.night()
    assert (first.name, first.parent, house.read) == ("2026-11-26", None, 230)
    # the old file lost a row and has one that changed; the other one grew; a third is new
    lines = [line(n) for n in range(200) if n != 7]
    lines[50] = line(50, "No longer.")
    house.write("a.jsonl", lines)
    house.write("b.jsonl", [line(n) for n in range(200, 232)])
    house.write("0.jsonl", [line(300)])
    second = house.night("2026-11-27")
    assert (second.name, second.parent, house.read) == ("2026-11-27", "2026-11-26", 4)
    made, fresh = house.releases.folder("2026-11-27"), house.from_nothing()
    assert files(made) == files(fresh)
    manifest = json.loads((made / "manifest.json").read_bytes())
    assert manifest["parent"] == "2026-11-26"
    changes = json.loads((made / "compare.json").read_bytes())
    counts = changes["counts"]
    assert (counts["before"], counts["after"], counts["changed"]) == (230, 232, 1)
    assert (counts["lost"], counts["gained"]) == (1, 3)
    assert changes["after"]["folder"] == str(made)
    assert "Beside 2026-11-26: 232 rows" in second.sentence
    # but for the moment, and whose child it is, the manifests agree
    apart = {"created", "parent", "identity", "files", "cost"}
    other = json.loads((fresh / "manifest.json").read_bytes())
    assert {k: v for k, v in manifest.items() if k not in apart} == {
        k: v for k, v in other.items() if k not in apart
    }


def test_a_release_that_changes_more_than_it_may_does_not_become_the_latest(house):
    house.write("a.jsonl", [line(n) for n in range(40)])
    house.night()
    house.write("a.jsonl", [line(n) for n in range(20)])
    second = house.night("2026-11-27", shift={"max_lost": 0.1})
    assert second.failed_gates == ("max_lost",)
    assert house.releases.latest().name == "2026-11-26"
    third = house.night("2026-11-28", shift={"max_lost": 0.6})
    assert (third.parent, third.failed_gates) == ("2026-11-26", ())


def test_limits_on_what_changed_stop_a_night_that_cannot_be_compared(house):
    house.write("a.jsonl", [line(n) for n in range(40)])
    house.night()
    table = house.releases.folder("2026-11-26") / "data.parquet"
    size = table.stat().st_size
    table.write_bytes(b"\0" * size)
    house.write("a.jsonl", [line(n) for n in range(20)])
    with pytest.raises(StageError, match=r"the limits of `shift` cannot be kept.*leave them out"):
        house.night("2026-11-27", shift={"max_lost": 0.1})
    assert house.releases.latest().name == "2026-11-26"
    done = house.night("2026-11-28")
    assert "Not compared with 2026-11-26" in done.sentence


def test_a_limit_that_no_night_of_new_rows_could_keep_is_refused():
    with pytest.raises(UsageError, match=r"shift\.max_lost cannot be kept with each=new"):
        read_params(NightlyParams, None, ["each=new", "shift.max_lost=0.1"])
    read_params(NightlyParams, None, ["each=new", "shift.max_shift=0.1"])


def test_releases_that_would_be_sources_tomorrow_are_refused_tonight(tmp_path):
    raw = tmp_path / "raw"
    with pytest.raises(UsageError, match="would be in the folder of sources"):
        check_apart(Releases(str(raw / "releases")), [str(tmp_path)], [])
    check_apart(Releases(str(raw / ".releases")), [str(tmp_path)], [])  # hidden: no source
    check_apart(Releases(str(raw / "releases")), [str(raw / "*.jsonl")], [])


def test_nights_of_new_rows_alone_hold_what_no_earlier_release_holds(house):
    house.write("a.jsonl", [line(n) for n in range(20)])
    house.night(each="new")
    house.write("a.jsonl", [line(n) for n in range(23)])
    second = house.night("2026-11-27", each="new")
    assert second.kept == 3
    house.write("a.jsonl", [line(n) for n in range(24)])
    third = house.night("2026-11-28", each="new", gates={"min_rows": 1000})
    assert third.failed_gates == ("min_rows",)
    assert "2026-11-27 stays the latest" in third.sentence
    again = house.night("2026-11-29", each="new")  # what failed was not released
    assert again.kept == 1
    rows = pl.concat(
        pl.read_parquet(house.releases.folder(one.name) / "data.parquet").select("id")
        for one in house.releases.present
        if one.passed
    )
    assert rows.height == rows["id"].n_unique() == 24


def test_the_identity_of_a_night_follows_from_sources_and_settings(house, tmp_path):
    house.write("a.jsonl", [line(1)])

    def known(**given):
        return identity_of(find_sources([str(house.raw)], tmp_path), NightlyParams(**given))

    before = known()
    assert known() == known(keep=3) == known(runner="processes") == before
    assert known(seed=1) != before
    assert known(each="new") != before
    exam = tmp_path / "exam.jsonl"
    exam.write_text(line(5) + "\n")
    with_exam = known(protect=(str(exam),))
    exam.write_text(line(6) + "\n")
    assert known(protect=(str(exam),)) != with_exam  # the file's content, not its name
    house.write("a.jsonl", [line(2)])
    assert known() != before


def test_an_index_beside_that_of_the_releases_is_refused():
    with pytest.raises(UsageError, match="each=new"):
        read_params(NightlyParams, None, ["index=idx"])


def test_the_command_makes_a_release_and_then_has_nothing_to_do(own_server, tmp_path):
    place = tmp_path / "releases"
    run = partial(finery, "nightly", SAMPLE, "--releases", place, env=own_server, cwd=tmp_path)
    planned = run("--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert not place.exists()
    first = run("--quiet")
    assert first.returncode == 0, first.stderr
    assert "Released as" in first.stdout
    second = run("--json")
    assert second.returncode == 0, second.stderr
    told = json.loads(second.stdout)
    assert told["out"] == str((place / "latest").resolve())
    assert told["unchanged"] is True
    assert told["sentence"].startswith("Nothing changed since")
    assert len(Releases(str(place)).listed) == 1
    third = run("--quiet")
    assert "Nothing changed since the release" in third.stdout
    listed = finery("releases", place, env=own_server, cwd=tmp_path)
    assert listed.stdout.rstrip().endswith("latest")
    inside = finery("nightly", tmp_path, "-r", place, env=own_server, cwd=tmp_path)
    assert inside.returncode == 2
    assert "would be in the folder of sources" in inside.stderr
    strict = partial(run, "--quiet", "--set", "gates.min_rows=99999")
    failed, again = strict(), strict()
    assert (failed.returncode, again.returncode) == (1, 1)
    assert "which failed a gate (min_rows): nothing was done" in again.stdout
    assert len(Releases(str(place)).listed) == 2
    nothing = finery("releases", tmp_path / "raw", env=own_server)
    assert nothing.returncode == 2
    assert "holds no releases" in nothing.stderr
