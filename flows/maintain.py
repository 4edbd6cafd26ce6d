"""Tidy up: old runs and artifacts in Prefect, files of the store that no run would read again.

Runs that only look alive are marked as crashed. No row, no release and no answer that a language
model was paid for ever goes.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from pydantic import Field

from flows.faults import faults_told
from flows.freed import Freed, Maintenance, table
from flows.history import dead_runs, logs_left, mark_crashed, old_artifacts, old_runs
from flows.home import store
from flows.notify import VARIABLE, on_failure, tell
from flows.shelf import shelved
from tasks.base.errors import UsageError
from tasks.base.locks import nobody_at_work
from tasks.maintain.store import DAY, Waste, remove, size, waste
from tasks.publish.folder import MANIFEST
from tasks.publish.releases import DRAFT, LIST, Releases

PATIENCE = 30  # seconds for the server to remove the logs of the last run

Days = Annotated[
    int,
    Field(
        title="Days kept", ge=1, le=36_500,
        description="Runs that ended longer ago leave Prefect, with their logs and artifacts; "
        "results, memos and standard input that no run has used since leave the store (days).",
    ),
]  # fmt: skip
Versions = Annotated[
    int,
    Field(
        title="Versions kept of an artifact", ge=1, le=100_000,
        description="Older ones of the same key leave Prefect.",
    ),
]  # fmt: skip
Hours = Annotated[
    int,
    Field(
        title="Silence of a dead run", ge=1, le=100_000,
        description="A run that counts as running, holds no lock in this store and gave no sign of "
        "life for so long is marked as crashed (hours).",
    ),
]  # fmt: skip
Places = Annotated[
    tuple[str, ...],
    Field(
        title="Folders of releases",
        description="Drafts that killed nights left in them are removed; releases stay.",
    ),
]
DryRun = Annotated[
    bool, Field(title="Dry run", description="Say what would go, and remove nothing.")
]


@flow(
    name="maintain",
    flow_run_name="maintain",
    persist_result=False,
    on_failure=[on_failure],
    on_crashed=[on_failure],
)
def maintain(
    days: Days = 90,
    versions: Versions = 30,
    silent: Hours = 24,
    releases: Places = (),
    dry_run: DryRun = False,
) -> Maintenance:
    """Remove old runs, artifacts and files that no run needs, and mark dead runs as crashed.

    Args:
        days: How long runs, results and memos that nobody uses are kept.
        versions: How many versions of each artifact are kept.
        silent: Hours without a sign of life after which a run counts as dead.
        releases: Folders of releases in which killed nights may have left drafts.
        dry_run: Say what would go, and remove nothing.
    """
    with faults_told(), get_client(sync_client=True) as client:
        places = [_opened(one) for one in releases]  # a wrong one is told before anything goes
        course = _Course(client, dry_run)
        course.mark_dead(silent)
        course.prune_history(days, versions)
        course.prune_store(days, _runs(releases))
        for place in places:
            course.prune_drafts(place)
    done = course.done()
    create_markdown_artifact(
        key="maintenance", markdown=table(done), description=done.sentence,
    )  # fmt: skip
    get_run_logger().info(done.sentence)
    return done


def _opened(place: str) -> Releases:
    if not (Path(place) / LIST).exists():
        raise UsageError(f"{place!r} holds no releases; name the folder given to `nightly`")
    return Releases(place)


def _runs(releases: tuple[str, ...]) -> list[Path]:
    """Folders of runs that are known and still there."""
    folders = [file.parent for one in releases for file in Path(one).glob(f"*/{MANIFEST}")]
    return [*shelved().values(), *folders]


class _Course:
    """One maintenance run: what it found, and what it left alone."""

    def __init__(self, client: SyncPrefectClient, dry_run: bool) -> None:
        self.client, self.dry_run = client, dry_run
        self.freed: dict[str, list[int]] = {}
        self.notes: list[str] = []
        self.names: list[str] = []

    def note(self, kind: str, name: str, size: int = 0) -> None:
        """Count a thing that goes."""
        self.freed.setdefault(kind, []).append(size)
        self.names += [f"{kind}: {name}"] if self.dry_run else []

    def mark_dead(self, silent: int) -> None:
        """Mark runs as crashed that only look alive."""
        for run, why in dead_runs(self.client, store(), silent):
            if str(run.id) == flow_run.get_id():
                continue
            self.note("dead runs marked as crashed", f"{run.name} ({why})")
            if not self.dry_run:
                mark_crashed(self.client, run, store(), why)
                if os.environ.get(VARIABLE):
                    tell("a dead run was found", run.name, str(run.id), [f"marked crashed: {why}"])

    def prune_history(self, days: int, versions: int) -> None:
        """Remove old runs and artifacts from Prefect."""
        runs = old_runs(self.client, days)
        for version in old_artifacts(self.client, versions, runs):
            self.note("versions of artifacts", str(version.id), version.bytes)
            if not self.dry_run:
                with _gone_already():
                    self.client.delete_artifact(version.id)
        for run in runs:
            self.note("runs in Prefect, with their tasks and logs", f"{run.name} ({run.id})")
            if not self.dry_run:
                with _gone_already():
                    self.client.delete_flow_run(run.id)
        if runs and not self.dry_run:  # a temporary server ends with us
            deadline = time.monotonic() + PATIENCE
            while logs_left(self.client, runs[-1].id) and time.monotonic() < deadline:
                time.sleep(0.2)

    def prune_store(self, days: int, runs: list[Path]) -> None:
        """Remove files of the store, unless a run is at work in it."""
        with nobody_at_work(store()) as alone:
            if not alone:
                self.notes.append(
                    f"the store {store()} was left alone: a run is at work in it; run `finery "
                    "maintain` again when it has ended"
                )
                return
            for one in waste(store(), days, runs):
                self._take(one, str(one.path.relative_to(store())))

    def prune_drafts(self, releases: Releases) -> None:
        """Remove what killed nights left in a folder of releases."""
        drafts = [*(releases.path / DRAFT).glob("*")]
        found = [Waste("drafts of killed nights", one, size(one)) for one in drafts]
        found = [one for one in found if one.path.stat().st_mtime < time.time() - DAY]
        try:
            for one in found:
                if self.dry_run:
                    self._take(one, str(one.path))
                    continue
                with releases.alone():  # mends, which removes them
                    self.note(one.kind, str(one.path), one.bytes)
        except UsageError as error:
            self.notes.append(str(error))

    def done(self) -> Maintenance:
        """All of it, the largest first."""
        freed = [Freed(kind=k, count=len(v), bytes=sum(v)) for k, v in self.freed.items()]
        return Maintenance(
            dry_run=self.dry_run, freed=tuple(sorted(freed, key=lambda one: -one.bytes)),
            notes=tuple(self.notes), names=tuple(self.names),
        )  # fmt: skip

    def _take(self, one: Waste, name: str) -> None:
        self.note(one.kind, name, one.bytes)
        if not self.dry_run:
            remove(one)


@contextmanager
def _gone_already() -> Iterator[None]:
    """Somebody else may have removed it meanwhile."""
    try:
        yield
    except ObjectNotFound:
        return
