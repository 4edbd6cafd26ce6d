"""A run that keeps a core set: how many rows are released, and what it says of the others."""

import json
from pathlib import Path

import polars as pl
import pytest

from flows.curate import curate_files
from flows.front import Call
from flows.params import CurateParams
from flows.plain import PlainCourse
from tasks.ingest.sources import find_sources

SAMPLE = Path(__file__).parents[2] / "deployments" / "demo" / "sample"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Curate the sample without Prefect's engine, with these settings of `dedup`."""
    monkeypatch.setenv("FINERY_STORE", str(tmp_path / "store"))

    def curated(**dedup):
        given = {"redact": {"enabled": False}, "gates": {"max_dropped": 0.5}, "dedup": dedup}
        files = find_sources([str(SAMPLE)], tmp_path / "spool")
        out = tmp_path / "out"
        course, call = PlainCourse(str(tmp_path / "store")), Call(str(out), "a test", [])
        curate_files(course, files, CurateParams(**given), call)
        return out

    return curated


def test_no_more_rows_are_released_than_the_core_set_has(run):
    out = run(core={"rows": 40})
    ledger = pl.read_parquet(out / "ledger.parquet")
    assert pl.read_parquet(out / "data.parquet").height == 40
    lost = ledger.filter(stage="dedup.core")
    kept = {*ledger.filter(state="kept")["id"]}
    assert lost.height > 200
    assert {*lost["reason"]} == {"outside_core_set"}
    assert {*lost["twin_of"]} <= kept
    assert lost["score"].null_count() == lost["detail"].null_count() == 0


def test_the_report_says_where_it_stopped_and_the_manifest_which_encoder_read(run):
    out = run(core={"rows": 40})
    told = json.loads((out / "report.json").read_text())["core_set"]
    assert told["rows_after"] == 40
    assert told["nearest_kept"] <= told["stopped_at"] < 0.6
    assert "40 stay" in (out / "report.html").read_text()
    models = json.loads((out / "manifest.json").read_text())["models"]
    assert [one["used_for"] for one in models] == ["rows to spare"]


def test_rows_that_were_to_go_fail_no_gate(run):
    out = run(core={"rows": 40})
    gates = json.loads((out / "manifest.json").read_text())["gates"]
    assert all(gate["passed"] for gate in gates)


@pytest.mark.parametrize("dedup", [{}, {"core": {"rows": 40}, "enabled": False}])
def test_without_deduplication_or_without_a_number_there_is_no_core_set(run, dedup):
    out = run(**dedup)
    assert pl.read_parquet(out / "data.parquet").height > 250
    assert json.loads((out / "report.json").read_text())["core_set"] == {}
