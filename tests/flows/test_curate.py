"""The flow, end to end on the sample that ships: what becomes of every planted fault."""

import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from flows.curate import curate
from flows.params import CleanParams, DedupParams, ExportParams
from tasks.base.errors import UsageError
from tasks.ingest.params import IngestParams
from tasks.publish.gates import GateParams
from tasks.redact.audit_params import AuditParams
from tasks.redact.pii import RedactParams

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

DEMO = Path(__file__).parents[2] / "deployments" / "demo"
SAMPLE = str(DEMO / "sample")
FILES = {
    "manifest.json", "train.jsonl", "validation.jsonl", "test.jsonl", "data.parquet",
    "pairs.parquet",
    "ledger.parquet", "quarantine.jsonl", "report.html", "report.json", "README.md",
    "croissant.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def run(prefect_server, tmp_path_factory):
    """The sample, curated once for all tests that only look."""
    from prefect.settings import PREFECT_RESULTS_LOCAL_STORAGE_PATH, temporary_settings

    folder = tmp_path_factory.mktemp("run")
    patch = pytest.MonkeyPatch()
    patch.setenv("FINERY_STORE", str(folder / "store"))
    with temporary_settings({PREFECT_RESULTS_LOCAL_STORAGE_PATH: folder / "store" / ".results"}):
        curate(
            [SAMPLE],
            str(folder / "out"),
            export=ExportParams(formats=("openai", "alpaca", "parquet")),
        )
    patch.undo()
    return folder / "out"


@pytest.fixture
def ledger(run):
    return pl.read_parquet(run / "ledger.parquet")


def expected(outcome):
    planted = json.loads((DEMO / "EXPECTED.json").read_text())
    return [p for p in planted if p["outcome"] == outcome]


def fate(ledger, file, record):
    lines = ledger.filter(source=file, source_row=record)
    assert lines.height, f"{file} {record} is not in the ledger"
    return set(lines["state"])


def test_every_file_of_the_contract_is_there(run):
    assert {f.name for f in run.iterdir() if f.is_file()} == FILES
    assert {f.name for f in (run / "formats" / "alpaca").iterdir()} == {
        "train.jsonl", "validation.jsonl", "test.jsonl",
    }  # fmt: skip
    listed = {f["path"] for f in json.loads((run / "manifest.json").read_text())["files"]}
    there = {str(f.relative_to(run)) for f in run.rglob("*") if f.is_file()}
    assert listed == there - {"manifest.json"}


def test_rows_read_are_kept_dropped_or_quarantined(run, ledger):
    counts = json.loads((run / "manifest.json").read_text())["counts"]
    assert (
        counts["read"] + counts["made"]
        == counts["kept"] + counts["dropped"] + counts["quarantined"]
    )
    assert dict(ledger["state"].value_counts().iter_rows()) == {
        s: counts[s] for s in ("kept", "dropped", "quarantined")
    }
    lines = sum(
        len((run / f"{s}.jsonl").read_text().splitlines()) for s in ("train", "validation", "test")
    )
    assert lines == counts["kept"]


@pytest.mark.parametrize(
    "planted", expected("quarantined"), ids=lambda p: f"{p['file']}:{p['record']}"
)
def test_what_cannot_be_read_is_quarantined(ledger, planted):
    assert "quarantined" in fate(ledger, planted["file"], planted["record"])


@pytest.mark.parametrize("planted", expected("dropped"), ids=lambda p: f"{p['file']}:{p['record']}")
def test_what_is_no_use_is_dropped_and_of_twins_one_stays(ledger, planted):
    here = fate(ledger, planted["file"], planted["record"])
    if "twin" not in planted:
        assert here == {"dropped"}
        return
    there = fate(ledger, planted["twin"]["file"], planted["twin"]["record"])
    assert sorted([*here, *there]) == ["dropped", "kept"]


@pytest.mark.parametrize("planted", expected("edited"), ids=lambda p: f"{p['file']}:{p['record']}")
def test_what_is_damaged_or_private_is_mended_and_kept(ledger, planted):
    line = ledger.filter(source=planted["file"], source_row=planted["record"]).row(0, named=True)
    assert line["state"] == "kept"
    assert line["edits"]


def test_everything_else_is_kept_as_it_was(ledger):
    planted = {
        (p["file"], p["record"]) for o in ("quarantined", "dropped", "edited") for p in expected(o)
    }
    twins = {(p["twin"]["file"], p["twin"]["record"]) for p in expected("dropped") if "twin" in p}
    rest = [
        line for line in ledger.iter_rows(named=True)
        if (line["source"], line["source_row"]) not in planted | twins
    ]  # fmt: skip
    assert len(rest) > 200
    assert [
        (r["source"], r["source_row"], r["reason"])
        for r in rest
        if r["state"] != "kept" or r["edits"]
    ] == []


def test_no_planted_secret_is_in_any_file_but_the_quarantine(run):
    secrets = _planted_values()
    for file in run.rglob("*"):
        if not file.is_file() or file.name == "quarantine.jsonl":
            continue
        text = _text_of(file)
        assert [s for s in secrets if s in text] == [], file.name


def _planted_values():
    """Values that must be gone, found in the sample by their shape alone."""
    shapes = {
        "e-mail": r"[\w.+-]+@[\w-]+\.[\w.]+\w",
        "card": r"\b(?:\d{4}[ -]){3}\d{4}\b",
        "iban": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b",
        "ssn": r"\b\d{3}-\d{2}-\d{4}\b",
        "phone": r"\+\d[\d ()-]{8,}\d|\(\d{3}\) \d{3}-\d{4}",
        "key": r"\bsk-[\w-]{8,}",
        "ip": r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    }
    raw = "\n".join(f.read_text(encoding="utf-8-sig") for f in Path(SAMPLE).iterdir())
    found = {kind: set(re.findall(shape, raw)) for kind, shape in shapes.items()}
    assert all(found.values()), f"the sample has no {[k for k, v in found.items() if not v]}"
    # nobody's address: loopback, any address, network masks
    return {v for vs in found.values() for v in vs if not v.startswith(("127.", "0.0.", "255."))}


def _text_of(file):
    if file.suffix != ".parquet":
        return file.read_text()
    rows = pl.read_parquet(file)
    return "\n".join(str(row) for row in rows.iter_rows())


def test_a_second_run_comes_from_cache_and_another_folder_has_the_same_bytes(fresh_store, tmp_path):
    one = curate([SAMPLE], str(tmp_path / "one"))
    other = curate([SAMPLE], str(tmp_path / "two"))

    assert one.kept == other.kept
    timings = json.loads((tmp_path / "two" / "report.json").read_text())["timings"]
    assert all(t["cached"] for t in timings)
    for file in sorted((tmp_path / "one").rglob("*")):
        if not file.is_file() or file.name == "manifest.json":
            continue
        same = (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes()
        if file.name == "report.json":
            assert _untimed(file.read_bytes()) == _untimed(same)
        else:
            assert file.read_bytes() == same, file.name


def _untimed(body):
    report = json.loads(body)
    report.pop("timings")
    return report


def test_a_lost_store_is_computed_anew_rather_than_pointed_at(fresh_store, tmp_path):
    first = curate([SAMPLE], str(tmp_path / "one"))
    shutil.rmtree(fresh_store / "objects")  # the records of results stay, and lie

    again = curate([SAMPLE], str(tmp_path / "two"))

    assert again.kept == first.kept
    assert (tmp_path / "two" / "manifest.json").exists()


def test_a_new_row_costs_only_its_file(fresh_store, tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(SAMPLE, raw)
    curate([str(raw)], str(tmp_path / "one"))
    with (raw / "pairs.jsonl").open("a") as file:
        file.write('{"prompt": "Name the capital of Chad.", "completion": "N\'Djamena"}\n')

    curate([str(raw)], str(tmp_path / "two"))

    counts = [
        json.loads((tmp_path / n / "report.json").read_text())["counts"] for n in ("one", "two")
    ]
    assert counts[1]["kept"] == counts[0]["kept"] + 1


def test_families_may_be_switched_off_and_the_report_says_so(fresh_store, tmp_path):
    curate(
        [SAMPLE], str(tmp_path / "out"), clean=CleanParams(enabled=False),
        dedup=DedupParams(enabled=False), redact=RedactParams(enabled=False),
    )  # fmt: skip

    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {s["unlock"] for s in report["skipped"]} >= {
        "--set clean.enabled=true", "--set dedup.enabled=true", "--set redact.enabled=true",
    }  # fmt: skip


def test_a_failed_gate_is_named_and_hides_nothing(fresh_store, tmp_path):
    release = curate([SAMPLE], str(tmp_path / "out"), gates=GateParams(min_rows=1000))

    assert release.failed_gates == ("min_rows",)
    assert (tmp_path / "out" / "manifest.json").exists()


def test_a_limit_reads_the_start_of_every_file(fresh_store, tmp_path):
    release = curate([SAMPLE], str(tmp_path / "out"), ingest=IngestParams(limit=10))

    assert release.read == 50


def test_files_without_a_single_row_are_a_clear_error(fresh_store, tmp_path):
    (tmp_path / "empty.jsonl").write_text("\n\n")

    with pytest.raises(UsageError, match="empty_line"):
        curate([str(tmp_path / "empty.jsonl")], str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_rows_that_hold_an_item_of_a_protected_set_leave_and_the_report_counts_them(
    fresh_store, tmp_path
):
    asked = [
        {"question": 'Label the intent: "Where is my parcel? It should have come on Monday."',
         "answer": "delivery_status"},
        {"question": "How many lanterns does the keeper of the seventh lighthouse light?"},
    ]  # fmt: skip
    tests = tmp_path / "tests.jsonl"
    tests.write_text("\n".join(json.dumps(one) for one in asked))

    curate([SAMPLE], str(tmp_path / "out"), protect=(str(tests),))

    ledger = pl.read_parquet(tmp_path / "out" / "ledger.parquet")
    gone = ledger.filter(pl.col("stage") == "dedup.protected").rows(named=True)
    assert [(r["source"], r["source_row"], r["reason"]) for r in gone] == [
        ("pairs.jsonl", 0, "protected_exact")
    ]
    assert gone[0]["detail"].startswith("tests.jsonl#0: 100 % of it, turn 1, characters 0 to ")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["protected"]["files"] == [
        {"file": "tests.jsonl", "items": 2, "found": 1, "protected_exact": 1, "protected_near": 0,
         "protected_rephrased": 0}
    ]  # fmt: skip
    assert "evaluation sets" not in {s["check"] for s in report["skipped"]}
    assert "Protected sets" in (tmp_path / "out" / "report.html").read_text()


def test_without_a_protected_set_the_run_says_so(run):
    skipped = json.loads((run / "report.json").read_text())["skipped"]
    assert {s["unlock"] for s in skipped if s["check"] == "evaluation sets"} == {"--protect FILE"}


def test_a_protected_file_without_an_item_stops_the_run_before_it_reads(fresh_store, tmp_path):
    empty = tmp_path / "none.jsonl"
    empty.write_text('{"x": 1}')
    with pytest.raises(UsageError, match=r"--protect none\.jsonl: no item in it"):
        curate([SAMPLE], str(tmp_path / "out"), protect=(str(empty),))
    assert not (tmp_path / "out").exists()


def test_the_self_test_is_in_the_report_and_leaves_no_trace_in_the_release(run):
    told = json.loads((run / "report.json").read_text())["redactions"]
    assert told["canaries"]["recall"]["of"] == 24 * 18
    assert told["canaries"]["recall"]["value"] > 0.85
    assert told["names_read"] == 100
    released = b"".join(f.read_bytes() for f in run.rglob("*.jsonl"))
    assert b"save_contact" not in released
    assert b"lumetra" not in released + (run / "report.html").read_bytes()


def test_a_closer_look_redacts_nothing_anew(run, tmp_path, monkeypatch):
    from prefect.settings import PREFECT_RESULTS_LOCAL_STORAGE_PATH, temporary_settings

    store = run.parent / "store"
    monkeypatch.setenv("FINERY_STORE", str(store))
    closer = RedactParams(audit=AuditParams(canaries=2, sample=10, names=0))
    gates = GateParams(min_canary_recall=1)
    with temporary_settings({PREFECT_RESULTS_LOCAL_STORAGE_PATH: store / ".results"}):
        done = curate([SAMPLE], str(tmp_path / "out"), redact=closer, gates=gates)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    cached = {t["stage"]: t["cached"] for t in report["timings"]}
    assert (cached["redact.pii"], cached["publish.audit"]) == (True, True)
    assert (cached["redact.canaries"], cached["publish.risk"]) == (False, False)
    assert "publish.names" not in cached
    assert report["redactions"]["risk"]["of"] == 10
    judged = {gate["name"]: gate for gate in report["gates"]}
    assert judged["min_canary_recall"]["passed"] is ("min_canary_recall" not in done.failed_gates)
    assert report["redactions"]["canaries"]["recall"]["of"] == 2 * 18
