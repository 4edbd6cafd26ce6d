"""Nights with an index: each releases what is new, and any of them can be made again."""

import json
import os
from pathlib import Path

import polars as pl
import pytest

from flows.curate import curate_files
from flows.dry_run import plan_run
from flows.front import Call
from flows.params import CurateParams
from flows.plain import PlainCourse
from flows.remember import recall
from tasks.base.errors import UsageError
from tasks.dedup.index.fragments import fragments
from tasks.ingest.sources import find_sources
from tests.flows.command import finery

DAYS = {
    "monday": [
        ("Why do ferries blow their horn before they leave the harbour?", "To warn small boats."),
        ("Explain how a lock lifts a barge from one canal to the next.", "Water runs in below it."),
    ],
    "tuesday": [
        ("Explain how a lock lifts a barge from one canal to the next!", "Water runs in below it."),
        ("Name three birds that nest on cliffs by the sea.", "Gulls, gannets and puffins."),
    ],
    "wednesday": [
        ("Name three birds that nest on cliffs by the sea.", "Gulls, gannets and puffins."),
        ("What does a pilot do when a large ship comes near the port?", "He steers it in."),
    ],
}  # fmt: skip


@pytest.fixture
def night(tmp_path, monkeypatch):
    """Curate some days without Prefect's engine; returns the folder."""
    monkeypatch.setenv("FINERY_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)

    def curated(*days, out="", **given):
        source = tmp_path / f"{'-'.join(days)}.jsonl"
        lines = [{"instruction": q, "output": a} for day in days for q, a in DAYS[day]]
        source.write_text("".join(json.dumps(one) + "\n" for one in lines))
        folder = tmp_path / (out or days[-1])
        files = find_sources([str(source)], tmp_path / "spool")
        params = CurateParams(**{"index": "idx", "redact": {"enabled": False}, **given})
        course, call = PlainCourse(str(tmp_path / "store")), Call(str(folder), "a test", [])
        curate_files(course, files, params, call)
        return folder

    return curated


def asked(folder):
    rows = pl.read_parquet(folder / "data.parquet")
    return sorted(one[0]["content"].split()[0] for one in rows["messages"].to_list())


def bytes_of(folder):
    timed = ("manifest.json", "report.json", "report.html")
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name not in timed}


def test_each_night_releases_what_no_night_before_released(night):
    assert asked(night("monday")) == ["Explain", "Why"]
    tuesday = night("tuesday")
    assert asked(tuesday) == ["Name"]
    assert asked(night("wednesday")) == ["What"]
    (gone,) = pl.read_parquet(tuesday / "ledger.parquet").filter(state="dropped").rows(named=True)
    assert (gone["stage"], gone["reason"]) == ("dedup.released", "released_before")
    assert gone["detail"] == "release monday"
    released = json.loads((tuesday / "report.json").read_text())["released"]
    assert (released["releases"], released["released_rows"], released["alike"]) == (1, 2, 1)
    assert "One earlier release holds 2 rows" in (tuesday / "report.html").read_text()


def test_any_night_is_made_again_to_the_byte(night):
    first = [bytes_of(night(day)) for day in DAYS]
    before = fragments("idx")
    assert [bytes_of(night(day)) for day in DAYS] == first
    assert fragments("idx") == before


def test_rows_released_before_are_released_again_if_asked_for(night):
    keep = {"dedup": {"released": {"again": "keep"}}}
    night("monday", **keep)
    both = night("monday", "tuesday", out="both", **keep)
    assert asked(both) == ["Explain", "Name", "Why"]
    assert [one.rows for one in fragments("idx")] == [2, 1]
    assert asked(night("monday", "tuesday", "wednesday", out="all", **keep)) == [
        "Explain", "Name", "What", "Why"
    ]  # fmt: skip


def test_another_run_of_the_same_sources_is_another_release(night):
    night("monday")
    assert pl.read_parquet(night("monday", out="trial") / "data.parquet").height == 0
    assert [(one.release, one.rows) for one in fragments("idx")] == [("monday", 2), ("trial", 0)]


@pytest.mark.parametrize("out", ["idx", "idx/monday"])
def test_a_run_is_not_written_into_the_index(night, out):
    with pytest.raises(UsageError, match=r"is in the (index|folder of the run)"):
        night("monday", out=out)


def test_an_index_in_the_folder_of_a_run_would_be_lost_with_it(night):
    with pytest.raises(UsageError, match="is in the folder of the run"):
        night("monday", index="monday/idx")


def test_an_index_is_not_read_as_a_source(night, tmp_path):
    night("monday", index="")
    files = find_sources([str(tmp_path / "monday" / "train.jsonl")], tmp_path / "spool")
    params = CurateParams(index=str(tmp_path / "monday"))
    with pytest.raises(UsageError, match=r"train\.jsonl was taken for one"):
        recall(params, files, "elsewhere")


def test_a_night_without_anything_new_fails_no_gate(night):
    night("monday")
    out = night("monday", out="again")
    gates = json.loads((out / "report.json").read_text())["gates"]
    assert all(gate["passed"] for gate in gates)
    assert any(gate["text"].startswith("0 rows kept, 2 were released before") for gate in gates)


def test_nothing_is_remembered_of_a_run_that_failed_a_gate(night):
    out = night("monday", gates={"min_rows": 3})
    assert fragments("idx") == ()
    skipped = json.loads((out / "report.json").read_text())["skipped"]
    assert [s["why"] for s in skipped if s["check"] == "index of releases"] == [
        "nothing was added to it, because a gate failed: min_rows"
    ]


def test_rows_that_were_released_before_fail_no_gate_for_drops(night):
    night("monday", "tuesday", out="first")
    out = night("tuesday", gates={"max_dropped": 0.1, "min_rows": 0})
    gates = json.loads((out / "manifest.json").read_text())["gates"]
    assert all(gate["passed"] for gate in gates)


def test_a_dry_run_writes_nothing(night, tmp_path, capsys):
    night("monday")
    before = fragments("idx")
    files = find_sources([str(tmp_path / "monday.jsonl")], tmp_path / "spool")
    plan_run(files, CurateParams(index="idx", redact={"enabled": False}), as_json=False)
    assert "index.add" in capsys.readouterr().out
    assert fragments("idx") == before


@pytest.mark.parametrize(
    ("name", "said"), [("file", "is a file"), ("/proc/x", "cannot be written")]
)
def test_a_wrong_index_is_told_before_anything_runs(night, tmp_path, name, said):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=f"--index .*{said}"):
        night("monday", index=name)
    assert not Path("monday").exists()


def test_runs_made_without_an_index_are_added_to_one_and_listed(night, tmp_path):
    for day in ("monday", "tuesday"):
        night(day, index="")
    finery("index", "add", "idx", "monday", "tuesday", env={**os.environ}, cwd=tmp_path)
    listed = finery("index", "list", "idx", env={**os.environ}, cwd=tmp_path).stdout
    assert [line.split()[1:4] for line in listed.splitlines()[:2]] == [
        ["2", "rows", "monday"], ["2", "rows", "tuesday"]
    ]  # fmt: skip
    assert listed.splitlines()[2] == "releases: 2, rows: 4"
    assert asked(night("wednesday")) == ["What"]


def test_a_folder_without_a_run_is_not_added(tmp_path):
    (tmp_path / "x").mkdir()
    failed = finery("index", "add", "idx", "x", env={**os.environ}, cwd=tmp_path)
    assert failed.returncode == 2
    assert "x holds no finished run" in failed.stderr
    assert not (tmp_path / "idx").exists()
