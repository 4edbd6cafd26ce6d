"""What is learnt from an endpoint that does not take a field, and what is not."""

import pytest

from tasks.llm import dialect
from tasks.llm.call import Call
from tasks.llm.dialect import Dialect
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tests.fault_server import Fault, FaultServer, chat

SENT = {"model": "m", "messages": [], "max_tokens": 5, "temperature": 0.0, "seed": 1}


def refusal(message, param=None, code=None):
    return {"error": {"message": message, "type": "invalid_request_error", "param": param,
                      "code": code}}  # fmt: skip


NO_MAX = refusal(
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
    "'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter",
)  # fmt: skip
NO_TEMPERATURE = refusal(
    "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) "
    "value is supported.", "temperature", "unsupported_value",
)  # fmt: skip
NO_SEED = {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs"}]}


@pytest.fixture(autouse=True)
def nothing_learnt(monkeypatch):
    monkeypatch.setattr(dialect, "_LEARNT", {})


def learnt(error):
    known = Dialect()
    return known.learn(SENT, error), known.wire(SENT)


def test_a_field_with_a_newer_name_is_sent_under_it():
    again, body = learnt(NO_MAX)
    assert again
    assert body == {"model": "m", "messages": [], "max_completion_tokens": 5, "temperature": 0.0,
                    "seed": 1}  # fmt: skip


@pytest.mark.parametrize(
    ("error", "field"),
    [(NO_TEMPERATURE, "temperature"), (NO_TEMPERATURE["error"], "temperature"), (NO_SEED, "seed")],
    ids=["OpenAI", "as the SDK hands it on", "pydantic"],
)
def test_a_way_to_draw_that_is_not_taken_is_left_out(error, field):
    again, body = learnt(error)
    assert again
    assert body == {k: v for k, v in SENT.items() if k != field}


@pytest.mark.parametrize(
    "error",
    [
        refusal("temperature must be at most 2", "temperature", "invalid_value"),
        refusal("'response_format' is not supported with this model", "response_format"),
        refusal("logprobs are not supported by temperature-free models", "logprobs"),
        refusal("This model's maximum context length is 4096 tokens"),
        refusal("max_tokens_per_day is not supported"),
        None,
        "temperature",
    ],
)
def test_a_refusal_for_another_cause_teaches_nothing(error):
    assert learnt(error) == (False, SENT)


def picky(_path, body):
    """Like OpenAI's newer models."""
    if "max_tokens" in body:
        return Fault(400, body=NO_MAX)
    return Fault(400, body=NO_TEMPERATURE) if "temperature" in body else chat()


def test_calls_under_way_together_all_get_their_answer(tmp_path):
    """The first refusal teaches; those in flight with it must not fail for what is known then."""
    calls = [
        Call("/chat/completions", {"messages": [], "max_tokens": 5, "temperature": 0.0, "n": i}, 5)
        for i in range(20)
    ]
    with FaultServer(picky) as server:
        params = LlmParams(endpoint=server.url, model="m", concurrency=8, attempts=1)
        with Door(params, str(tmp_path)) as door:
            assert [a.reason for a in door.ask_all(calls)] == [None] * 20
        asked = sum(server.asked.values())
        with Door(params, str(tmp_path)) as door:
            assert all(a.recalled for a in door.ask_all(calls)), "keys do not depend on it"
    assert 20 < asked <= 20 + 2 * 8
