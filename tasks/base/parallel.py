"""Run compiled code on as many cores as there are."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MOST = 8  # threads; joins are bound by memory, and more would wait for each other

T = TypeVar("T")
R = TypeVar("R")


def cores() -> int:
    """Cores that this process may use, `MOST` at most."""
    return min(len(os.sched_getaffinity(0)), MOST)


def each(run: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """`run` for each of `items`, in threads; for code that holds no lock of the interpreter.

    Returns:
        What the calls returned, in the order of `items`.
    """
    with ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(run, items))
