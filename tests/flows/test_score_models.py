"""Every kind of model once through the whole of `finery score`, and into its report."""

import json

import polars as pl
import pytest

from flows.score import score
from tasks.llm import batch, weights
from tasks.llm.batch import Pause
from tests.fault_server import FaultServer
from tests.flows.test_score import BAD, params, run, source, strict
from tests.tasks.llm.batch_service import BatchService
from tests.tasks.score.test_reward_local import laid_out

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]
MODELS = weights.models_folder()  # before a test has a store of its own


def report_of(folder):
    return json.loads((folder / "out" / "report.json").read_text())


def rows_of(folder):
    return pl.read_parquet(folder / "out" / "data.parquet")


def is_bad(rows):
    said = pl.col("messages").list.last().struct.field("content")
    return rows.select(said.str.contains(BAD)).to_series()


def test_a_batch_is_handed_in_paid_once_and_scores_every_row(fresh_store, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "PAUSE", Pause(0.01, 0.02))
    service = BatchService(lambda body: strict("", body))

    def reply(path, body):
        return strict(path, body) if path == "/chat/completions" else service(path, body)

    with FaultServer(reply) as server:
        report, rows = run(server, tmp_path, llm={"mode": "batch"})
        handed_in = len(service.lines)
        again, _ = run(server, tmp_path, llm={"mode": "batch"})
    assert rows["score_judge"].null_count() == 0
    assert ((rows["score_judge"] < 0.5) == is_bad(rows)).all()
    assert report["cost"]["batched"] == handed_in
    assert handed_in > 60 * 5, "one call goes ahead to see whether it is right"
    assert (len(service.lines), again["cost"]["calls"]) == (handed_in, 0)


def test_rewards_of_a_classifier_on_this_machine_reach_the_report(fresh_store, tmp_path):
    pytest.importorskip("onnxruntime", reason="needs the extra onnx", exc_type=ImportError)
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(
        json.dumps({"prompt": f"ask {n}", "completion": "good " * (n % 4) + f"bad {n}"}) + "\n"
        for n in range(40)
    ))  # fmt: skip
    given = params(reward={"route": "local", "model": str(laid_out(tmp_path / "rm"))})
    score([str(file)], str(tmp_path / "out"), score=given)
    rows = rows_of(tmp_path)
    assert rows["score_reward"].null_count() == 0
    assert rows.sort("score_reward_rank")["score_reward"].is_sorted()
    found = {s["name"]: s for s in report_of(tmp_path)["quality"]["scores"]}
    assert found["score_reward"]["rows"] == 40


def test_likelihoods_of_the_local_model_reach_the_report(fresh_store, tmp_path, monkeypatch):
    monkeypatch.setenv("FINERY_MODELS", str(MODELS))
    if not weights.is_installed(weights.DEFAULT):
        pytest.skip("needs the local model: finery models install")
    given = params(likelihood={"model": weights.DEFAULT, "rows": 30})
    score([source(tmp_path)], str(tmp_path / "out"), score=given)
    rows = rows_of(tmp_path)
    assert rows["score_ifd"].count() == rows["score_nll"].count() == 30
    assert set(rows["score_likelihood_reason"].drop_nulls()) == {"not_sampled"}
    report = report_of(tmp_path)
    assert "score_ifd" in {s["name"] for s in report["quality"]["scores"]}
    assert weights.DEFAULT in {m["name"].partition("@")[0] for m in report["models"]}
