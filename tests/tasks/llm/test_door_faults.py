"""An endpoint that is wrong, or wrong about itself: it is told from calls that are, and is paid."""

from functools import partial

import pytest

from tasks.llm.door import Door
from tasks.llm.memory import Memory
from tasks.llm.params import BudgetParams
from tests.fault_server import Fault, FaultServer, chat
from tests.tasks.llm.test_door import ask, calls, ends, params, quick  # noqa: F401 (a fixture)


def used(prompt, completion=5):
    """A chat completion that says what it took."""
    return {**chat(), "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


@pytest.mark.parametrize("status", [301, 307, 402, 404, 405, 410])
def test_an_endpoint_that_is_not_there_is_not_asked_for_every_call(tmp_path, status):
    with FaultServer(lambda *_: Fault(status)) as server:
        given = params(server)
        with Door(given, str(tmp_path)) as door:
            assert ends(door.ask_all(calls(200))) == {"endpoint_failed": 200}
        asked = sum(server.asked.values())
        server.reply = lambda *_: chat()
        with Door(given, str(tmp_path)) as again:
            assert ends(again.ask_all(calls(200))) == {"answered": 200}
    assert asked <= 8


def test_an_endpoint_that_rejects_whatever_it_is_asked_is_given_up(tmp_path):
    with FaultServer(lambda *_: Fault(400)) as server, Door(params(server), str(tmp_path)) as door:
        answers = door.ask_all(calls(500))
    assert answers[-1].reason == "endpoint_failed"
    assert "rejected each of the first" in answers[-1].detail
    assert sum(server.asked.values()) < 70


def test_one_good_answer_and_every_rejected_call_is_wrong_by_itself(tmp_path):
    def picky(_path, body):
        return chat() if body["messages"][0]["content"] == "question 0" else Fault(400)

    with FaultServer(picky) as server, Door(params(server), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(300))) == {"answered": 1, "call_rejected": 299}


@pytest.mark.parametrize("body", [b"[]", b'{"choices": []}', b'{"choices": [{"index": 0}]}', b"3"])
def test_a_body_without_a_message_is_no_answer_and_is_not_remembered(tmp_path, body):
    with FaultServer(lambda *_: Fault(200, body=body)) as server:
        given = params(server, attempts=2)
        with Door(given, str(tmp_path)) as door:
            assert ends(door.ask_all(calls(3))) == {"endpoint_failed": 3}
        server.reply = lambda *_: chat()
        with Door(given, str(tmp_path)) as again:
            assert ends(again.ask_all(calls(3))) == {"answered": 3}


def test_a_mark_before_the_json_does_no_harm(tmp_path):
    body = b'\xef\xbb\xbf{"choices": [{"message": {"content": "ok"}}]}'
    reply = Fault(200, body=body)
    with FaultServer(lambda *_: reply) as server, Door(params(server), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(1))) == {"answered": 1}


ODD = [
    {"prompt_tokens": -1_000_000, "completion_tokens": 5},
    {"prompt_tokens": "many"},
    {"prompt_tokens": 2**63, "completion_tokens": 1},
    {"prompt_tokens": True},
    [],
    None,
]


@pytest.mark.parametrize("usage", ODD)
def test_what_an_endpoint_does_not_count_is_paid_at_what_was_set_aside(tmp_path, usage):
    with FaultServer(lambda *_: {**chat(), "usage": usage}) as server:
        cap = BudgetParams(tokens=3_000)
        with Door(params(server, budget=cap), str(tmp_path)) as door:
            ended = ends(door.ask_all([ask(f"q {i}", 400) for i in range(50)]))
    assert ended == {"answered": 7, "budget_reached": 43}
    assert 7 * 400 <= door.cost.tokens_in + door.cost.tokens_out <= 3_000


def test_answers_that_are_thrown_away_are_paid(tmp_path):
    turn = iter(range(10_000))

    def every_second(*_):
        return Fault(200, body=b"<html>") if next(turn) % 2 == 0 else used(10)

    with FaultServer(every_second) as server:
        cap = BudgetParams(tokens=2_000)
        with Door(params(server, budget=cap, concurrency=1), str(tmp_path)) as door:
            ended = ends(door.ask_all([ask(f"q {i}", 80) for i in range(100)]))
    assert ended["budget_reached"] > 0
    sent = sum(server.asked.values())
    assert door.cost.tokens_in + door.cost.tokens_out > 40 * sent, "half of them took 80 and more"


def test_an_estimate_that_is_far_too_low_is_mended_as_answers_come(tmp_path):
    with FaultServer(lambda *_: used(2_000)) as server:
        cap = BudgetParams(tokens=20_000)
        with Door(params(server, budget=cap, concurrency=2), str(tmp_path)) as door:
            door.ask_all(calls(100))
    assert door.cost.tokens_in + door.cost.tokens_out <= 20_000 + 2 * 2_005


def test_counts_that_are_none_do_not_reach_the_memory(tmp_path):
    with FaultServer(lambda *_: used(-5)) as server, Door(params(server), str(tmp_path)) as door:
        door.ask_all(calls(3))
    assert Memory(str(tmp_path)).totals("m").tokens_in > 0


@pytest.mark.parametrize("said", ["1 Jan 99999999999999999999 00:00:00 GMT", "-5", "soon", "🙂"])
def test_an_odd_time_to_come_back_is_no_reason_to_fail(tmp_path, said):
    turn = iter([Fault(429, {"retry-after": said.encode().decode("latin-1")})])
    reply = partial(next, turn, chat())
    with FaultServer(lambda *_: reply()) as server, Door(params(server), str(tmp_path)) as door:
        assert ends(door.ask_all(calls(1))) == {"answered": 1}
