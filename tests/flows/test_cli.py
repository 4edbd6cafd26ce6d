"""The command line: exit codes, messages that say what to do, and never a traceback."""

import importlib.util
import json
import subprocess
import sys

import polars as pl
import pytest

from tests.flows.command import ROOT, SAMPLE, finery


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["curate"], "Missing argument"),
        (["curate", SAMPLE], "--out"),
        (["curate", "nosuch", "--out", "run"], "nosuch: no such file or folder"),
        (["curate", SAMPLE, "--out", str(ROOT)], "is not empty and holds no run"),
        (
            ["curate", SAMPLE, "--out", "run", "--set", "dedup.near.treshold=0.5"],
            "did you mean 'dedup.near.threshold'?",
        ),
        (["curate", "s3://bucket/data", "--out", "run"], "remote sources"),
        (["curate", SAMPLE, "--outt", "run"], "No such option"),
        (
            ["curate", SAMPLE, "--out", "run", "--recipe", "nosuch.yaml"],
            "nosuch.yaml: cannot be read",
        ),
        (
            ["curate", SAMPLE, "--out", "run", "--protect", "nosuch.jsonl"],
            "--protect nosuch.jsonl: no such file or folder",
        ),
        (["explain", "nosuch", "abc"], "holds no finished run"),
        (["compare", "nosuch", "other", "--out", "run"], "nosuch: no such folder"),
    ],
    ids=lambda value: " ".join(value)[-60:] if isinstance(value, list) else None,
)  # fmt: skip
def test_a_wrong_call_says_what_to_do_and_writes_nothing(arguments, said, own_home, tmp_path):
    done = finery(*arguments, env=own_home, cwd=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr.replace("\n", " ").replace("│", "")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_help_needs_none_of_the_heavy_packages():
    code = (
        "import sys; from flows.cli import app; import typer.testing as t; "
        "assert t.CliRunner().invoke(app, ['curate', '--help']).exit_code == 0; "
        "print([m for m in ('prefect', 'polars', 'spacy', 'pandera') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_recipe_gives_values_and_set_overrides_them(own_home, tmp_path):
    (tmp_path / "r.yaml").write_text(
        "split: {validation: 0.2, test: 0.1}\ndedup:\n  near: {threshold: 0.9}\n"
    )
    done = finery(
        "curate", SAMPLE, "--out", "run", "--recipe", "r.yaml", "--set", "split.test=0", "--json",
        env=own_home, cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["again"]["parameters"]["dedup"]["near"]["threshold"] == 0.9
    assert told["splits"].keys() == {"train", "validation"}
    assert done.stderr == ""


def test_a_run_from_standard_input_shows_the_waterfall_and_explains_itself(own_home, tmp_path):
    rows = [
        {"instruction": f"Name the capital of country number {n}.", "output": f"It is city {n}."}
        for n in range(20)
    ]
    lines = [json.dumps(r) for r in [*rows, rows[3]]] + ["{broken", ""]
    done = finery(
        "curate", "-", "--out", "run", env=own_home, cwd=tmp_path, stdin="\n".join(lines) + "\n"
    )

    assert done.returncode == 0, done.stderr
    assert "exact_duplicate" in done.stdout
    assert "malformed_json" in done.stdout
    assert "dedup.near" in done.stderr  # progress
    ledger = pl.read_parquet(tmp_path / "run" / "ledger.parquet")
    twin = ledger.filter(reason="exact_duplicate").row(0, named=True)
    told = finery("explain", "run", twin["id"], env=own_home, cwd=tmp_path).stdout
    for part in ("dedup.exact", "exact_duplicate", twin["twin_of"]):
        assert part in told
    bad = ledger.filter(reason="malformed_json")["id"][0]
    assert (
        "quarantined by ingest" in finery("explain", "run", bad, env=own_home, cwd=tmp_path).stdout
    )


def test_a_failed_gate_ends_with_one_and_writes_everything(own_home, tmp_path):
    done = finery(
        "curate",
        SAMPLE,
        "--out",
        "run",
        "--set",
        "gates.min_rows=9999",
        "-q",
        env=own_home,
        cwd=tmp_path,
    )

    assert done.returncode == 1
    assert "GATE FAILED min_rows" in done.stdout
    assert (tmp_path / "run" / "manifest.json").exists()


def test_a_dry_run_says_what_is_cached_and_writes_nothing(own_home, tmp_path):
    before = finery(
        "curate", SAMPLE, "--out", "run", "--dry-run", "--json", env=own_home, cwd=tmp_path
    )
    steps = json.loads(before.stdout)["steps"]
    assert {s["will"] for s in steps} == {"run", "run 5 of 5 parts", "skip"}
    off = {s["stage"] for s in steps if s["will"] == "skip"}
    named = ("released", "semantic", "settle", "core", "sides")
    of_people = {f"review.{name}" for name in ("told", "edits", "copies", "rows")}
    assert off == {f"dedup.{name}" for name in named} | of_people
    assert not (tmp_path / "run").exists()

    assert (
        finery("curate", SAMPLE, "--out", "run", "-q", env=own_home, cwd=tmp_path).returncode == 0
    )
    after = json.loads(
        finery("curate", SAMPLE, "--out", "run", "--dry-run", "--json",
               "--set", "dedup.near.threshold=0.7", env=own_home, cwd=tmp_path).stdout
    )  # fmt: skip
    plan = {s["stage"]: s for s in after["steps"]}
    assert plan["redact.pii"]["will"] == "reuse"
    assert plan["redact.canaries"]["will"] == "reuse"
    assert plan["publish.names"]["why"] == "its input changes"
    assert plan["dedup.near"] == {
        **plan["dedup.near"],
        "will": "run",
        "why": "params, code, engines or input are new",
    }
    assert plan["select.split"]["why"] == "its input changes"
    assert after["cost"]["money"] == 0


def test_the_doctor_finds_this_machine_well(own_home):
    done = finery("doctor", env=own_home)

    assert done.returncode == 0, done.stdout
    assert "name model" in done.stdout


def test_a_missing_extra_is_named_with_the_way_to_get_it(own_home, tmp_path):
    if importlib.util.find_spec("prefect_ray"):
        pytest.skip("Ray is installed here")
    done = finery(
        "curate", SAMPLE, "--out", "run", "--set", "runner=ray", env=own_home, cwd=tmp_path
    )

    assert done.returncode == 2
    assert "finery[ray]" in done.stderr
