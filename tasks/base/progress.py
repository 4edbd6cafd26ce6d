"""Who is told how far a run has come: the terminal's bar, or nobody."""

from collections.abc import Callable
from typing import NamedTuple


class Progress(NamedTuple):
    """One step of a run."""

    stage: str
    done: int  # parts of the stage that are finished
    parts: int
    rows: int  # that the stage reads
    cached: bool = False  # whether the finished parts came from cache


Listener = Callable[[Progress], None]
listeners: list[Listener] = []


def announce(progress: Progress) -> None:
    """Tell every listener."""
    for listener in listeners:
        listener(progress)
