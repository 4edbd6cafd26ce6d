"""A flow that waits for a person's answer, to see that the UI asks for it."""

from typing import Literal

from prefect import flow, pause_flow_run
from prefect.input import RunInput
from pydantic import Field


class Answer(RunInput):
    """What is asked."""

    decision: Literal["keep", "drop"] = Field(default="keep", title="Decision")
    why: str = Field(default="", title="Why", description="In a few words.")


@flow(name="asking", persist_result=False)
def asking() -> None:
    """Wait for an answer, and print it."""
    asked = Answer.with_initial_data(description="# Is this row sound?\n\nIt says *four*.")
    answer = pause_flow_run(wait_for_input=asked, timeout=120, poll_interval=1)
    print(f"answered: {answer.decision}, {answer.why}")  # noqa: T201


if __name__ == "__main__":
    asking()
