"""What changed from one release to the next, and why."""

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)
from pydantic import BaseModel

from flows.notify import on_failure
from flows.shelf import shelve
from tasks.compare import compare as comparing
from tasks.compare.digest import comparison_markdown, comparison_table
from tasks.compare.folder import PAGE, refuse_taken, write_comparison
from tasks.compare.params import CompareParams, ShiftGates


class Compared(BaseModel, frozen=True):
    """What a comparison left behind."""

    out: str
    sentence: str
    failed_gates: tuple[str, ...]


@flow(
    name="compare",
    flow_run_name="compare-{after}",
    persist_result=False,
    on_failure=[on_failure],
    on_crashed=[on_failure],
)
def compare(
    before: str,
    after: str,
    out: str,
    sample: int = 2000,
    examples: int = 3,
    seed: int = 0,
    gates: ShiftGates = ShiftGates(),
) -> Compared:
    """Say which rows came, went, changed and moved between two releases, why, and what shifted.

    Args:
        before: Folder of the earlier release.
        after: Folder of the later release.
        out: Folder to write the page and its numbers to.
        sample: Rows of each fate whose language and topic are looked at.
        examples: Rows shown for each reason, without personal data; 0: none.
        seed: Changes every choice made by chance.
        gates: Limits on what may change; each is off while it is empty.
    """
    refuse_taken(Path(out))
    params = CompareParams(gates=gates, sample=sample, examples=examples, seed=seed)
    found = comparing.compare(Path(before), Path(after), params)
    write_comparison(found, Path(out))
    publish_comparison(found.facts, Path(out))
    get_run_logger().info(found.sentence)
    return Compared(out=out, sentence=found.sentence, failed_gates=found.failed_gates)


def publish_comparison(facts: dict[str, Any], out: Path) -> None:
    """Leave the comparison's artifacts under stable keys, so that the UI shows their history."""
    told = str(facts["sentence"])
    create_table_artifact(key="comparison-rows", table=comparison_table(facts), description=told)
    create_markdown_artifact(
        key="comparison", markdown=comparison_markdown(facts), description=told
    )
    create_link_artifact(
        key="comparison-page", link=shelve(str(out), PAGE), link_text="The comparison as one page",
        description="`make up` serves it, and so does `finery report serve`.",
    )  # fmt: skip
