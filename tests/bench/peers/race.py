"""Finery's join and other tools over the same rows, in turn."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from tests.bench.generate import WEIGHTS
from tests.bench.peers import truth
from tests.bench.peers.apart import Cost, FailedError, measured, of_finery, of_stage
from tests.bench.peers.tools import NotInstalledError, Tool, interpreter
from tests.bench.section import Cell

KINDS = ("swap", *WEIGHTS)
OURS, OURS_ALL, STAGE = "Finery, one thread", "Finery", "Finery, with a look at each pair"


class Runner:
    """One of those that run: its costs by round, beside ours of the same moment."""

    def __init__(self, name: str, run: Callable[[Path], Cost]) -> None:
        self.name, self.run = name, run
        self.costs: list[Cost] = []
        self.beside: list[Cost | None] = []
        self.why = ""  # it has no costs
        self.flags = np.zeros(0, np.bool_)

    def go(self, flags: Path, ours: Callable[[], Cost | None]) -> None:
        """One more round, unless an earlier one failed; Finery first."""
        if self.why:
            return
        beside = ours()
        try:
            self.costs.append(self.run(flags))
            self.beside.append(beside)
        except FailedError as problem:
            self.why = str(problem)
            return
        self.flags = np.frombuffer(flags.read_bytes(), np.bool_)

    def line(self, made: pl.DataFrame, true: pl.DataFrame) -> dict[str, Cell]:
        """What there is to tell; the stage looks at less similar pairs than those that are true."""
        line: dict[str, Cell] = {"tool": self.name, "CPU s": self.why or "–"}
        stage = self.name == STAGE
        if self.costs and not self.why:
            ratios = [a.cpu / b.cpu for a, b in zip(self.costs, self.beside, strict=True) if b]
            return line | {
                "CPU s": median(cost.cpu for cost in self.costs),
                "× Finery's": median(ratios) if ratios else "–",
                "MB": round(median(cost.megabytes for cost in self.costs)),
                "removed": int(self.flags.sum()),
                "pair recall": "–" if stage else truth.recall(true, self.flags),
                "precision": "–" if stage else truth.precision(true, self.flags),
                **{kind: truth.merged(made, self.flags, kind) for kind in KINDS},
            }
        empty = ("× Finery's", "MB", "removed", "pair recall", "precision", *KINDS)
        return line | dict.fromkeys(empty, "–")


def runner(tool: Tool, source: Path) -> Runner:
    """`tool` over `source`; one that cannot be installed says so instead of running."""
    made = Runner(tool.name, lambda _: Cost(cpu=0, megabytes=0, removed=0))
    try:
        python = interpreter(tool)
    except NotInstalledError as problem:
        made.why = f"could not be installed: {problem}"
        return made
    made.run = lambda flags: measured([str(python), str(tool.script), str(source), str(flags)])
    return made


class Race:
    """Some tools over one set of rows."""

    def __init__(self, source: Path, folder: Path, tools: Sequence[Tool], rounds: int) -> None:
        self.source, self.folder, self.rounds = source, folder, rounds
        one, all_ = (self._finery(one_thread=one) for one in (True, False))
        self.one = Runner(OURS, one)
        stage = Runner(STAGE, lambda flags: of_stage(source, flags))
        self.others = [Runner(OURS_ALL, all_), stage, *(runner(tool, source) for tool in tools)]

    def _finery(self, *, one_thread: bool) -> Callable[[Path], Cost]:
        pairs = self.folder / "pairs.parquet"
        return lambda flags: of_finery(self.source, flags, pairs, one_thread=one_thread)

    def run(self, true: pl.DataFrame) -> list[dict[str, Cell]]:
        """A line for each, compared with the pairs that are true."""
        for _ in range(self.rounds):
            for other in self.others:
                other.go(self.folder / "flags", self._ours)
        rows = pl.read_parquet(self.source, columns=["src", "kind"])
        made = truth.lone(rows, true)
        return [one.line(made, true) for one in (self.one, *self.others)]

    def _ours(self) -> Cost | None:
        """Finery on one thread, just before another runs; none where it fails."""
        self.one.go(self.folder / "flags", lambda: None)
        if self.one.why:
            return None
        self.one.beside[-1] = self.one.costs[-1]
        return self.one.costs[-1]
