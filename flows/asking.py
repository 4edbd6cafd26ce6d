"""Ask people in a form of Prefect's UI, and wait for what they say."""

import logging
import time
from collections.abc import Sequence
from threading import Timer
from typing import Any, Literal
from uuid import UUID

from prefect import get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.responses import SetStateStatus
from prefect.flow_runs import pause_flow_run, suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field, create_model

from tasks.publish.excerpt import plain
from tasks.publish.markdown import words
from tasks.redact.mask import mask_texts
from tasks.review.items import Item
from tasks.review.params import ReviewParams
from tasks.review.votes import Vote
from tasks.review.wording import EDIT

logger = logging.getLogger(__name__)

Choice = Literal["undecided", "keep", "drop"]
POLL = 5  # seconds between two looks at whether somebody has answered
TRIES = 20
ACCEPTED = SetStateStatus.ACCEPT
GRACE = 600  # seconds that the server waits longer than we do
SHOWN = 500  # characters of a text in the form
REMINDER = 90  # characters of the prompt beside its decision
NAMES = ("prompt", "answer", "twin_prompt", "twin_answer", "differs")
Texts = dict[str, str]
INTRODUCTION = (
    "Please look at these rows. Personal data is masked. **keep**: the row belongs in the training "
    "set; **drop**: it does not; **undecided**: what the rules did stands."
)


def ask(items: Sequence[Item], params: ReviewParams) -> list[Vote]:
    """Show `items` in a form and wait; what is left undecided is no vote.

    A paused run waits as long as `params.patience` says, and then goes on as if everything had
    been left undecided. A suspended run ends here, and is run again when somebody has answered.
    """
    texts = masked(items)
    form = form_of(texts)
    shown = form.with_initial_data(description=description(items, texts))
    seconds = int(params.patience * 3600)
    get_run_logger().info("%d rows wait for a person: choose Resume in the menu ⋮", len(items))
    if params.hold == "suspend":
        answers = suspend_flow_run(wait_for_input=shown, timeout=seconds, key="review")
        return _votes(items, answers.model_dump())
    timer = Timer(seconds, _go_on, [flow_run.id, form().model_dump()])
    timer.daemon = True
    timer.start()
    try:
        answers = pause_flow_run(
            wait_for_input=shown, timeout=seconds + GRACE, poll_interval=POLL, key="review"
        )
    finally:
        timer.cancel()
    return _votes(items, answers.model_dump())


def _go_on(run: str, nothing: dict[str, Any]) -> None:
    """Resume a run that nobody has answered.

    The run does it itself, for a pause that the server lets expire is a failure.
    """
    logger.warning("review: nobody has answered, the run goes on without decisions")
    with get_client(sync_client=True) as client:
        for _ in range(TRIES):  # with very little patience the run may not be paused yet
            if client.resume_flow_run(UUID(run), run_input=nothing).status == ACCEPTED:
                break
            time.sleep(POLL)


def masked(items: Sequence[Item]) -> list[Texts]:
    """The texts of each item, masked."""
    texts = iter(mask_texts([getattr(one, name) for one in items for name in NAMES]))
    return [{name: next(texts) for name in NAMES} for _ in items]


def form_of(shown: Sequence[Texts]) -> type[RunInput]:
    """The form: for each item a decision, and why."""
    fields: dict[str, Any] = {}
    for n, text in enumerate(shown, 1):
        about = Field(
            default="undecided", title=f"Row {n}", description=plain(text["prompt"], REMINDER)
        )
        fields[f"row_{n}"] = (Choice, about)
        fields[f"row_{n}_why"] = (str, Field(default="", title=f"Row {n}: why"))
    made: type[RunInput] = create_model("Review", __base__=RunInput, **fields)
    return made


def description(items: Sequence[Item], shown: Sequence[Texts]) -> str:
    """The rows as Markdown; nothing in them is a link, a picture or a heading."""
    parts = [INTRODUCTION]
    for n, (one, texts) in enumerate(zip(items, shown, strict=True), 1):
        text = {name: words(value, SHOWN) for name, value in texts.items()}
        twin = [f"- *beside it, asked:* {text['twin_prompt']}",
                f"- *and answered:* {text['twin_answer']}"]  # fmt: skip
        parts.append(
            "\n".join([
                f"### Row {n}: {one.why}", words(one.question.removesuffix(EDIT), SHOWN), "",
                *([f"- *they differ in:* {text['differs']}"] if one.twin else []),
                f"- *asked:* {text['prompt']}", f"- *answered:* {text['answer']}",
                *(twin if one.twin else []),
            ])
        )  # fmt: skip
    return "\n\n".join(parts)


def _votes(items: Sequence[Item], answers: dict[str, Any]) -> list[Vote]:
    """What somebody filled in; one form is one submission."""
    return [
        Vote(one.item, "form", answers[f"row_{n}"], reason=answers[f"row_{n}_why"])
        for n, one in enumerate(items, 1)
        if answers[f"row_{n}"] != "undecided"
    ]
