"""The facts of a run in Prefect's UI: waterfall, digest with plots, link to the report."""

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

from tasks.base.progress import Progress, listeners
from tasks.publish.digest import digest, waterfall_table

PAUSE = 1.0  # seconds between two updates of the progress; each is a call to the server
STAGES = 12  # of the longest way through `curate`


@contextmanager
def progress_artifact() -> Iterator[None]:
    """A progress artifact that follows the run, for those who watch it in the UI."""
    made = create_progress_artifact(key="progress", progress=0.0, description="Stages of this run")
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


def publish_artifacts(report: dict[str, Any], out: str, run: str) -> None:
    """Leave the run's artifacts under stable keys, so that the UI shows their history."""
    create_table_artifact(
        key="waterfall", table=waterfall_table(report), description=report["sentence"]
    )
    create_markdown_artifact(key="digest", markdown=digest(report), description=f"Run {run}")
    create_link_artifact(
        key="report", link=(Path(out).absolute() / "report.html").as_uri(), link_text="report.html",
        description="The whole report as one page; open the file on the machine that ran it.",
    )  # fmt: skip
