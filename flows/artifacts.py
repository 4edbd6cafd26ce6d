"""The facts of a run in Prefect's UI: tables, a summary with plots, a link to the report."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.shelf import shelve
from tasks.base.progress import Progress, listeners
from tasks.publish.digest import digest
from tasks.publish.markdown import code
from tasks.publish.tables import cost_table, gates_table, scores_table, waterfall_table

PAUSE = 1.0  # seconds between two updates of the progress; each is a call to the server
STAGES = 12  # of the longest way through `curate`


@contextmanager
def progress_artifact(flow: str) -> Iterator[None]:
    """A progress artifact that follows the run, for those who watch it in the UI."""
    made = create_progress_artifact(
        key=f"{flow}-progress", progress=0.0, description="Stages of this run that are done"
    )
    done: set[str] = set()
    told = time.monotonic()

    def follow(step: Progress) -> None:
        nonlocal told
        if step.done == step.parts:
            done.add(step.stage)
        if time.monotonic() - told > PAUSE:
            told = time.monotonic()
            update_progress_artifact(made, min(100.0, 100 * len(done) / STAGES))  # type: ignore[arg-type]

    listeners.append(follow)
    try:
        yield
        update_progress_artifact(made, 100.0)  # type: ignore[arg-type]
    finally:
        listeners.remove(follow)


TABLES = {
    "waterfall": (waterfall_table, "What left at each stage, and why."),
    "gates": (gates_table, "Limits on the released set, failed ones first."),
    "scores": (scores_table, "How the scores of the rows lie."),
    "cost": (cost_table, "Time of each stage, and what models were paid."),
}
"""Key -> its lines of the report, and what they show. A run leaves no empty table."""


def publish_artifacts(report: dict[str, Any], out: str, flow: str) -> None:
    """Leave the run's artifacts under keys of their flow, so that the UI shows their history.

    Args:
        report: All that is known of the run.
        out: Its folder.
        flow: Name of the flow; keys begin with it.
    """
    place = shelve(out)
    sentence = report["sentence"]
    for name, (lines, what) in TABLES.items():
        if table := lines(report):
            create_table_artifact(key=f"{flow}-{name}", table=table, description=what)
    create_markdown_artifact(
        key=f"{flow}-summary", markdown=digest(report, place), description=sentence
    )
    create_link_artifact(
        key=f"{flow}-report", link=place, link_text="The whole report as one page",
        description="`make up` serves it, and so does `finery report serve`; the file is "
        f"{code(Path(out).absolute() / 'report.html', 300)}.",
    )  # fmt: skip
