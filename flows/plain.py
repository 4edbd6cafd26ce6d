"""The way of a run without Prefect's engine and its cache: to price a run, or to time it."""

from typing import Any, TypeVar

from prefect.tasks import Task
from pydantic import BaseModel

from flows.stages import Course
from tasks.publish.plan import Release, ReleasePlan

R = TypeVar("R", bound=BaseModel)


class PlainCourse(Course):
    """Calls the function of each task directly, one after the other."""

    def __init__(self, place: str = "") -> None:
        super().__init__(None, place)

    def _one(self, stage: Task[..., R], **call: object) -> tuple[R, bool]:
        return stage.fn(**call), False

    def release(
        self, publish: Task[..., tuple[Release, dict[str, Any]]], plan: ReleasePlan
    ) -> tuple[Release, dict[str, Any]]:
        """Write what came of the run."""
        return publish.fn(plan)
