"""A judge over real HTTP: every backend, every way an endpoint fails, and nothing paid twice."""

import json

import pytest

from tasks.base.dataset import read_dataset
from tasks.llm import limits
from tasks.llm.params import BudgetParams, LlmParams, LlmUse
from tasks.score.judge import JudgeParams, score_judge
from tests.builders import row
from tests.fault_server import Fault, FaultServer
from tests.tasks.score.scripted import as_json, chat, level, prompt_of, weighed

ROWS = [row(f"r{n}", f"Q{n}", f"A{n}") for n in range(4)]
PLAIN = {"canaries": 0, "criteria": ("relevancy", "format")}
USAGE = {"usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Waits in hundredths."""
    monkeypatch.setattr(limits, "PAUSE", 0.02)
    monkeypatch.setattr(limits, "BACKOFF", 0.01)
    monkeypatch.setattr(limits, "MOST_BACKOFF", 0.05)


def judged(store, reply, llm=None, **params):
    """Result of the task and its rows, with `reply` at the other end."""
    with FaultServer(lambda _path, body: reply(body)) as server:
        given = {"endpoint": server.url, "model": "m", "timeout": 5.0, **(llm or {})}
        data = store(*ROWS)
        result = score_judge.fn(data, JudgeParams(**{**PLAIN, **params}), LlmParams(**given))
        return result, read_dataset(result.data).collect(), sum(server.asked.values())


def decided(body):
    probabilities = [{"label": str(i), "value": i, "probability": 0.2} for i in range(1, 6)]
    answer = {"type": "score", "score": 3, "confidence": 0.2, "probabilities": probabilities}
    return {"answers": [answer] * len(body["questions"]), "usage": {"input_tokens": 9}}


def drawing(body):
    """Gives no log-probabilities."""
    return (chat("5") if body.get("logprobs") else as_json("5")) | USAGE


WAYS = {
    "logprobs": (lambda _: level(5) | USAGE, "m", 1 + 4 * 2),
    "samples": (drawing, "m", 1 + 4 * 2 * 3),
    "decisions": (decided, "gpt-6-luna", 4),
}


@pytest.mark.parametrize(("way", "said"), WAYS.items(), ids=WAYS)
def test_auto_finds_the_backend_that_an_endpoint_offers(store, way, said):
    reply, model, calls = said
    result, frame, asked = judged(store, reply, {"model": model}, samples=3)
    assert result.report.figures["backends"] == [way]
    assert frame["score_judge"].null_count() == 0
    assert asked == calls
    assert result.report.cost.calls == calls
    assert result.report.cost.tokens_in > 0


def rejecting(body):
    """Knows neither log-probabilities nor schemas."""
    if body.get("logprobs") or body.get("response_format"):
        return Fault(400, body={"error": {"message": "no such field", "param": "x"}})
    return as_json("4")


def test_an_endpoint_that_knows_neither_probabilities_nor_schemas_judges_all_the_same(store):
    result, frame, _ = judged(store, rejecting, samples=1)
    assert result.report.figures["backends"] == ["samples"]
    assert frame["score_judge"].to_list() == [0.75] * 4


FAULTS = {
    "refused": (chat("", refusal="I will not."), "refused", 0),
    "filtered": (chat("", finish="content_filter"), "refused", 0),
    "little mass": (weighed({"Well": 0.9, "5": 0.1}), "low_mass", 0),
    "no probabilities": (chat("5"), "unparsable", 0),
    "too long": (Fault(400, body={"error": {"message": "too many tokens"}}), "call_rejected", 0),
    "server error": (Fault(500), "endpoint_failed", 2),
    "rate": (Fault(429), "rate_limited", 2),
    "reset": (Fault(reset=True), "endpoint_failed", 2),
    "cut off": (Fault(body=level(5), cut=True), "endpoint_failed", 2),
    "no JSON": (Fault(body=b'{"choices": ['), "endpoint_failed", 2),
}


@pytest.mark.parametrize(("fault", "reason", "waiting"), FAULTS.values(), ids=FAULTS)
def test_rows_that_meet_a_fault_are_unscored_with_its_reason_and_the_others_scored(
    store, fault, reason, waiting
):
    def reply(body):
        hit = any(f'"A{n}"' in prompt_of(body) for n in (1, 2))
        return fault if hit else level(5)

    result, frame, _ = judged(store, reply, {"attempts": 2}, backend="logprobs")
    told = dict(frame.select("id", "score_judge_reason").iter_rows())
    assert told == {"r0": None, "r1": reason, "r2": reason, "r3": None}
    assert frame["score_judge"].is_null().to_list() == [False, True, True, False]
    assert result.report.unfinished == waiting
    assert result.report.figures["unscored"] == {reason: 2}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(Fault(401, body={"error": {"message": "Incorrect key sk-abcd"}}), "key_rejected"),
     (Fault(503), "endpoint_failed")],
    ids=["key", "down"],
)  # fmt: skip
def test_an_endpoint_that_answers_nothing_leaves_all_rows_for_another_run(store, fault, reason):
    result, frame, _ = judged(store, lambda _: fault, {"attempts": 2})
    assert set(frame["score_judge_reason"]) == {reason}
    assert result.report.unfinished == 4
    assert "sk-abcd" not in result.model_dump_json() + json.dumps(frame.to_dicts(), default=str)


def test_what_was_answered_is_not_paid_for_again(store):
    first, one, _ = judged(store, lambda _: level(5) | USAGE)
    second, other, asked = judged(store, lambda _: Fault(500))
    assert asked == 0
    assert other.equals(one)
    assert second.report.cost.recalled == first.report.cost.calls


def test_a_cap_leaves_rows_unscored_and_never_passed(store):
    cap = {"budget": BudgetParams(tokens=2500), "concurrency": 1}
    result, frame, _ = judged(store, lambda _: level(5), cap)
    told = frame["score_judge_reason"].to_list()
    assert "budget_reached" in told
    assert None in told
    assert frame["score_judge"].is_null().to_list() == [why is not None for why in told]
    assert result.report.unfinished == told.count("budget_reached")


def test_judges_at_one_endpoint_may_be_several_models(store):
    levels = {"m": 5, "n": 1}
    result, frame, _ = judged(
        store, lambda b: level(levels[b["model"]]), judges=(LlmUse(model="n"),)
    )
    assert frame["score_judge_disagreement"].min() > 0.9
    assert result.report.figures["judges"] == ["m", "n"]


def test_what_a_task_says_of_itself_is_small_and_quotes_no_row(store):
    result, _, _ = judged(store, lambda _: level(5), criteria=(), canaries=2)
    told = result.model_dump_json()
    assert len(told) < 1_500
    assert "A1" not in told
