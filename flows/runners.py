"""Where row-wise stages run: in threads or processes of this machine, or on many with Ray."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from tasks.base.errors import UsageError


@contextmanager
def task_runner(name: str) -> Iterator[TaskRunner[Any]]:
    """The runner of this name, started and ended here, so that the form in the UI can choose it.

    Raises:
        UsageError: Ray is asked for and not installed.
    """
    made: TaskRunner[Any]
    if name == "ray":
        try:
            from prefect_ray import RayTaskRunner
        except ImportError:
            raise UsageError(
                "runner=ray needs Ray, which is an extra: pip install 'finery[ray]', or use "
                "runner=processes on this machine"
            ) from None
        made = RayTaskRunner(init_kwargs={"include_dashboard": False})
    elif name == "processes":
        made = ProcessPoolTaskRunner()
    else:
        made = ThreadPoolTaskRunner()
    with made as runner:
        yield runner
