"""Figures of the near-duplicate join: beside other tools, beside brute force, and in the large."""

import subprocess
import sys
from functools import cached_property
from pathlib import Path

import polars as pl

from flows.home import ROOT
from tasks.dedup.pairs import similar_pairs
from tests.bench.peers import tools
from tests.bench.peers.apart import Cost, FailedError, of_finery
from tests.bench.peers.drivers.measure import PERMUTATIONS, THRESHOLD, WORDS
from tests.bench.peers.race import Race
from tests.bench.peers.truth import brute_force, compared
from tests.bench.section import Cell, Section

SMALL, FAIR, LARGE = 10_000, 100_000, 1_000_000  # rows
THRESHOLDS = (0.5, 0.7, 0.9)
_SETTING = (
    "{rows:,} rows by `tests.bench.generate` ({once}). Shingles of {words} words of the normalised "
    "text, Jaccard similarity {threshold}, {permutations} permutations in bands as each tool sets "
    "them. CPU seconds from strings in memory to flags of the rows to remove, after a warm-up on "
    "eight rows; medians of {rounds} rounds, in each of which Finery runs right before every other "
    "tool (the ratio is the median of those pairs). MB is the peak above what was held before. "
    "Pair recall is the share of true pairs of which a row is removed, precision the share of "
    "removed rows with a true partner; {truth}. Then the share of rows merged by kind: swap, "
    "where number or name differ in question and answer, should not be, the others should."
)


class Sets:
    """Generated rows, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.once: dict[int, str] = {}

    def made(self, rows: int) -> Path:
        """A file with so many rows, made in a process of its own for its memory."""
        place = self.folder / f"{rows}.parquet"
        if not place.exists():
            call = [sys.executable, "-m", "tests.bench.generate", str(rows), str(place)]
            done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True)
            said = [line for line in done.stdout.splitlines() if "once" in line]
            self.once[rows] = "; ".join(said)
        return place


class Joins:
    """The sections, over sets that they share."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.sets, self.folder, self.rounds = Sets(folder), folder, rounds

    @cached_property
    def true(self) -> pl.DataFrame:
        """All pairs of the small set, by brute force."""
        texts = pl.read_parquet(self.sets.made(SMALL), columns=["norm"])["norm"]
        return brute_force(texts, min(*THRESHOLDS, THRESHOLD))

    def peers_10k(self) -> Section:
        """All tools over the small set."""
        source = self.sets.made(SMALL)
        true = self.true.filter(pl.col("jaccard") >= THRESHOLD - 1e-9)
        lines = Race(source, self.folder, tools.ALL, self.rounds).run(lambda *_: true)
        note = self._note(SMALL, "what is true is found by brute force")
        return Section("peers_10k", f"Near-duplicates beside other tools, {SMALL:,} rows", note,
                       lines)  # fmt: skip

    def peers_100k(self) -> Section:
        """The quick tools over the fair set."""
        lines = Race(self.sets.made(FAIR), self.folder, tools.QUICK, self.rounds).run(
            lambda _, ours: ours
        )
        note = self._note(FAIR, "as true counts what Finery finds, whose pairs are checked on the "
                          "small set")  # fmt: skip
        return Section("peers_100k", f"Near-duplicates beside other tools, {FAIR:,} rows", note,
                       lines)  # fmt: skip

    def _note(self, rows: int, truth: str) -> str:
        return _SETTING.format(
            rows=rows, once=self.sets.once[rows], words=WORDS, threshold=THRESHOLD,
            permutations=PERMUTATIONS, rounds=self.rounds, truth=truth,
        )  # fmt: skip

    def exact_10k(self) -> Section:
        """The join beside brute force."""
        texts = pl.read_parquet(self.sets.made(SMALL), columns=["norm"])["norm"]
        lines: list[dict[str, Cell]] = []
        for threshold in THRESHOLDS:
            true = self.true.filter(pl.col("jaccard") >= threshold - 1e-9)
            found = similar_pairs(texts, threshold, WORDS)
            recall, precision = compared(found, true)
            lines.append({"Jaccard": threshold, "true pairs": true.height, "found": found.height,
                          "recall": recall, "precision": precision})  # fmt: skip
        note = (
            f"Pairs of {SMALL:,} rows found by the join, beside every row compared with every "
            f"other by the strings of its shingles of {WORDS} words."
        )
        return Section("exact_10k", "The join beside brute force", note, lines)

    def million(self) -> Section:
        """The join over the large set."""
        source = self.sets.made(LARGE)
        lines = [self._large(source, one_thread=one) for one in (True, False)]
        note = (
            f"{LARGE:,} rows by `tests.bench.generate` ({self.sets.once[LARGE]}), each run in a "
            "process of its own. MB is the peak above what holding the strings takes; the warm-up "
            "on eight rows, which compiles or loads the compiled parts, is not in the CPU seconds."
        )
        return Section("million", f"The join over {LARGE:,} rows", note, lines)

    def _large(self, source: Path, *, one_thread: bool) -> dict[str, Cell]:
        name = "one thread" if one_thread else "as many as cores"
        flags, pairs = self.folder / "flags", self.folder / "pairs.parquet"
        try:
            cost = of_finery(source, flags, pairs, one_thread=one_thread)
        except FailedError as problem:
            return {"threads": name, "CPU s": str(problem), **dict.fromkeys(_COLUMNS, "–")}
        return {"threads": name, "CPU s": cost.cpu, **large_line(cost)}


_COLUMNS = ("wall s", "rows per CPU s", "MB", "pairs", "removed", "warm-up CPU s")


def large_line(cost: Cost) -> dict[str, Cell]:
    """What the large set cost beside its CPU seconds."""
    cells = (cost.wall, round(LARGE / cost.cpu), round(cost.megabytes), cost.pairs, cost.removed,
             cost.warm)  # fmt: skip
    return dict(zip(_COLUMNS, cells, strict=True))
