"""Runs that wait for people: find one, read its form, answer it as the UI does."""

import json
import time
from collections.abc import Callable
from threading import Thread
from typing import Any, NamedTuple

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun

PATIENCE = 120  # seconds until a run must have come to its form


class Form(NamedTuple):
    """What the UI shows of a waiting run."""

    description: str  # Markdown
    fields: dict[str, Any]  # the properties of its JSON schema


def waiting(client: SyncPrefectClient, name: str) -> FlowRun:
    """The run of the flow `name` that waits, as soon as there is one."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for run in client.read_flow_runs():
            is_ours = client.read_flow(run.flow_id).name == name
            if is_ours and run.state and run.state.is_paused() and form_keys(run):
                return run
        time.sleep(0.2)
    raise AssertionError(f"no run of {name} waits for anybody")


def form_keys(run: FlowRun) -> dict[str, str]:
    """Under which keys the server holds the form of a waiting run, and takes the answer."""
    assert run.state is not None
    keys: dict[str, str] = run.state.state_details.run_input_keyset or {}
    return keys


def form(client: SyncPrefectClient, run: FlowRun) -> Form:
    """The form of a waiting run."""
    read = {
        name: json.loads(client.read_flow_run_input(run.id, key))
        for name, key in form_keys(run).items() if name in ("schema", "description")
    }  # fmt: skip
    return Form(read["description"], read["schema"]["properties"])


def answer_when_asked(
    name: str, answers: Callable[[SyncPrefectClient, FlowRun], dict[str, Any]]
) -> Thread:
    """Answer a run of the flow `name` from another thread, once it waits.

    Args:
        name: Of the flow.
        answers: What to fill in, given the waiting run.
    """

    def answer() -> None:
        with get_client(sync_client=True) as client:
            run = waiting(client, name)
            time.sleep(0.5)  # the form is written after the state
            client.resume_flow_run(run.id, run_input=answers(client, run))

    thread = Thread(target=answer)
    thread.start()
    return thread
