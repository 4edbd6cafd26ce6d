"""Maintenance: what no run needs goes, what one may need stays, and dead runs are told."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from prefect import flow, get_client
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import FlowRun
from prefect.settings import get_current_settings
from prefect.states import Completed, Running

from flows.curate import curate
from flows.history import dead_runs, logs_left
from flows.maintain import maintain
from tasks.base.locks import at_work
from tasks.redact.params import RedactParams
from tasks.review.record import recorded
from tests.flows.command import ROOT

pytestmark = pytest.mark.prefect
PLAIN = RedactParams(enabled=False)  # which takes longest, and is nothing to maintenance
LONG_AGO = datetime.now(UTC) - timedelta(days=100)


@flow(name="curate", flow_run_name="night-{n}")
def small(n: int):
    create_markdown_artifact(key="digest", markdown=f"run {n}")


@flow(name="of somebody else")
def theirs():
    create_markdown_artifact(key="digest", markdown="theirs")


@pytest.fixture
def client(prefect_server):
    with get_client(sync_client=True) as client:
        yield client


def run_of(client, state, name="curate", at=LONG_AGO) -> FlowRun:
    """A run that came to a state at a moment; the server knows no past, so its database is told."""

    @flow(name=name)
    def any_flow():
        """Never called."""

    run = client.create_flow_run(any_flow)
    for one in (Running(), state):
        client.set_flow_run_state(run.id, one, force=True)
    file = get_current_settings().server.database.connection_url.get_secret_value()
    with closing(sqlite3.connect(file.partition(":///")[2], timeout=30)) as database, database:
        told = at.strftime("%Y-%m-%d %H:%M:%S.%f")
        database.execute(
            "update flow_run set start_time = ?, created = ?, updated = ?, "
            "end_time = iif(end_time is null, null, ?) where id = ?",
            [told] * 4 + [str(run.id)],
        )
    return client.read_flow_run(run.id)


def log(client, run, text, at):
    client.create_logs([{"name": "t", "level": 20, "message": text, "timestamp": at.isoformat(),
                         "flow_run_id": str(run.id)}])  # fmt: skip


def exists(client, run):
    return any(one.id == run.id for one in client.read_flow_runs(limit=200))


def test_old_runs_go_with_their_logs_and_neither_young_running_nor_foreign_ones(
    client, fresh_store
):
    old = run_of(client, Completed())
    log(client, old, "long ago", LONG_AGO)
    young = run_of(client, Completed(), at=datetime.now(UTC))
    running = run_of(client, Running())
    foreign = run_of(client, Completed(), name="of somebody else")
    with at_work(fresh_store, str(running.id)):
        planned = maintain(dry_run=True)
        assert exists(client, old)
        assert any(str(old.id) in name for name in planned.names)
        done = maintain()
    assert not exists(client, old)
    assert not logs_left(client, old.id)
    assert all(exists(client, one) for one in (young, running, foreign))
    assert client.read_flow_run(running.id).state.is_running()
    assert "a run is at work" in " ".join(done.notes)
    [counted] = [one for one in done.freed if one.kind.startswith("runs")]
    assert counted.count == 1


def test_the_last_versions_of_an_artifact_stay_and_those_of_others_too(client, fresh_store):
    for n in range(5):
        small(n)
    theirs()
    read = partial(client.read_artifacts, limit=200)
    maintain(versions=2)
    left = [one.data for one in read() if one.key == "digest"]
    assert sorted(left) == ["run 3", "run 4", "theirs"]
    told = [one.data for one in read() if one.key == "maintenance"]
    # other tests leave artifacts on this server, too
    gone = [
        int(n) for one in told for n in re.findall(r"\| versions of artifacts \| (\d+) \|", one)
    ]
    assert max(gone) >= 3


def test_a_run_whose_process_is_gone_or_that_is_silent_is_marked_and_no_other(client, fresh_store):
    killed = run_of(client, Running(), at=datetime.now(UTC))
    code = (
        "import sys, os; from pathlib import Path; from tasks.base.locks import at_work\n"
        "with at_work(Path(sys.argv[1]), sys.argv[2]): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, fresh_store, str(killed.id)], cwd=ROOT, check=False)
    silent, at_it = run_of(client, Running()), run_of(client, Running())
    elsewhere = run_of(client, Running())  # on another machine, but it speaks
    log(client, elsewhere, "stage done", datetime.now(UTC))
    with at_work(fresh_store, str(at_it.id)):
        found = {run.id: why for run, why in dead_runs(client, fresh_store, 24)}
        assert found.keys() >= {killed.id, silent.id}
        assert not found.keys() & {at_it.id, elsewhere.id}
        maintain()
    state = client.read_flow_run(killed.id).state
    assert state.is_crashed()
    assert "its process is gone" in state.message
    assert client.read_flow_run(silent.id).state.is_crashed()
    assert client.read_flow_run(at_it.id).state.is_running()
    assert dead_runs(client, fresh_store, 24) == [] or all(
        run.id not in (killed.id, silent.id) for run, _ in dead_runs(client, fresh_store, 24)
    )


def test_what_a_run_would_read_again_stays_and_the_rest_goes(prefect_server, fresh_store, tmp_path):
    lines = [json.dumps({"instruction": f"What is {n}?", "output": f"{n}."}) for n in range(9)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    raw = [str(tmp_path / "a.jsonl")]
    out = str(tmp_path / "run")
    curate(raw, out, redact=PLAIN)
    assert not kinds(maintain())
    grow_old(fresh_store)
    curate(raw, out, redact=PLAIN)  # a run dates what it uses
    loose = fresh_store / "objects" / "ab" / f"ab{'0' * 62}.parquet"
    loose.parent.mkdir(exist_ok=True)
    loose.write_bytes(b"x" * 1000)
    os.utime(loose, (0, 0))
    planned = maintain(dry_run=True)
    assert loose.exists()
    assert any(loose.name in name for name in planned.names)
    assert kinds(planned) == {"data of stages"}
    maintain()
    assert not loose.exists()
    assert recomputed(raw, out) == []
    grow_old(fresh_store)
    assert kinds(maintain()) >= {"results of stages", "data of stages"}
    assert recorded(Path(out), str(fresh_store)).kept.rows == 9, "the run can still be reviewed"
    (fresh_store / "reports").rename(tmp_path / "reports")  # nobody knows of the run any more
    grow_old(fresh_store)
    maintain()
    assert not [*(fresh_store / "objects").glob("??/*")]
    before = (tmp_path / "run" / "train.jsonl").read_bytes()
    assert recomputed(raw, out)
    assert (tmp_path / "run" / "train.jsonl").read_bytes() == before


def kinds(done):
    """What went of the store."""
    return {one.kind for one in done.freed if one.bytes}


def grow_old(store):
    """Date everything a hundred days back."""
    then = time.time() - 100 * 24 * 3600
    for one in [*store.rglob("*")]:
        os.utime(one, (then, then))


def recomputed(raw, out):
    """Stages that another run computes."""
    curate(raw, out, redact=PLAIN)
    report = json.loads((Path(out) / "report.json").read_bytes())
    return [one["stage"] for one in report["timings"] if not one["cached"]]
