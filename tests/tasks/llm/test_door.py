"""The door, over real HTTP: everything that goes in comes out answered or with one reason."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from flows.home import ROOT
from tasks.base import progress
from tasks.base.errors import StageError, UsageError
from tasks.llm import door as door_module
from tasks.llm import limits, replies
from tasks.llm.budget import Purse
from tasks.llm.call import Call, Stream
from tasks.llm.door import Door
from tasks.llm.memory import Memory
from tasks.llm.params import BudgetParams, LlmParams
from tests.fault_server import Fault, FaultServer, chat


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Waits in hundredths."""
    monkeypatch.setattr(limits, "PAUSE", 0.02)
    monkeypatch.setattr(limits, "BACKOFF", 0.01)
    monkeypatch.setattr(limits, "MOST_BACKOFF", 0.05)


def calls(many, **more):
    return [ask(f"question {i}", **more) for i in range(many)]


def ask(text, tokens_out=5):
    return Call("/chat/completions", {"messages": [{"role": "user", "content": text}]}, tokens_out)


def params(server, **more):
    given = {"concurrency": 8, "timeout": 2.0, **more}
    return LlmParams(endpoint=server.url, model="m", **given)


def ends(answers):
    """How many ended how."""
    return Counter(a.reason or "answered" for a in answers)


def test_every_call_is_answered_in_its_place(tmp_path):
    def echo(_path, body):
        return chat(body["messages"][0]["content"].upper())

    with FaultServer(echo) as server, Door(params(server), str(tmp_path)) as door:
        answers = door.ask_all(calls(50))
    texts = [a.body["choices"][0]["message"]["content"] for a in answers]
    assert texts == [f"QUESTION {i}" for i in range(50)]
    assert server.most_in_flight <= 8
    assert (door.cost.calls, door.cost.tokens_in, door.cost.tokens_out) == (50, 500, 250)


def test_what_was_answered_once_is_never_asked_again_even_with_the_endpoint_gone(tmp_path):
    with FaultServer() as server:
        given = params(server)
        with Door(given, str(tmp_path)) as door:
            door.ask_all(calls(20))
    with Door(given, str(tmp_path)) as again:
        answers = again.ask_all(calls(20))
    assert all(a.recalled for a in answers)
    assert (again.cost.calls, again.cost.recalled, again.cost.tokens_in) == (0, 20, 0)
    assert (again.cost.answers, again.cost.answer_tokens) == (20, 300), "what they are worth stays"
    assert (door.cost.answers, door.cost.answer_tokens) == (20, 300)
    assert set(server.asked.values()) == {1}


def test_what_is_remembered_needs_no_key(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with FaultServer() as server, Door(params(server), str(tmp_path)) as door:
        door.ask_all(calls(5))
    far = params(server).model_copy(update={"endpoint": "https://x.invalid/v1"})
    with Door(far, str(tmp_path)) as again:
        assert all(a.recalled for a in again.ask_all(calls(5)))
        with pytest.raises(UsageError, match="no key"):
            again.ask_all(calls(6))


def test_another_sampling_parameter_or_revision_is_another_question(tmp_path):
    warm = Call("/chat/completions", {**ask("x").body, "temperature": 1})
    with FaultServer() as server, Door(params(server), str(tmp_path)) as door:
        assert [a.recalled for a in door.ask_all([ask("x"), warm, ask("x")])][:2] == [False, False]
    with FaultServer() as server, Door(params(server, revision="2"), str(tmp_path)) as door:
        assert not door.ask_all([ask("x")])[0].recalled


def test_the_same_question_asked_twice_at_once_is_sent_once(tmp_path):
    with FaultServer(delay=0.05) as server, Door(params(server), str(tmp_path)) as door:
        answers = door.ask_all([ask("same")] * 6)
    assert sum(server.asked.values()) == 1
    assert [a.reason for a in answers] == [None] * 6


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429), Fault(429, {"retry-after": "0.01"}), Fault(429, {"retry-after-ms": "5"}),
        Fault(500), Fault(503), Fault(reset=True), Fault(body=chat("x" * 500), cut=True),
        Fault(body=b"{not json"), Fault(body={"error": {"message": "overloaded"}}),
    ],
    ids=["429", "429 after", "429 after ms", "500", "503", "reset", "cut", "no json", "error"],
)  # fmt: skip
def test_a_fault_that_passes_is_tried_again_until_it_has(tmp_path, fault):
    seen = Counter()

    def twice(_path, body):
        text = body["messages"][0]["content"]
        seen[text] += 1
        return fault if seen[text] <= 2 else chat()

    with FaultServer(twice) as server, Door(params(server), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(12))) == {"answered": 12}
    assert set(seen.values()) == {3}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(429), "rate_limited"),
        (Fault(500), "endpoint_failed"),
        (Fault(reset=True), "endpoint_failed"),
        (Fault(body=b"oops"), "endpoint_failed"),
        (Fault(429, {"retry-after": "3600"}), "rate_limited"),
        (Fault(delay=1.0, body=chat()), "endpoint_failed"),
    ],
    ids=["429", "500", "reset", "no json", "come back in an hour", "too slow"],
)
def test_a_fault_that_stays_ends_every_call_with_its_reason(tmp_path, fault, reason):
    given = {"attempts": 2, "timeout": 0.2}
    with (
        FaultServer(lambda *_: fault) as server,
        Door(params(server, **given), str(tmp_path)) as door,
    ):
        assert ends(door.ask_all(calls(10))) == {reason: 10}
    assert door.unanswered == {reason: 10}


def test_a_wrong_call_is_not_tried_again_and_costs_the_others_nothing(tmp_path):
    def some(_path, body):
        return Fault(400) if body["messages"][0]["content"].endswith("3") else chat()

    with FaultServer(some) as server, Door(params(server), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(10))) == {"answered": 9, "call_rejected": 1}
    assert set(server.asked.values()) == {1}


def test_a_key_that_is_not_accepted_ends_all_calls_at_once(tmp_path):
    with FaultServer(lambda *_: Fault(401)) as server, Door(params(server), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(500))) == {"key_rejected": 500}
    assert sum(server.asked.values()) <= 2 * 8


def test_an_endpoint_that_is_not_there_is_given_up_soon(tmp_path):
    with FaultServer() as server:
        gone = params(server)
    with Door(gone, str(tmp_path)) as door:
        answers = door.ask_all(calls(300))
    assert ends(answers) == {"endpoint_failed": 300}
    assert door.cost.calls < 60


def test_an_endpoint_that_goes_away_for_a_while_is_waited_for(tmp_path):
    count = Counter()

    def outage(_path, _body):
        count["all"] += 1
        return Fault(500) if 20 < count["all"] <= 43 else chat()

    given = {"attempts": 20}
    with FaultServer(outage) as server, Door(params(server, **given), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(60))) == {"answered": 60}


def test_a_cap_on_tokens_is_never_passed_and_what_is_not_reached_says_so(tmp_path):
    with FaultServer() as server:
        given = params(server, budget=BudgetParams(tokens=300))
        with Door(given, str(tmp_path)) as door:
            ended = ends(door.ask_all(calls(100)))
        assert set(ended) == {"answered", "budget_reached"}
        assert ended["answered"] >= 15, "a call takes 15 tokens"
        assert door.cost.tokens_in + door.cost.tokens_out <= 300 + 8 * 15
        with Door(given, str(tmp_path)) as again:
            more = ends(again.ask_all(calls(100)))
    assert more["answered"] > ended["answered"], "what is remembered takes nothing from the cap"


def test_a_cap_on_money_needs_a_price_and_keeps_to_it(tmp_path):
    prices = tmp_path / "prices.yaml"
    prices.write_text("models: {m: {in: 1000000, out: 0}}")  # one for each token in
    cap = {"budget": BudgetParams(money=200)}
    with FaultServer() as server:
        with pytest.raises(UsageError, match=r"needs a price for the model 'm'"):
            Door(params(server, **cap), str(tmp_path))
        with Door(params(server, prices=str(prices), **cap), str(tmp_path)) as door:
            ended = ends(door.ask_all(calls(60)))
    assert 0 < door.cost.money <= 200 + 8 * 10
    assert ended["budget_reached"] > 0


def test_requests_per_minute_are_kept(tmp_path):
    with FaultServer() as server:
        given = params(server, requests_per_minute=1200)
        with Door(given, str(tmp_path)) as door:
            started = time.monotonic()
            door.ask_all(calls(40))
            took = time.monotonic() - started
    assert took >= 0.9, "twenty at once, then one every 50 ms"


def test_a_key_is_in_no_answer_no_file_and_no_error(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_KEY", "sk-very-secret-value")

    def leak(_path, _body):
        return Fault(401, body={"error": {"message": "Incorrect key sk-very-secret-value"}})

    with FaultServer(leak) as server:
        given = params(server, key_variable="SOME_KEY")
        with Door(given, str(tmp_path)) as door:
            answers = door.ask_all(calls(3))
        assert server.keys == {"Bearer sk-very-secret-value"}
    with (
        FaultServer() as server,
        Door(params(server, key_variable="SOME_KEY"), str(tmp_path)) as door,
    ):
        door.ask_all(calls(3))
    assert "sk-very" not in repr(answers)
    written = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
    assert b"sk-very" not in written
    assert b"127.0.0.1" not in written


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"endpoint": "none"}, "no language model is named"),
        ({"endpoint": "http://127.0.0.1:1/v1"}, "llm.model is empty"),
        ({"endpoint": "http://[foo", "model": "m"}, "is no address"),
        ({"endpoint": "http://x.invalid:port/v1", "model": "m"}, "is no address"),
        ({"endpoint": "local", "model": "minilm-l6"}, "no language model 'minilm-l6'"),
        ({"endpoint": "local", "model": "gpt-4"}, "no language model 'gpt-4'; known are smollm2"),
    ],
)
def test_a_wrong_endpoint_is_a_clear_error(tmp_path, given, told):
    with pytest.raises(UsageError, match=told):
        Door(LlmParams(**given), str(tmp_path))


@pytest.mark.parametrize(
    "endpoint",
    ["locall", "ftp://x/v1", "https://me:secret@x.example/v1", "https://x.example/v1?key=secret"],
)
def test_what_is_no_endpoint_is_turned_away_with_the_parameters_and_not_repeated(endpoint):
    with pytest.raises(ValidationError) as error:
        LlmParams(endpoint=endpoint)
    assert endpoint not in str(error.value), "whoever logs the error logs no key"


def test_a_remote_endpoint_without_a_key_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    given = LlmParams(endpoint="https://x.invalid/v1", model="m")
    wanted = pytest.raises(UsageError, match="environment variable OPENAI_API_KEY")
    with Door(given, str(tmp_path)) as door, wanted:
        door.ask_all(calls(1))


def test_one_who_stops_listening_early_leaves_nothing_behind(tmp_path):
    with FaultServer(delay=0.2) as server, Door(params(server), str(tmp_path)) as door:
        arriving = door.ask(calls(200))
        next(arriving)
        arriving.close()
        time.sleep(0.1)  # what was on its way to the server gets there
        asked = sum(server.asked.values())
        time.sleep(0.3)
        assert sum(server.asked.values()) == asked


CHILD = """
import sys
from tasks.llm.call import Stream
from tasks.llm.call import Call
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
with Door(LlmParams(endpoint=sys.argv[1], model="m", concurrency=8), sys.argv[2]) as door:
    asked = (Call("/chat/completions", {"messages": [{"role": "user", "content": f"q{i}"}]}, 5)
             for i in range(500))
    print(sum(answer.reason is None for _, answer in door.ask(asked)))
"""


def test_killed_in_the_middle_of_500_calls_and_restarted_no_answered_call_is_made_twice(tmp_path):
    """Promised: what had arrived is never asked again. What was on its way when killed may be."""
    seen = Counter()

    def count(_path, body):
        seen[body["messages"][0]["content"]] += 1
        return chat()

    with FaultServer(count, delay=0.01) as server:
        child = [sys.executable, "-c", CHILD, server.url, str(tmp_path)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        first = subprocess.Popen(child, env=environment)
        while sum(server.answered.values()) < 150:
            time.sleep(0.01)
        first.send_signal(signal.SIGKILL)
        first.wait()
        memory = Memory(str(tmp_path))
        arrived = {f"q{i}" for i in range(500) if memory.knows(ask(f"q{i}").key("m"))}
        memory.close()
        again = subprocess.run(child, capture_output=True, text=True, check=True, env=environment)
    assert again.stdout.strip() == "500"
    assert len(arrived) >= 150 - 8
    assert {seen[text] for text in arrived} == {1}
    assert len(seen) == 500
    assert sum(seen.values()) <= 500 + 8, "only what was in flight when it was killed"


def test_an_asker_may_ask_again_while_it_reads_answers(tmp_path):
    with FaultServer(delay=0.01) as server, Door(params(server), str(tmp_path)) as door:
        for place, answer in door.ask(calls(30)):
            assert answer.reason is None
            if place % 7 == 0:
                assert door.ask_all([ask(f"again {place}")])[0].reason is None
    assert door.cost.calls == 35


def test_threads_share_a_door_and_the_same_question_is_sent_once(tmp_path):
    with FaultServer(delay=0.02) as server, Door(params(server), str(tmp_path)) as door:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: ends(door.ask_all(calls(40))), range(4)))
        assert found == [{"answered": 40}] * 4
        assert set(server.asked.values()) == {1}
    assert (door.cost.calls, door.cost.recalled, door.cost.tokens_in) == (40, 120, 400)


def test_one_who_stops_early_gives_back_what_was_set_aside_and_pays_for_what_came(tmp_path):
    with FaultServer(delay=0.02) as server:
        given = params(server, budget=BudgetParams(tokens=1000))
        with Door(given, str(tmp_path)) as door:
            for _ in range(5):
                arriving = door.ask(calls(30))
                next(arriving)
                arriving.close()
            assert door.budget.purse.held == (0, 0, 0)
            assert ends(door.ask_all(calls(30))) == {"answered": 30}
    assert door.cost.tokens_in == 300


def test_a_door_that_is_closed_leaves_no_thread(tmp_path):
    before = set(threading.enumerate())
    with FaultServer() as server:
        with Door(params(server), str(tmp_path)) as door:
            door.ask_all(calls(10))
        door.close()
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(5)  # the SDK asks what machine this is in a thread that ends by itself
    assert not [thread.name for thread in left if thread.is_alive()]


def test_an_answer_that_cannot_be_written_down_is_told_and_not_passed_over(tmp_path):
    with FaultServer() as server, Door(params(server), str(tmp_path)) as door:
        door.memory._db.execute("PRAGMA query_only=1")
        with pytest.raises(StageError, match=r"memory of model answers, memo/llm/answers\.sqlite"):
            door.ask_all(calls(3))


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("headers", [{"retry-after": "0.4"}, {"retry-after-ms": "400"}])
def test_a_server_that_says_when_to_come_back_is_not_asked_before(tmp_path, status, headers):
    times = []

    def later(*_):
        times.append(time.monotonic())
        return Fault(status, headers) if len(times) == 1 else chat()

    with FaultServer(later) as server, Door(params(server), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(1))) == {"answered": 1}
    assert times[1] - times[0] >= 0.4


def test_nothing_left_until_a_reset_is_waited_for(tmp_path):
    times = []

    def spent(*_):
        times.append(time.monotonic())
        headers = {"x-ratelimit-remaining-tokens": "3", "x-ratelimit-reset-tokens": "400ms"}
        return Fault(200, headers, chat()) if len(times) == 1 else chat()

    with FaultServer(spent) as server, Door(params(server, concurrency=1), str(tmp_path)) as door:
        door.ask_all(calls(2))
    assert times[1] - times[0] >= 0.38


@pytest.mark.parametrize(
    "fault",
    [Fault(delay=30, body=chat()), Fault(503), Fault(429), Fault(503, {"retry-after": "0.01"})],
    ids=["hangs", "503", "429", "503 after"],
)
def test_an_endpoint_that_never_answers_is_given_up_for_all_calls(tmp_path, fault):
    given = {"timeout": 0.2, "attempts": 50}
    with (
        FaultServer(lambda *_: fault) as server,
        Door(params(server, **given), str(tmp_path)) as door,
    ):
        ended = ends(door.ask_all(calls(400)))
    assert ended in ({"endpoint_failed": 400}, {"rate_limited": 400})
    assert door.cost.calls < 60, "not 400 calls of 50 attempts"


def test_a_quota_that_is_used_up_ends_all_calls_at_once(tmp_path):
    body = {"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}
    spent = Fault(429, body=body)
    with FaultServer(lambda *_: spent) as server, Door(params(server), str(tmp_path)) as door:
        answers = door.ask_all(calls(300))
    assert ends(answers) == {"rate_limited": 300}
    assert {a.detail for a in answers} == {"status 429: the account's quota is used up"}
    assert sum(server.asked.values()) <= 2 * 8


def test_a_server_that_says_not_to_try_again_is_not_asked_again(tmp_path):
    final = Fault(500, {"x-should-retry": "false"})
    with FaultServer(lambda *_: final) as server, Door(params(server), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(3))) == {"endpoint_failed": 3}
    assert set(server.asked.values()) == {1}


def test_a_cap_is_shared_by_all_doors_of_one_purse(tmp_path):
    purse = Purse()
    with FaultServer() as server:
        given = params(server, budget=BudgetParams(tokens=300))
        with Door(given, str(tmp_path), purse=purse) as one:
            first = ends(one.ask_all(calls(100)))
        other = given.model_copy(update={"model": "n"})
        with Door(other, str(tmp_path), purse=purse) as two:
            assert ends(two.ask_all(calls(100))) == {"budget_reached": 100}
    assert first["answered"] >= 15


def test_progress_is_told_while_calls_are_answered(tmp_path, monkeypatch):
    steps = []
    monkeypatch.setattr(progress, "listeners", [steps.append])
    monkeypatch.setattr(door_module, "SELDOM", 0.05)
    with FaultServer(delay=0.05) as server, Door(params(server), str(tmp_path), "score.x") as door:
        list(door.ask(Stream(iter(calls(40)), 40)))
    assert len(steps) >= 2
    assert {(s.stage, s.parts) for s in steps} == {("score.x", 40)}
    assert [s.done for s in steps] == sorted({s.done for s in steps})
    assert steps[-1].done < 40, "the stage itself says when it is done"


def test_the_status_of_a_refusal_is_told_and_not_its_text():
    told = replies.refused(404, {}, None, "/chat/completions").detail
    assert told == "status 404: no such model, or no such path"
