"""Somebody is told when a run fails or a gate does, and never what stands in the data."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from flows.curate import curate
from flows.notify import VARIABLE
from tasks.base.errors import StageError, UsageError
from tasks.dedup import exact

pytestmark = pytest.mark.prefect
PERSON = "jo.doe@lumetra.net"
SECRET = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0" * 2


@pytest.fixture
def heard():
    """What a webhook was told, as it came."""
    told = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told, f"http://127.0.0.1:{server.server_port}/hook/{SECRET}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def block(prefect_server, heard, monkeypatch):
    _, url = heard
    made = CustomWebhookNotificationBlock(
        name="t", url=url, json_data={"subject": "{{subject}}", "body": "{{body}}"}
    )
    made.save("nightly", overwrite=True)
    monkeypatch.setenv(VARIABLE, "custom-webhook/nightly")
    return made


@pytest.fixture
def raw(tmp_path, fresh_store):
    rows = [{"instruction": f"Write to {PERSON} about ship {n}?", "output": f"Ship {n} is in."}
            for n in range(3)]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [str(tmp_path / "a.jsonl")]


def fails_with(monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(exact, "run_filter", fail)


def test_a_gate_that_fails_is_told_with_counts_and_success_is_silent(block, heard, raw, tmp_path):
    told, _ = heard
    curate(raw, str(tmp_path / "good"))
    assert told == []
    curate(raw, str(tmp_path / "run"), gates={"min_rows": 1000})
    [message] = told
    assert message["subject"] == "Finery: curate: a gate failed"
    for part in ("gate failed: min_rows", "rows: 3 read", "/runs/flow-run/", "run: curate-"):
        assert part in message["body"]
    assert "lumetra" not in message["body"]


def test_a_failure_is_told_by_its_type_and_stage_and_never_by_a_value(
    block, heard, raw, tmp_path, monkeypatch
):
    told, _ = heard
    fails_with(monkeypatch, ValueError(f"bad row: {PERSON} {SECRET}"))
    with pytest.raises(ValueError, match="bad row"):
        curate(raw, str(tmp_path / "run"))
    fails_with(monkeypatch, StageError(f"no answer for {PERSON} with the key {SECRET}; try again"))
    with pytest.raises(StageError):
        curate(raw, str(tmp_path / "run"))
    first, second = (one["body"] for one in told)
    assert "error: ValueError\n" in first
    assert "stage: dedup.exact" in first
    assert "try again" in second
    assert told[0]["subject"] == "Finery: curate failed"
    for body in (first, second):
        assert PERSON not in body
        assert "lumetra" not in body
        assert SECRET not in body


def test_a_webhook_that_is_down_changes_nothing_and_is_told_in_the_log(
    block, heard, raw, tmp_path, caplog
):
    block.url = f"http://127.0.0.1:9/{SECRET}"
    block.save("nightly", overwrite=True)
    done = curate(raw, str(tmp_path / "run"), gates={"min_rows": 1000})
    assert done.failed_gates == ("min_rows",)
    assert (tmp_path / "run" / "manifest.json").exists()
    assert "told nobody" in caplog.text
    assert SECRET not in caplog.text


def test_a_block_that_is_not_there_is_told_before_anything_runs(
    prefect_server, raw, tmp_path, monkeypatch
):
    monkeypatch.setenv(VARIABLE, "slack-webhook/nobody")
    with pytest.raises(UsageError, match="no such block"):
        curate(raw, str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
