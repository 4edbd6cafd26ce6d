"""The flow's stages without Prefect's engine: what the work itself costs."""

from typing import Any, TypeVar

from prefect.tasks import Task
from pydantic import BaseModel

from flows.stages import Course
from tasks.publish.plan import Release, ReleasePlan

R = TypeVar("R", bound=BaseModel)


class PlainCourse(Course):
    """Calls the function of each task directly, one after the other, without a cache."""

    def __init__(self) -> None:
        super().__init__(None)

    def _one(self, stage: Task[..., R], **arguments: object) -> tuple[R, bool]:
        return stage.fn(**arguments), False

    def release(
        self, publish: Task[..., tuple[Release, dict[str, Any]]], plan: ReleasePlan
    ) -> tuple[Release, dict[str, Any]]:
        """Write what came of the run."""
        return publish.fn(plan)
