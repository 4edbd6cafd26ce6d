"""`finery scale`, end to end."""

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from flows.dry_run import plan_run
from flows.params import ScaleParams, ScaleRunParams
from flows.scale import scale
from tasks.base.errors import UsageError
from tasks.ingest.sources import find_sources
from tasks.publish.scaling import headline
from tests.tasks.scale.sets import rows

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]
SEEDS = ScaleParams.model_validate({"plan": {"seeds": 3}})


def source(folder, many=240, copies=60):
    """Rows, and some of them once more."""
    pairs = [[turn["content"] for turn in one["messages"]] for one in rows(many)]
    file = Path(folder, "rows.jsonl")
    lines = [{"prompt": asked, "completion": said} for asked, said in [*pairs, *pairs[:copies]]]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(file)


def run(folder, name="out", **more):
    scale([source(folder)], str(Path(folder, name)), **{"scale": SEEDS, **more})
    return json.loads(Path(folder, name, "report.json").read_text())


def test_a_set_is_curated_and_its_size_is_answered_for(fresh_store, tmp_path):
    report = run(tmp_path)
    found = report["scaling"]
    assert set(found["arms"]) == {"curated", "raw", "random"}
    assert len(found["measures"]) == 4
    page = (tmp_path / "out" / "report.html").read_text()
    assert headline(found) in page
    assert "What curation is worth" in page
    points = pl.read_parquet(tmp_path / "out" / "points.parquet")
    assert points.height == found["points"]
    assert points["seed"].n_unique() == 3
    kept = pl.read_parquet(tmp_path / "out" / "data.parquet")
    assert kept.height == report["counts"]["kept"]


def test_a_second_run_trains_for_nothing_and_writes_the_same(fresh_store, tmp_path):
    run(tmp_path)
    report = run(tmp_path, "again")
    assert next(t for t in report["timings"] if t["stage"] == "scale.battery")["cached"]
    for name in ("report.html", "points.parquet", "ledger.parquet"):
        one, other = (Path(tmp_path, folder, name) for folder in ("out", "again"))
        assert one.read_bytes() == other.read_bytes(), name


def test_another_goal_costs_no_training(fresh_store, tmp_path):
    run(tmp_path)
    other = SEEDS.model_copy(update={"verdict": SEEDS.verdict.model_copy(update={"worth": 0.5})})
    report = run(tmp_path, "again", scale=other)
    assert next(t for t in report["timings"] if t["stage"] == "scale.battery")["cached"]
    assert "add data" not in report["scaling"]["verdicts"]


def test_a_changed_script_is_run_again(fresh_store, tmp_path):
    program = tmp_path / "own.py"
    given = {"plan": {"seeds": 3},
             "command": {"run": f"{sys.executable} {program} {{train}}", "seeds": 1}}  # fmt: skip
    for nth in (1, 2):
        program.write_text(f"print('{{\"own\": {nth}}}')")
        report = run(tmp_path, f"out{nth}", scale=ScaleParams.model_validate(given))
        assert report["scaling"]["measures"][0]["now"] == nth


def test_too_few_rows_are_a_clear_error(fresh_store, tmp_path):
    file = source(tmp_path, many=20, copies=0)
    with pytest.raises(UsageError, match="at least 64 rows"):
        scale([file], str(tmp_path / "out"))
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_dry_run_says_what_would_be_trained(fresh_store, tmp_path, capsys):
    files = find_sources([source(tmp_path)], tmp_path / "spool")
    plan_run(files, ScaleRunParams(), as_json=True)
    steps = {s["stage"]: s for s in json.loads(capsys.readouterr().out)["steps"]}
    assert steps["scale.battery"]["will"] == "run"


def test_a_training_of_ones_own_comes_first_in_the_report(fresh_store, tmp_path):
    program = tmp_path / "own.py"
    program.write_text(
        "import json, sys\nn = sum(1 for _ in open(sys.argv[1]))\n"
        "print(json.dumps({'own_loss': 3 * n ** -0.5 + 0.002 * int(sys.argv[2]), 'cost': 0.25}))"
    )
    run_it = f"{sys.executable} {program} {{train}} {{seed}}"
    given = ScaleParams.model_validate({"plan": {"seeds": 3}, "command": {"run": run_it}})
    report = run(tmp_path, scale=given)
    found = report["scaling"]
    assert found["measures"][0]["name"] == "own_loss"
    assert found["measures"][0]["verdict"]["verdict"] == "add data"
    assert found["spent"] == 0.25 * 15
    assert report["cost"]["money"] == 0.25 * 15
    assert "own_loss" in (tmp_path / "out" / "report.html").read_text()


def test_a_training_that_fails_leaves_the_rest_and_says_so(fresh_store, tmp_path):
    given = {"plan": {"seeds": 3}, "command": {"run": "no-such-trainer {train}"}}
    report = run(tmp_path, scale=ScaleParams.model_validate(given))
    assert len(report["scaling"]["measures"]) == 4
    page = (tmp_path / "out" / "report.html").read_text()
    assert "15 trainings are missing" in page
    assert "there is no program" in page


def test_a_dry_run_prices_fine_tuning_and_warns_of_a_deadline(fresh_store, tmp_path, capsys):
    files = find_sources([source(tmp_path)], tmp_path / "spool")
    jobs = {"model": "m", "price": 8, "budget": 3}
    params = ScaleRunParams.model_validate(
        {"llm": {"endpoint": "https://api.openai.com/v1"}, "scale": {"jobs": jobs}}
    )
    plan_run(files, params, as_json=False)
    said = capsys.readouterr().out
    assert "cost: scale.jobs asks m 15 times" in said
    assert "the cap is 3" in said
    assert "winding its fine-tuning down" in said
