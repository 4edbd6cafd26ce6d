"""`finery score`, end to end, with a judge over real HTTP."""

import json
import random
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from flows.params import ScoreParams, ScoreRunParams
from flows.recipe import read_params
from flows.score import score
from tasks.base.errors import UsageError
from tasks.llm.params import LlmParams
from tests.fault_server import FaultServer, with_logprobs

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

RIVERS = ("Rhine", "Danube", "Loire", "Volga", "Tagus", "Elbe", "Oder", "Seine", "Ebro", "Po")
ASKED = ("Where does the {} rise?", "Which towns lie on the {}?", "How long is the {}, and why?",
         "Who built the first bridge over the {}?", "What do boats on the {} carry?",
         "Write a few words about fishing in the {}.")  # fmt: skip
BAD = "no idea whatsoever"


def records(many=60):
    """Questions and answers; every third answer is bad, and says so in its words."""
    found = []
    for n in range(many):
        river, asked = RIVERS[n % 10], ASKED[n // 10 % 6].format(RIVERS[n % 10])
        good = f"The {river} is a river of note, number {n}; what was asked is told in full."
        bad = f"I have {BAD}, number {n}".ljust(len(good) - 4 + 7 * (n % 2), ".")
        found.append({"prompt": asked, "completion": bad if n % 3 == 0 else good})
    return found


def source(folder, rows=None):
    file = Path(folder, "rows.jsonl")
    file.write_text("".join(json.dumps(r) + "\n" for r in rows or records()))
    return str(file)


def strict(_path, body):
    """A judge that knows the bad answers."""
    text = body["messages"][-1]["content"]
    return with_logprobs({"1": 0.9, "5": 0.1} if BAD in text else {"5": 0.9, "1": 0.1})


def params(**more):
    given = {"judge": {"sample": 0, "canaries": 0}, "classifier": {"min_judged": 20}, **more}
    return ScoreParams.model_validate(given)


def run(server, folder, gold="", llm=None, **more):
    given = LlmParams(endpoint=server.url, model="strict", **(llm or {}))
    score([source(folder)], str(Path(folder, "out")), gold=gold, llm=given, score=params(**more))
    report = json.loads(Path(folder, "out", "report.json").read_text())
    return report, pl.read_parquet(Path(folder, "out", "data.parquet"))


def verdicts(rows):
    return Counter(rows["score_verdict"])


def gate(report, name):
    return next(g for g in report["gates"] if g["name"] == name)


def test_without_a_model_every_row_has_a_verdict_and_none_is_called_good(fresh_store, tmp_path):
    score([source(tmp_path)], str(tmp_path / "out"))
    rows = pl.read_parquet(tmp_path / "out" / "data.parquet")
    assert rows.height == 60
    assert rows["score_verdict"].null_count() == 0
    assert "good" not in verdicts(rows)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "never good by default" in page
    quality = json.loads((tmp_path / "out" / "report.json").read_text())["quality"]
    refusals = next(f for f in quality["flags"] if f["name"] == "score_refusal")
    assert (refusals["yes"], refusals["no"], refusals["unscored"]) == (0, 60, 0)
    assert "score_refusal" not in {s["name"] for s in quality["scores"]}, "a table says it better"
    assert not (tmp_path / "out" / "train.jsonl").exists(), "nothing was split"


def test_a_judge_without_a_passport_scores_and_decides_nothing(fresh_store, tmp_path):
    drop = {"reasons": ["low_judge_score"]}
    with FaultServer(strict) as server:
        report, rows = run(server, tmp_path, drop=drop)
    bad = rows.filter(pl.col("score_judge") < 0.5)
    assert bad.height == 20
    assert set(rows["score_verdict"]) == {"unscored"}
    assert set(rows["score_why"]) == {"judge_not_trusted"}
    refused = gate(report, "judge_passport")
    assert not refused["passed"]
    assert "has no passport" in refused["text"]


def test_one_who_forces_it_gets_the_drops_and_the_ledger_names_score_and_tier(
    fresh_store, tmp_path
):
    with FaultServer(strict) as server:
        report, rows = run(server, tmp_path, force=True, drop={"reasons": ["low_judge_score"]})
    assert verdicts(rows) == {"good": 40}
    assert gate(report, "judge_passport")["passed"]
    ledger = pl.read_parquet(tmp_path / "out" / "ledger.parquet").filter(state="dropped")
    assert ledger.height == 20
    assert set(ledger["reason"]) == {"low_judge_score"}
    assert set(ledger["detail"]) == {"decided by: judge"}
    assert (ledger["score"] < 0.5).all()
    assert report["cost"]["calls"] >= 60 * 6


def test_a_budget_leaves_rows_unscored_and_a_larger_one_goes_on_where_it_ended(
    fresh_store, tmp_path
):
    with FaultServer(strict) as server:
        cap = {"budget": {"tokens": 2_500}, "concurrency": 2}
        first, rows = run(server, tmp_path, llm=cap)
        left = rows.filter(score_judge_reason="budget_reached").height
        assert 0 < left < 60
        assert rows["score_judge"].null_count() == left
        second, rows = run(server, tmp_path)
    assert rows["score_judge"].null_count() == 0
    assert second["cost"]["recalled"] >= first["cost"]["calls"] - 2
    assert set(server.answered.values()) == {1}, "no question was paid for twice"


def test_the_second_run_asks_nothing_and_writes_the_same_page(fresh_store, tmp_path):
    with FaultServer(strict) as server:
        run(server, tmp_path)
        asked, page = sum(server.asked.values()), (tmp_path / "out/report.html").read_bytes()
        report, _ = run(server, tmp_path)
    assert sum(server.asked.values()) == asked
    assert report["cost"]["calls"] == 0
    assert (tmp_path / "out/report.html").read_bytes() == page


def test_the_key_and_the_address_are_in_no_file_of_the_run(fresh_store, tmp_path, monkeypatch):
    monkeypatch.setenv("STRICT_KEY", "sk-not-for-others")
    with FaultServer(strict) as server:
        run(server, tmp_path, llm={"key_variable": "STRICT_KEY"})
        assert server.keys == {"Bearer sk-not-for-others"}
    written = [f for f in (*tmp_path.rglob("*"), *fresh_store.rglob("*")) if f.is_file()]
    assert not [f.name for f in written if b"sk-not-for-others" in f.read_bytes()]


def gold_file(folder, many=80):
    """Answers that people rated, most of them as the judge will."""
    chance = random.Random(7)
    rated = [
        {**r, "rating": chance.choice([4, 5] if BAD not in r["completion"] else [1, 2])}
        for r in records(many)
    ]
    file = Path(folder, "gold.jsonl")
    file.write_text("".join(json.dumps(r) + "\n" for r in rated))
    return str(file)


def test_an_exam_makes_a_passport_that_lets_the_judge_decide_also_in_a_later_run(
    fresh_store, tmp_path
):
    drop = {"reasons": ["low_judge_score"]}
    with FaultServer(strict) as server:
        report, rows = run(server, tmp_path, gold=gold_file(tmp_path), drop=drop)
        assert report["passports"][0]["verdict"] == "pass", report["passports"][0]["why"]
        assert rows.height == 40
        later, rows = run(server, tmp_path, drop=drop)
    assert rows.height == 40
    assert gate(later, "judge_passport")["passed"]


def test_the_report_corrects_what_was_dropped_for_the_errors_of_the_exam(fresh_store, tmp_path):
    drop = {"reasons": ["low_judge_score"]}
    with FaultServer(strict) as server:
        report, _ = run(server, tmp_path, gold=gold_file(tmp_path), drop=drop)
    losses = report["passports"][0]["losses"]
    assert (losses["rows"], losses["dropped"]) == (60, 20)
    assert losses["good_dropped"]["low"] <= losses["good_dropped"]["value"]
    page = (tmp_path / "out/report.html").read_text()
    assert "of 20 rows that the judge would drop about" in page


def test_another_threshold_wants_another_exam_which_costs_nothing(fresh_store, tmp_path):
    drop, gold = {"reasons": ["low_judge_score"]}, gold_file(tmp_path)
    with FaultServer(strict) as server:
        run(server, tmp_path, gold=gold, drop=drop)
        asked = sum(server.asked.values())
        report, rows = run(server, tmp_path, drop=drop, threshold=0.6)
        assert "this run's is 0.6" in gate(report, "judge_passport")["text"]
        assert rows.height == 60
        again, rows = run(server, tmp_path, gold=gold, drop=drop, threshold=0.6)
        assert sum(server.asked.values()) == asked
    assert gate(again, "judge_passport")["passed"]
    assert rows.height == 40


def test_a_judge_that_fails_its_exam_drops_nothing_and_the_report_says_why(fresh_store, tmp_path):
    def coin(_path, body):
        lot = random.Random(str(body["messages"])).random()
        return with_logprobs({"1": 0.9, "5": 0.1} if lot < 0.5 else {"5": 0.9, "1": 0.1})

    with FaultServer(coin) as server:
        report, rows = run(
            server, tmp_path, gold=gold_file(tmp_path), drop={"reasons": ["low_judge_score"]}
        )
    assert report["passports"][0]["verdict"] == "fail"
    assert rows.height == 60
    assert "kappa" in gate(report, "judge_passport")["text"]
    assert "may not decide over rows" in (tmp_path / "out/report.html").read_text()


def test_a_gold_file_without_a_judge_is_a_clear_error(fresh_store, tmp_path):
    with pytest.raises(UsageError, match="calibrates a judge, and none is named"):
        score([source(tmp_path)], str(tmp_path / "out"), gold=gold_file(tmp_path))


def test_a_recipe_may_set_every_parameter_of_the_judge():
    given = ["score.judge.criteria=[relevancy]", "llm.budget.tokens=10", "score.force=true"]
    read = read_params(ScoreRunParams, None, given)
    assert read.score.judge.criteria == ("relevancy",)
    assert (read.llm.budget.tokens, read.score.force) == (10, True)
