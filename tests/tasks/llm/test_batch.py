"""Batch mode over real HTTP: nothing is handed in twice, and nobody waits for what never comes."""

import asyncio
import json
import logging

import pytest
from openai import AsyncOpenAI

from tasks.base.errors import StageError, UsageError
from tasks.llm import batch, batch_office
from tasks.llm.batch import Pause, answered
from tasks.llm.call import Call
from tasks.llm.dialect import dialect_of
from tests.fault_server import Fault, FaultServer, chat
from tests.tasks.llm.batch_service import BatchService

SOON = Pause(0.01, 0.02)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(batch_office, "BACKOFF", 0.01)
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    monkeypatch.setattr("openai._base_client.MAX_RETRY_DELAY", 0.02)


def calls(many, path="/chat/completions"):
    asked = [Call(path, {"messages": [{"role": "user", "content": str(i)}]}) for i in range(many)]
    return [(call.key("m"), call) for call in asked]


def echo(body):
    return chat(body["messages"][0]["content"].upper() + "!")


@pytest.fixture
def collect(tmp_path):
    """What comes of calls, by key; `most` answers are taken, then the run is killed."""

    async def take(server, asked, most):
        found = {}
        async with AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
            answers = answered(client, asked, "m", str(tmp_path), SOON)
            async for key, body in answers:
                found[key] = body["choices"][0]["message"]["content"]
                if len(found) == most:
                    await answers.aclose()
                    break
        return found

    return lambda server, asked, most=-1: asyncio.run(take(server, asked, most))


@pytest.fixture
def service():
    return BatchService(echo)


@pytest.fixture
def server(service):
    with FaultServer(service) as running:
        yield running


def noted(tmp_path):
    return [json.loads(path.read_bytes()) for path in tmp_path.rglob("batches/**/*.json")]


def test_every_call_is_handed_in_once_and_answered_by_its_key(collect, server, service, tmp_path):
    asked = calls(20)
    assert collect(server, asked) == {key: f"{i}!" for i, (key, _) in enumerate(asked)}
    assert [line["custom_id"] for line in service.lines] == [key for key, _ in asked]
    first = service.lines[0]
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["body"] == {"model": "m", **asked[0][1].body}
    assert service.batches["batch-0"]["completion_window"] == "24h"
    assert not noted(tmp_path), "what is over is forgotten"


def test_without_calls_nothing_is_sent(collect, server):
    assert collect(server, []) == {}
    assert not server.asked


def test_files_keep_to_the_limits_of_lines(collect, server, service, monkeypatch):
    monkeypatch.setattr(batch, "MOST_LINES", 8)
    assert len(collect(server, calls(20))) == 20
    sizes = [service.files[b["input_file_id"]].count(b"\n") for b in service.batches.values()]
    assert sizes == [8, 8, 4]


def test_files_keep_to_the_limits_of_bytes(collect, server, service, monkeypatch):
    monkeypatch.setattr(batch, "MOST_BYTES", 1000)
    assert len(collect(server, calls(20))) == 20
    sizes = [len(service.files[b["input_file_id"]]) for b in service.batches.values()]
    assert len(sizes) > 2
    assert max(sizes) <= 1000


def test_each_path_has_its_own_batch_and_what_is_not_batched_is_passed_over(
    collect, server, service
):
    asked = [*calls(2), *calls(2, "/embeddings"), *calls(2, "/score")]
    assert set(collect(server, asked)) == {key for key, _ in asked[:4]}
    assert {b["endpoint"] for b in service.batches.values()} == {
        "/v1/chat/completions", "/v1/embeddings",
    }  # fmt: skip


def test_what_an_endpoint_takes_under_another_name_is_handed_in_so(collect, server, service):
    known = dialect_of(f"{server.url}/", "m")
    known.refused.add("max_tokens")
    call = Call("/chat/completions", {"messages": [{"role": "user", "content": "a"}],
                                      "max_tokens": 5})  # fmt: skip
    assert collect(server, [(call.key("m"), call)]) == {call.key("m"): "A!"}
    assert service.lines[0]["body"]["max_completion_tokens"] == 5
    assert "max_tokens" not in service.lines[0]["body"]


def test_lines_without_an_answer_are_counted_and_not_yielded(collect, server, service, caplog):
    service.answer = lambda b: 400 if b["messages"][0]["content"] == "3" else echo(b)
    asked = calls(5)
    with caplog.at_level(logging.WARNING):
        assert set(collect(server, asked)) == {key for key, _ in asked} - {asked[3][0]}
    assert "status 400': 1" in caplog.text


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_of_a_batch_that_did_not_end_well_the_answers_count(
    collect, server, service, status, tmp_path
):
    service.status = status
    service.answer = lambda b: 500 if int(b["messages"][0]["content"]) > 2 else echo(b)
    assert len(collect(server, calls(10))) == 3
    assert not noted(tmp_path)


def test_a_batch_that_failed_as_a_whole_has_no_answers(collect, server, service, caplog):
    service.looks = 10**6
    service.faults["/batches/batch-0"] = [
        Fault(body={"id": "batch-0", "object": "batch", "created_at": 0, "endpoint": "/v1/x",
                    "completion_window": "24h", "input_file_id": "f", "status": "failed",
                    "errors": {"data": [{"code": "token_limit_exceeded", "message": "text"}]}}),
    ]  # fmt: skip
    with caplog.at_level(logging.WARNING):
        assert collect(server, calls(3)) == {}
    assert "token_limit_exceeded" in caplog.text


def test_lines_that_cannot_be_read_spoil_no_other(collect, server, service):
    asked = calls(2)
    good = {"custom_id": asked[0][0], "response": {"status_code": 200, "body": chat("ok")}}
    lines = [b"{", b"[]", b"{}", b"", b'{"custom_id": "x", "response": null}',
             b'{"custom_id": "x", "response": {"status_code": 200, "body": "text"}}',
             json.dumps(good).encode()]  # fmt: skip
    for number in range(3):  # whichever file the answers are in
        service.faults[f"/files/file-{number}/content"] = [Fault(body=b"\n".join(lines))]
    assert collect(server, asked) == {asked[0][0]: "ok"}


class KilledError(Exception):
    """Stands for the end of the process."""


def test_a_run_that_was_killed_while_it_waited_hands_nothing_in_again(
    collect, server, service, tmp_path, monkeypatch
):
    async def killed(*_):
        raise KilledError

    asked = calls(6)
    with monkeypatch.context() as patch:
        patch.setattr(batch_office.Office, "_look", killed)
        with pytest.raises(KilledError):
            collect(server, asked)
    assert len(noted(tmp_path)) == 1
    assert set(collect(server, asked)) == {key for key, _ in asked}
    assert len(service.lines) == 6


def test_a_run_that_was_killed_among_the_answers_picks_all_up_again(
    collect, server, service, tmp_path
):
    asked = calls(6)
    assert len(collect(server, asked, most=2)) == 2
    rest = asked[2:]
    assert {key for key, _ in rest} <= set(collect(server, rest))
    assert len(service.lines) == 6
    assert not noted(tmp_path)


def test_calls_that_are_new_since_are_handed_in_beside_those_that_wait(
    collect, server, service, tmp_path
):
    asked = calls(9)
    assert len(collect(server, asked[:6], most=1)) == 1
    assert set(collect(server, asked)) == {key for key, _ in asked}
    assert len(service.lines) == 9


def test_a_batch_of_other_calls_is_left_to_its_own_run(collect, server, service, tmp_path):
    asked = calls(6)
    collect(server, asked[:3], most=1)
    assert set(collect(server, asked[3:])) == {key for key, _ in asked[3:]}
    assert len(noted(tmp_path)) == 1


def test_the_same_calls_at_another_endpoint_are_other_batches(collect, server, service, tmp_path):
    asked = calls(3)
    collect(server, asked, most=1)
    other = BatchService(echo)
    with FaultServer(other) as elsewhere:
        assert len(collect(elsewhere, asked)) == 3
    assert len(other.lines) == 3


@pytest.mark.parametrize("after", ["created", "not created"])
def test_a_run_that_was_killed_while_it_handed_in_pays_once(
    collect, server, service, after, monkeypatch
):
    """The note is there, the id of the batch is not."""
    create = batch_office.Office._create

    async def killed(office, *given):
        if after == "created":
            await create(office, *given)
        raise KilledError

    asked = calls(4)
    with monkeypatch.context() as patch:
        patch.setattr(batch_office.Office, "_create", killed)
        with pytest.raises(KilledError):
            collect(server, asked)
    assert set(collect(server, asked)) == {key for key, _ in asked}
    assert len(service.lines) == 4


def test_when_the_word_that_a_batch_was_created_gets_lost_it_is_not_created_again(
    collect, server, service, monkeypatch
):
    create = service._create

    def deaf(asked):
        create(asked)
        service._create = create
        return Fault(reset=True)

    service._create = deaf
    asked = calls(4)
    assert set(collect(server, asked)) == {key for key, _ in asked}
    assert len(service.lines) == 4


def test_a_batch_that_is_gone_is_forgotten(collect, server, service, tmp_path):
    asked = calls(3)
    collect(server, asked, most=1)
    service.batches.clear()
    assert collect(server, asked) == {}
    assert not noted(tmp_path)


@pytest.mark.parametrize("path", ["/files", "/batches"])
@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_endpoint_without_batches_is_a_wrong_setting(
    collect, server, service, path, status, tmp_path
):
    service.faults[path] = [Fault(status, body={"error": {"message": "text"}})] * 9
    with pytest.raises(UsageError, match=r"set llm\.mode=online"):
        collect(server, calls(2))
    assert not noted(tmp_path)


def test_a_batch_that_is_refused_is_told_without_its_text(collect, server, service, tmp_path):
    service.faults["/batches"] = [Fault(400, body={"error": {"message": "secret text"}})]
    with pytest.raises(StageError, match="status 400") as caught:
        collect(server, calls(2))
    assert "secret" not in str(caught.value)
    assert not noted(tmp_path)


def test_looks_that_fail_are_tried_again(collect, server, service, monkeypatch):
    monkeypatch.setattr(batch_office, "PATIENCE", 2)
    waiting = {
        "id": "batch-0", "object": "batch", "created_at": 0, "endpoint": "/v1/x",
        "completion_window": "24h", "input_file_id": "f", "status": "in_progress",
    }  # fmt: skip
    faults = [Fault(500), Fault(reset=True), Fault(body=waiting), Fault(429), Fault(503)]
    service.faults["/batches/batch-0"] = faults
    assert len(collect(server, calls(2))) == 2


def test_an_endpoint_that_is_gone_for_good_ends_the_stage_and_keeps_the_note(
    collect, server, service, tmp_path, monkeypatch
):
    monkeypatch.setattr(batch_office, "PATIENCE", 3)
    service.faults["/batches/batch-0"] = [Fault(500)] * 4
    asked = calls(2)
    with pytest.raises(StageError, match="next run"):
        collect(server, asked)
    assert len(noted(tmp_path)) == 1
    assert len(collect(server, asked)) == 2
    assert len(service.lines) == 2


def test_answers_that_cannot_be_picked_up_now_are_later(collect, server, service, tmp_path):
    service.faults["/files/file-1/content"] = [Fault(500)] * 5
    asked = calls(2)
    with pytest.raises(StageError, match="picked up"):
        collect(server, asked)
    assert len(collect(server, asked)) == 2
    assert len(service.lines) == 2


def test_notes_hold_neither_text_nor_address(collect, server, tmp_path):
    collect(server, calls(3), most=1)
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*.json"))
    assert written
    assert b"messages" not in written
    assert b"127.0.0.1" not in written
