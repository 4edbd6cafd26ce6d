"""What a piece of work costs: seconds of wall time and of CPU."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from prefect.tasks import Task


class Spent(BaseModel):
    """Seconds; CPU is user and system time of all threads of this process."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def measured(into: Spent) -> Iterator[None]:
    """Add to `into` what the block costs."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        into.wall += time.perf_counter() - wall
        into.cpu += time.process_time() - cpu


class Probe:
    """Notes what every task's own function costs, whoever calls it."""

    def __init__(self) -> None:
        self.stages: dict[str, Spent] = {}
        self._lock = Lock()

    def watch(self, task: "Task[..., Any]") -> None:
        """Measure `task` from now on; what it does stays the same."""
        work = task.fn

        @wraps(work)
        def timed(*args: Any, **arguments: Any) -> Any:
            spent = Spent()
            try:
                with measured(spent):
                    return work(*args, **arguments)
            finally:
                self._add(task.name, spent)

        task.fn = timed

    def _add(self, name: str, spent: Spent) -> None:
        with self._lock:
            total = self.stages.setdefault(name, Spent())
            total.wall += spent.wall
            total.cpu += spent.cpu
