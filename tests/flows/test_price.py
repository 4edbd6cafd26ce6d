"""What a dry run says a run will ask is what the run then asks."""

from pathlib import Path

import pytest

from flows.params import ScoreRunParams
from flows.price import rows_as_read
from flows.price_score import price_exam, price_judge, price_reward
from flows.score import score
from tasks.base.errors import UsageError
from tasks.ingest.sources import find_sources
from tasks.llm.params import LlmParams
from tests.fault_server import FaultServer
from tests.flows.test_score import gold_file, params, source, strict

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]
PROBES = 2  # to see whether the endpoint gives probabilities, also when it is examined again


def priced(file, gold, given, tmp_path):
    with rows_as_read(find_sources([file], tmp_path / "spool"), given) as rows:
        return price_exam(gold, given) + price_judge(rows, given)


def test_calls_are_counted_before_they_are_made(fresh_store, tmp_path):
    file, gold = source(tmp_path), gold_file(tmp_path)
    labelled = Path(gold)  # of other rows, or the run would find the exam's answers remembered
    labelled.write_text(labelled.read_text().replace("number", "no."))
    with FaultServer(strict) as server:
        llm = LlmParams(endpoint=server.url, model="strict")
        scores = params(judge={"sample": 40, "canaries": 3}, margin={"rows": 0})
        given = ScoreRunParams(llm=llm, score=scores)
        lines = priced(file, gold, given, tmp_path)
        assert not server.asked, "nothing is sent to find out"
        score([file], str(tmp_path / "out"), gold=gold, llm=llm, score=scores)
    assert {line.stage for line in lines} == {"score.calibrate", "score.judge"}
    assert sum(server.asked.values()) - PROBES == sum(line.calls for line in lines)


def test_what_is_remembered_costs_nothing(fresh_store, tmp_path):
    file, gold = source(tmp_path), gold_file(tmp_path)
    with FaultServer(strict) as server:
        llm, scores = LlmParams(endpoint=server.url, model="strict"), params()
        score([file], str(tmp_path / "out"), gold=gold, llm=llm, score=scores)
        lines = priced(file, gold, ScoreRunParams(llm=llm, score=scores), tmp_path)
    assert [line.calls for line in lines] == [0, 0]
    assert all(line.recalled for line in lines)


def test_rewards_are_priced_too(fresh_store, tmp_path):
    reward = {"model": "rm", "endpoint": "http://127.0.0.1:9/v1", "rows": 25}
    given = ScoreRunParams(score=params(reward=reward))
    with rows_as_read(find_sources([source(tmp_path)], tmp_path / "spool"), given) as rows:
        [line] = price_reward(rows, given)
    assert (line.stage, line.model, line.calls) == ("score.reward", "rm", 25)
    assert not (fresh_store / "memo").exists(), "a price writes nothing"


def test_a_reward_model_that_is_not_there_is_found_out_before_the_run(fresh_store, tmp_path):
    given = ScoreRunParams(score=params(reward={"model": "nowhere", "route": "local"}))
    files = find_sources([source(tmp_path)], tmp_path / "spool")
    wanted = pytest.raises(UsageError, match="is no local classifier")
    with rows_as_read(files, given) as rows, wanted:
        price_reward(rows, given)
