"""The way of a run without Prefect's engine and its cache: to price a run, or to time it."""

from collections.abc import Callable
from typing import Any, TypeVar

from prefect.tasks import Task
from pydantic import BaseModel

from flows.stages import Course
from tasks.publish.plan import Release, ReleasePlan
from tasks.review.items import Item
from tasks.review.params import ReviewParams
from tasks.review.votes import Vote

R = TypeVar("R", bound=BaseModel)


class PlainCourse(Course):
    """Calls the function of each task directly, one after the other."""

    def __init__(self, place: str = "") -> None:
        super().__init__(None, place)

    def _one(self, stage: Task[..., R], **call: object) -> tuple[R, bool]:
        return stage.fn(**call), False

    def ask(
        self, _choose: Callable[[], list[Item]], _params: ReviewParams
    ) -> tuple[list[Item], list[Vote]]:
        """There is no form without Prefect, so nobody is asked."""
        return [], []

    def release(
        self, publish: Task[..., tuple[Release, dict[str, Any]]], plan: ReleasePlan
    ) -> tuple[Release, dict[str, Any]]:
        """Write what came of the run."""
        return publish.fn(plan)
