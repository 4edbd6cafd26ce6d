"""The door in batch mode: half the price, nothing paid twice, and every call ends."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from flows.home import ROOT
from tasks.base.errors import UsageError
from tasks.llm import batch, dialect, limits
from tasks.llm.batch import Pause
from tasks.llm.chat import chat_call, read_chat
from tasks.llm.door import Door
from tasks.llm.params import BudgetParams, LlmParams
from tests.fault_server import Fault, FaultServer, chat
from tests.tasks.llm.batch_service import BatchService


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(batch, "PAUSE", Pause(0.01, 0.02))
    monkeypatch.setattr(limits, "BACKOFF", 0.01)
    monkeypatch.setattr(dialect, "_LEARNT", {})


def calls(many):
    return [chat_call([{"role": "user", "content": f"q{i}"}], max_tokens=5) for i in range(many)]


def asked(server, store, many, **more):
    """How calls end, and the door's cost."""
    params = LlmParams(endpoint=server.url, model="m", mode="batch", attempts=2, **more)
    with Door(params, str(store)) as door:
        found = [read_chat(answer) for answer in door.ask_all(calls(many))]
        return Counter(one.reason or one.text for one in found), door.cost


def test_one_call_goes_ahead_and_the_others_follow_as_a_batch(tmp_path):
    service = BatchService(lambda _: chat("batched"))
    with FaultServer(service) as server:
        ends, cost = asked(server, tmp_path, 30)
        assert ends == {"online": 1, "batched": 29}
        assert (cost.calls, cost.batched, cost.recalled) == (30, 29, 0)
        again, cost = asked(server, tmp_path, 30)
    assert again == ends
    assert (cost.calls, cost.recalled, len(service.batches)) == (0, 30, 1)


def test_what_a_batch_leaves_open_is_asked_online(tmp_path):
    service = BatchService(
        lambda b: 500 if b["messages"][0]["content"] == "q7" else chat("batched")
    )
    service.status = "expired"
    with FaultServer(service) as server:
        ends, _ = asked(server, tmp_path, 30)
    assert ends == {"online": 2, "batched": 28}


def test_what_an_endpoint_does_not_take_is_learnt_before_a_batch_is_paid(tmp_path):
    refusal = {"error": {"message": "Unsupported parameter: 'max_tokens' is not supported",
                         "param": "max_tokens"}}  # fmt: skip
    service = BatchService(lambda b: 400 if "max_tokens" in b else chat("batched"))

    def picky(path, body):
        if path == "/chat/completions" and "max_tokens" in body:
            return Fault(400, body=refusal)
        return service(path, body)

    with FaultServer(picky) as server:
        ends, _ = asked(server, tmp_path, 10)
    assert ends == {"online": 1, "batched": 9}


def test_a_wrong_key_hands_in_no_batch(tmp_path):
    service = BatchService()
    service.faults["/chat/completions"] = [Fault(401)] * 99
    with FaultServer(service) as server:
        ends, _ = asked(server, tmp_path, 10)
    assert ends == {"key_rejected": 10}
    assert not service.batches


def test_an_endpoint_without_batches_is_a_wrong_setting(tmp_path):
    def reply(path, _body):
        return chat() if path == "/chat/completions" else Fault(404)

    with FaultServer(reply) as server, pytest.raises(UsageError, match="no batches"):
        asked(server, tmp_path, 10)


def test_a_cap_holds_for_batches_too(tmp_path):
    service = BatchService(lambda _: chat("batched"))
    with FaultServer(service) as server:
        ends, cost = asked(server, tmp_path, 100, budget=BudgetParams(tokens=500))
    assert cost.tokens_in + cost.tokens_out <= 500
    assert ends["budget_reached"] > 50
    assert ends.total() == 100


RUN = """
import sys
from tasks.llm import batch
from tasks.llm.batch import Pause
from tests.tasks.llm.test_batch_door import asked, FaultServer

class There:
    url = sys.argv[1]

batch.PAUSE = Pause(0.05, 0.05)
print(asked(There, sys.argv[2], 40))
"""


def test_a_run_that_is_killed_while_it_waits_pays_for_no_call_twice(tmp_path):
    service = BatchService(lambda _: chat("batched"), looks=10**6)
    with FaultServer(service) as server:
        command = [sys.executable, "-c", RUN, server.url, str(tmp_path)]
        run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            while not service.seen:
                time.sleep(0.02)
                assert run.poll() is None
        finally:
            os.kill(run.pid, signal.SIGKILL)
            run.wait()
        service.looks = 1
        ends, cost = asked(server, tmp_path, 40)
    assert ends == {"online": 1, "batched": 39}
    assert (len(service.lines), len(service.online), cost.recalled) == (39, 1, 1)
