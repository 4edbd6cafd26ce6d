"""What Prefect remembers of earlier runs: what of it may go, and which runs only look alive."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import TERMINAL_STATES, Artifact, FlowRun, StateType
from prefect.client.schemas.sorting import ArtifactSort, FlowRunSort, LogSort, TaskRunSort
from prefect.states import Crashed

from tasks.base.locks import forget, is_alive

FLOWS = ["curate", "nightly", "score", "augment", "scale", "compare", "review", "maintain"]
OURS = FlowFilter(name=FlowFilterName(any_=FLOWS))
"""A server may hold the flows of others, too."""
PAGE = 200  # the most that the API hands out at once

T = TypeVar("T")


class Version(NamedTuple):
    """One version of an artifact."""

    id: UUID
    bytes: int


def old_runs(client: SyncPrefectClient, days: int) -> list[FlowRun]:
    """Runs of ours that ended more than `days` ago."""
    ended = FlowRunFilterEndTime(before_=datetime.now(UTC) - timedelta(days=days))
    return [*_runs(client, FlowRunFilter(end_time=ended, state=_in(TERMINAL_STATES)))]


def old_artifacts(client: SyncPrefectClient, keep: int, runs: list[FlowRun]) -> list[Version]:
    """Versions of artifacts of ours beyond the last `keep` of their key, and those of `runs`."""
    gone, ours = {run.id for run in runs}, {run.id for run in _runs(client, None)}
    seen, found = Counter[str](), []

    def read(limit: int, offset: int) -> list[Artifact]:
        newest = ArtifactSort.CREATED_DESC
        return client.read_artifacts(sort=newest, limit=limit, offset=offset)

    for one in _pages(read):
        if one.flow_run_id not in ours:
            continue
        seen[one.key or ""] += 1
        if one.flow_run_id in gone or (one.key and seen[one.key] > keep):
            found.append(Version(one.id, len(str(one.data or ""))))
    return found


def dead_runs(client: SyncPrefectClient, store: Path, hours: int) -> list[tuple[FlowRun, str]]:
    """Runs of ours that count as running though nobody runs them, each with the reason.

    A run on this store holds a lock while its process lives. One that left none (of another store,
    or killed before it began) is dead when it has given no sign of life for `hours`.
    """
    found, since = [], datetime.now(UTC) - timedelta(hours=hours)
    on = {StateType.RUNNING, StateType.CANCELLING}
    for run in _runs(client, FlowRunFilter(state=_in(on))):
        alive = is_alive(store, str(run.id))
        if alive is False:
            found.append((run, "its process is gone"))
        elif alive is None and _last_sign(client, run) < since:
            found.append((run, f"it gave no sign of life for {hours} hours"))
    return found


def mark_crashed(client: SyncPrefectClient, run: FlowRun, store: Path, why: str) -> None:
    """Say of a dead run that it crashed, so that nothing waits for it any more."""
    told = f"Marked by `finery maintain`: {why}. What it had finished is cached; run it again."
    client.set_flow_run_state(run.id, Crashed(message=told), force=True)
    forget(store, str(run.id))


def logs_left(client: SyncPrefectClient, run: UUID) -> bool:
    """Whether the server still holds logs of a run; it removes them after the run, on its own."""
    return bool(client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run])), limit=1))


def _last_sign(client: SyncPrefectClient, run: FlowRun) -> datetime:
    """When a run last did anything that the server knows of."""
    mine = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    logs = client.read_logs(
        LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id])),
        limit=1, sort=LogSort.TIMESTAMP_DESC,
    )  # fmt: skip
    steps = client.read_task_runs(flow_run_filter=mine, sort=TaskRunSort.END_TIME_DESC, limit=1)
    moments = [run.start_time, run.updated, run.created]
    moments += [one.timestamp for one in logs]
    moments += [moment for one in steps for moment in (one.end_time, one.start_time)]
    return max(one for one in moments if one)


def _in(states: Iterable[StateType]) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=sorted(states)))


def _runs(client: SyncPrefectClient, which: FlowRunFilter | None) -> Iterator[FlowRun]:
    def read(limit: int, offset: int) -> list[FlowRun]:
        return client.read_flow_runs(
            flow_filter=OURS, flow_run_filter=which, sort=FlowRunSort.ID_DESC,
            limit=limit, offset=offset,
        )  # fmt: skip

    return _pages(read)


def _pages(read: Callable[[int, int], list[T]]) -> Iterator[T]:
    offset = 0
    while page := read(PAGE, offset):
        yield from page
        offset += len(page)
