"""Stretches of a text, and whether others touch them, without comparing each with each."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

Place = tuple[int, int]
"""Start and end of a stretch."""


class Places:
    """Stretches of a text; those that overlap count as one."""

    def __init__(self, places: Iterable[tuple[int, int]]) -> None:
        """Keep `places` (start, end), in any order; empty ones touch nothing."""
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(places):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            elif start < end:
                self.starts.append(start)
                self.ends.append(end)

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them has a character between `start` and `end`."""
        at = bisect_right(self.ends, start)
        return at < len(self.starts) and self.starts[at] < end


class Taken:
    """Stretches that do not overlap, and that others are added to one by one."""

    def __init__(self) -> None:
        self.places: list[tuple[int, int]] = []

    def take(self, start: int, end: int) -> bool:
        """Take a stretch if none of its characters is taken; returns whether it was."""
        at = bisect_left(self.places, (start, end))
        before, behind = self.places[at - 1 : at], self.places[at : at + 1]
        if any(end_before > start for _, end_before in before if at) or any(
            start_behind < end for start_behind, _ in behind
        ):
            return False
        insort(self.places, (start, end))
        return True
