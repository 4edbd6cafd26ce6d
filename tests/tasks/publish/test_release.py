"""A release: every file is written and listed, and the same run writes the same bytes."""

import hashlib
import io
import json
from pathlib import Path

import polars as pl
import pytest

from tasks.base.dataset import read_dataset
from tasks.base.errors import LedgerError, UsageError
from tasks.publish.audit import count_residues
from tasks.publish.gates import GateParams
from tasks.publish.release import write_release
from tasks.redact.params import RedactParams
from tests.tasks.publish.small_run import MAIL, PHONE, RECORDS


@pytest.fixture(scope="module")
def released(plan):
    release, report = write_release(plan)
    return Path(plan.out), release, report


def lines(out, name):
    return [json.loads(line) for line in (out / name).open()]


def manifest(out):
    return json.loads((out / "manifest.json").read_text())


def test_all_files_are_there_and_listed_with_their_hashes(released):
    out, _, _ = released
    there = {str(f.relative_to(out)) for f in out.rglob("*") if f.is_file()}
    assert {"train.jsonl", "validation.jsonl", "test.jsonl", "formats/alpaca/train.jsonl",
            "data.parquet", "ledger.parquet", "quarantine.jsonl", "report.html", "report.json",
            "README.md", "croissant.json", "manifest.json"} <= there  # fmt: skip
    listed = {f["path"]: f for f in manifest(out)["files"]}
    assert set(listed) == there - {"manifest.json"}
    for name, file in listed.items():
        body = (out / name).read_bytes()
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (file["sha256"], file["bytes"])


def test_the_splits_hold_every_kept_row_once(released, plan):
    out, release, _ = released
    sides = [lines(out, f"{side}.jsonl") for side in ("train", "validation", "test")]
    assert all(sides)
    assert sum(map(len, sides)) == release.kept == plan.kept.rows
    assert pl.read_parquet(out / "data.parquet").height == release.kept
    assert (
        sum(f["rows"] for f in manifest(out)["files"] if f["path"].startswith("formats/"))
        == release.kept
    )


def test_the_ledger_and_the_counts_agree(released):
    out, release, report = released
    states = dict(pl.read_parquet(out / "ledger.parquet")["state"].value_counts().iter_rows())
    assert states == {
        "kept": release.kept,
        "dropped": release.dropped,
        "quarantined": release.quarantined,
    }
    assert release.read == sum(map(len, RECORDS.values()))
    assert manifest(out)["counts"] == report["counts"]
    assert (release.failed_gates, release.out) == ((), str(out))


def test_private_values_stand_in_the_quarantine_alone(released):
    out, _, _ = released
    for file in out.rglob("*"):
        if file.is_file() and file.name != "quarantine.jsonl":
            body = file.read_bytes()
            if file.suffix == ".parquet":
                body = pl.read_parquet(io.BytesIO(body)).write_json().encode()
            assert MAIL.encode() not in body, file.name
            assert PHONE.encode() not in body, file.name
    assert MAIL in (out / "quarantine.jsonl").read_text()


def test_a_record_in_quarantine_is_whole_and_says_where_it_was(released):
    out, _, _ = released
    [record] = lines(out, "quarantine.jsonl")
    assert (record["source"], record["line"], record["reason"]) == ("b.jsonl", 3, "malformed_json")
    assert record["raw"] == RECORDS["b.jsonl"][2]


def untimed(out):
    bodies = {}
    for file in sorted(out.rglob("*")):
        if not file.is_file() or file.name == "manifest.json":
            continue
        body = file.read_bytes()
        if file.name == "report.json":
            body = json.dumps(
                {k: v for k, v in json.loads(body).items() if k != "timings"}
            ).encode()
        bodies[str(file.relative_to(out))] = body
    return bodies


def test_the_same_run_writes_the_same_bytes_also_over_itself(released, plan, tmp_path):
    out, _, _ = released
    late = plan.timings[0].model_copy(update={"seconds": 99.0})
    other = plan.model_copy(update={"out": str(tmp_path / "other"), "timings": (late,)})
    for _ in range(2):
        write_release(other)
        assert untimed(Path(other.out)) == untimed(out)


def test_a_failed_gate_hides_nothing_and_is_named(plan, tmp_path):
    strict = plan.model_copy(
        update={"out": str(tmp_path / "out"), "gates": GateParams(min_rows=10_000)}
    )
    release, report = write_release(strict)
    assert release.failed_gates == ("min_rows",)
    assert "1 gate(s) failed: min_rows" in release.sentence
    assert report["gates"][0]["passed"] is False
    assert manifest(tmp_path / "out")["gates"][0]["name"] == "min_rows"
    assert (tmp_path / "out/train.jsonl").stat().st_size


def test_rows_without_redaction_are_not_audited(open_plan, tmp_path):
    unread = open_plan.model_copy(update={"out": str(tmp_path / "out"), "residues": None})
    _, report = write_release(unread)
    assert "max_residual_pii" not in {gate["name"] for gate in report["gates"]}


def test_personal_data_left_in_released_text_fails_its_gate(open_plan, tmp_path):
    """As if the redaction had missed a row: nothing of it was done."""
    found = count_residues(read_dataset(open_plan.kept).collect(), RedactParams())
    missed = open_plan.model_copy(update={"out": str(tmp_path / "out"), "residues": found})
    release, report = write_release(missed)
    assert release.failed_gates == ("max_residual_pii",)
    assert report["gates"][0]["value"] == 2


def test_the_audit_looks_for_what_was_to_be_taken_out_in_every_column(open_plan):
    rows = read_dataset(open_plan.kept).collect()
    assert count_residues(rows, RedactParams(entities=("IBAN_CODE",))) == {}
    told = rows.head(1).with_columns(
        meta=pl.lit('{"mail": "anna.k@example.org"}'), tools=pl.lit('[{"ip": "25.83.114.9"}]')
    )
    assert (
        count_residues(told, RedactParams()).items()
        >= {"EMAIL_ADDRESS": 1, "IP_ADDRESS": 1}.items()
    )
    kept = RedactParams(keep=("anna.k@example.org", "25.83.114.9"))
    assert not {"EMAIL_ADDRESS", "IP_ADDRESS"} & count_residues(told, kept).keys()


def test_a_row_without_a_fate_writes_nothing(plan, tmp_path):
    lost = plan.model_copy(update={"out": str(tmp_path / "out"), "results": plan.results[1:],
                                   "stage_inputs": plan.stage_inputs[1:]})  # fmt: skip
    with pytest.raises(LedgerError):
        write_release(lost)
    assert not (tmp_path / "out").exists()


def test_a_folder_of_other_files_is_refused(plan, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        write_release(plan.model_copy(update={"out": str(tmp_path)}))
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


def test_a_release_with_rows_that_still_wait_for_a_model_is_no_reason_to_do_nothing(plan, tmp_path):
    known = plan.model_copy(update={"out": str(tmp_path / "all"), "identity": "abc", "parent": "x"})
    write_release(known)
    assert manifest(tmp_path / "all")["identity"] == "abc"
    assert manifest(tmp_path / "all")["parent"] == "x"
    first, *others = plan.results
    report = first.report.model_copy(update={"unfinished": 1})
    waiting = (first.model_copy(update={"report": report}), *others)
    part = known.model_copy(update={"out": str(tmp_path / "part"), "results": waiting})
    write_release(part)
    assert manifest(tmp_path / "part")["identity"] is None
