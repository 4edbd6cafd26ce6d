"""`finery compare`, end to end: two runs of one set, and everything that tells them apart."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from flows.compare import compare as compare_flow
from flows.comparing import Asked, compare_command
from flows.curate import curate
from flows.params import DedupParams
from tasks.base.errors import UsageError
from tasks.compare.compare import compare
from tasks.compare.params import CompareParams, ShiftGates
from tasks.dedup.near import NearDedupParams
from tasks.ingest.params import IngestParams
from tasks.redact.params import RedactParams
from tasks.validate.rows import ValidateParams
from tests.flows.command import ROOT, SAMPLE

PLAIN = RedactParams(enabled=False)
OTHER = {
    "dedup": DedupParams(near=NearDedupParams(threshold=0.9)),
    "validate": ValidateParams(min_answer_characters=4),
}


def two_runs(source, folder, left_out, **more):
    """Run everything, then without one file, with a record less and with other settings."""
    raw = folder / "raw"
    shutil.copytree(source, raw)
    raw.chmod(0o700)  # what is shared may be there to be read alone
    curate([str(raw)], str(folder / "a"), redact=PLAIN, **more)
    (raw / left_out).chmod(0o600)
    (raw / left_out).unlink()
    kept = pl.read_parquet(folder / "a" / "data.parquet").filter(pl.col("source") != left_out)
    lines = next(raw / s for s in kept["source"].unique().sort() if s.endswith(".jsonl"))
    lines.chmod(0o600)
    lines.write_bytes(b"".join(lines.read_bytes().splitlines(keepends=True)[1:]))
    curate([str(raw)], str(folder / "b"), redact=PLAIN, **OTHER, **more)
    return folder / "a", folder / "b"


def accounted(before, after, mask=list):
    """The comparison, after every count of it was checked against both ledgers."""
    found = compare(before, after, CompareParams(examples=1), mask).facts
    ledgers = [pl.read_parquet(folder / "ledger.parquet") for folder in (before, after)]
    counts = [
        {
            "kept" if state == "kept" else f"{stage}/{reason}": rows
            for state, stage, reason, rows in one.group_by("state", "stage", "reason")
            .len()
            .iter_rows()
        }
        for one in ledgers
    ]
    for line in found["fates"]:
        assert [one.get(line["fate"], 0) for one in counts] == [line["before"], line["after"]]
        out, into = (sum(way["rows"] for way in line[end]) for end in ("to", "from"))
        assert line["before"] - out + into == line["after"]
    assert {line["fate"] for line in found["fates"]} == {*counts[0], *counts[1]}
    kept = [one.filter(state="kept") for one in ledgers]
    lost, gained = ((kept[i].join(kept[1 - i], on="id", how="anti")).height for i in (0, 1))
    edited = sum(c["rows"] for c in found["changed"] if c["by"] == "edited in the source")
    assert found["counts"]["lost"] == lost - edited
    assert found["counts"]["gained"] == gained - edited
    return found


@pytest.fixture(scope="module")
def runs(prefect_server, tmp_path_factory):
    from flows.home import STORE_VARIABLE

    folder = tmp_path_factory.mktemp("two")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STORE_VARIABLE, str(folder / "store"))
        return two_runs(SAMPLE, folder, sorted(f.name for f in Path(SAMPLE).iterdir())[0])


@pytest.mark.prefect
def test_every_difference_between_two_runs_is_explained(runs):
    found = accounted(*runs)
    whys = {(w["went"], w["why"], w["cause"]) for w in found["waterfall"]}
    assert ("lost", "no_source", None) in whys
    assert ("lost", "dropped", "settings") in whys
    assert ("gained", "dropped", "settings") in whys
    assert [p["name"] for p in found["differences"]["parameters"]] == [
        "dedup.near.threshold", "validate.min_answer_characters",
    ]  # fmt: skip
    assert {s["state"] for s in found["differences"]["sources"]} == {"gone", "changed"}
    assert next(s for s in found["shifts"] if s["name"] == "source")["is_real"]


@pytest.mark.prefect
def test_every_difference_between_two_messy_runs_is_explained(
    prefect_server, fresh_store, shared, tmp_path
):
    few = {"ingest": IngestParams(limit=60)}
    before, after = two_runs(shared / "messy", tmp_path, "05_banking_intents.csv", **few)
    found = accounted(before, after)
    assert found["counts"]["lost"] > 50
    assert next(w for w in found["waterfall"] if w["why"] == "no_source")["sources"].keys() == {
        "05_banking_intents.csv"
    }


@pytest.mark.prefect
def test_the_flow_leaves_page_numbers_and_artifacts(runs, tmp_path):
    out = tmp_path / "diff"
    done = compare_flow(*map(str, runs), str(out), gates=ShiftGates(max_lost=0, max_shift=1))
    assert done.failed_gates == ("max_lost",)
    assert json.loads((out / "compare.json").read_text())["sentence"] == done.sentence
    assert "<h2>What shifted</h2>" in (out / "compare.html").read_text()
    keys = ["comparison", "comparison-page", "comparison-rows"]
    with get_client(sync_client=True) as client:
        left = client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=keys))
        )
    assert sorted({one.key for one in left}) == keys
    assert all(len(str(one.data)) < 200_000 for one in left)


@pytest.mark.prefect
def test_the_command_prints_what_changed_and_a_failed_gate_is_its_exit_code(runs, capsys):
    assert compare_command(Asked(*runs, None, None, []), as_json=False) == 0
    told = capsys.readouterr().out
    assert "shift of" in told
    assert "differs: dedup.near.threshold 0.45 → 0.9" in told

    assert compare_command(Asked(*runs, None, None, ["gates.max_lost=0"]), as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert [gate["name"] for gate in told["gates"]] == ["max_lost"]
    assert told["examples"]


@pytest.mark.prefect
@pytest.mark.parametrize(
    ("places", "settings", "said"),
    [
        (("nosuch", "{b}", None), [], "nosuch: no such folder"),
        (("{a}", "{a}", None), [], "are the same folder"),
        (("{a}", "{b}", None), ["gates.max_los=1"], "did you mean 'gates.max_lost'?"),
        (("{a}", "{b}", "{b}"), [], "is a release, to which nothing is added"),
        (("nosuch", "{b}", "{a}/../new"), [], "nosuch: no such folder"),
    ],
)
def test_a_wrong_call_says_what_to_do_before_anything_starts(runs, places, settings, said):
    a, b = runs
    before, after, out = (place and place.format(a=a, b=b) for place in places)
    with pytest.raises(UsageError, match=re.escape(said)):
        compare_command(Asked(Path(before), Path(after), out, None, settings), as_json=False)
    assert not (a.parent / "new").exists()


def test_nothing_that_is_imported_before_the_server_is_there_knows_prefect():
    """It would look for the server that the settings name, and find none."""
    early = "flows.comparing, flows.recipe, tasks.compare.folder, tasks.compare.params"
    code = f"import sys, {early}, tasks.compare.release; print('prefect' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
