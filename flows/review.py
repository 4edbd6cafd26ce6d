"""Ask people about rows of a finished run, in a form of the UI, and write down what they decide."""

from pathlib import Path
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.asking import ask
from flows.home import store
from flows.notify import on_failure
from flows.reviewing import conclude, lines_of, note
from tasks.base.errors import UsageError
from tasks.redact.mask import mask_texts
from tasks.review.choose import Choice, choose
from tasks.review.page import page, summary
from tasks.review.params import Hold, ReviewParams
from tasks.review.record import recorded

Rows = Annotated[int, Field(ge=1, le=20, title="Rows", description="How many are shown.")]
Share = Annotated[
    float,
    Field(
        ge=0, le=1, title="Random share",
        description="Share of them that is drawn at random from the rows that left; the rest is "
        "chosen for what an answer would tell.",
    ),
]  # fmt: skip
Hours = Annotated[
    float, Field(gt=0, le=720, title="Patience", description="Hours to wait for an answer.")
]
Held = Annotated[
    Hold,
    Field(
        title="Hold",
        description="pause: the process waits, and ends when nobody answers; suspend: it ends at "
        "once, and a worker goes on when somebody has answered.",
    ),
]
Seed = Annotated[
    int, Field(ge=0, lt=2**32, title="Seed", description="Another seed, another draw.")
]


@flow(
    name="review",
    flow_run_name="review-{run}",
    persist_result=False,
    on_failure=[on_failure],
    on_crashed=[on_failure],
)
def review(
    run: Annotated[str, Field(title="Run", description="Folder of a finished run.")],
    rows: Rows = 6,
    random_share: Share = 0.5,
    patience: Hours = 24,
    hold: Held = "pause",
    seed: Seed = 0,
) -> dict[str, Any]:
    """Show rows of a finished run in a form, wait for a person, and write down the decisions.

    The next run does what was decided when `review.decisions` names the run's `review.parquet`.

    Args:
        run: Folder of a finished run.
        rows: How many rows are shown.
        random_share: Share of them that is drawn at random from the rows that left; the rest is
            chosen for what an answer would tell.
        patience: Hours to wait for an answer.
        hold: Whether the process waits (pause), or ends and is started again (suspend).
        seed: Another seed, another draw.
    """
    how = ReviewParams(rows=rows, random_share=random_share, patience=patience, hold=hold)
    record = recorded(Path(run), str(store()))
    choice = Choice(rows=rows, random_share=random_share, wanted=1, names=False, seed=seed)
    items = choose(record, choice, mask_texts).items
    if not items:
        raise UsageError(f"{run} has no row to ask about")
    votes = ask(items, how)
    if not votes:
        get_run_logger().warning("nobody has decided anything; nothing is written")
        return {}
    note(Path(run), record.release, items)
    facts = conclude(Path(run), votes, lines_of(record.release, items)).facts
    create_markdown_artifact(key="review", markdown=page(facts), description=summary(facts))
    get_run_logger().info(summary(facts))
    return facts
