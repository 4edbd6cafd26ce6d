"""Figures of the near-duplicate join: beside other tools, beside brute force, and in the large."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from flows.home import ROOT
from tasks.dedup.similar.pairs import similar_pairs
from tests.bench.peers import tools
from tests.bench.peers.apart import Cost, FailedError, of_finery
from tests.bench.peers.drivers.measure import PERMUTATIONS, THRESHOLD, WORDS
from tests.bench.peers.race import Race
from tests.bench.peers.tools import Tool
from tests.bench.peers.truth import brute_force
from tests.bench.section import Cell, Section, share

SMALL, FAIR, LARGE = 10_000, 100_000, 1_000_000  # rows
THRESHOLDS = (0.5, 0.7, 0.9)
_SETTING = (
    "{rows:,} rows by `tests.bench.generate` ({once}). Shingles of {words} words of the normalised "
    "text, Jaccard similarity {threshold}, {permutations} permutations in bands as each tool sets "
    "them. CPU seconds from strings in memory to flags of the rows to remove, after a warm-up on a "
    "few rows; medians of {rounds} round(s), in each of which Finery runs right before every "
    "other tool (the ratio is the median of those pairs). MB is the peak above what was held "
    "before. Pair recall is the share of true pairs of which a row is removed, precision the share "
    "of removed rows with a true partner; true is what brute force finds. Then the share of rows "
    "merged with their source by kind, of those where neither has another partner: swap, where "
    "number or name differ in question and answer, should not be, the others should. The stage "
    "of Finery looks at each pair and merges by what it says, not by similarity alone."
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
        self._true: dict[tuple[int, float], pl.DataFrame] = {}

    def true(self, rows: int, threshold: float = THRESHOLD) -> pl.DataFrame:
        """Pairs of a set by brute force, made when first asked for."""
        key = rows, threshold
        if key not in self._true:
            self._true[key] = brute_force(self._texts(rows), threshold)
        return self._true[key]

    def _texts(self, rows: int) -> pl.Series:
        return pl.read_parquet(self.sets.made(rows), columns=["norm"])["norm"]

    def peers_10k(self) -> Section:
        """All tools over the small set."""
        return self._peers("peers_10k", SMALL, tools.ALL)

    def peers_100k(self) -> Section:
        """The quick tools over the fair set."""
        return self._peers("peers_100k", FAIR, tools.QUICK)

    def _peers(self, name: str, rows: int, some: Sequence[Tool]) -> Section:
        source = self.sets.made(rows)
        lines = Race(source, self.folder, some, self.rounds).run(self.true(rows))
        note = _SETTING.format(
            rows=rows, once=self.sets.once[rows], words=WORDS, threshold=THRESHOLD,
            permutations=PERMUTATIONS, rounds=self.rounds,
        )  # fmt: skip
        return Section(name, f"Near-duplicates beside other tools, {rows:,} rows", note, lines)

    def exact_10k(self) -> Section:
        """The join beside brute force."""
        lines: list[dict[str, Cell]] = []
        for rows, threshold in [*((SMALL, at) for at in THRESHOLDS), (FAIR, THRESHOLD)]:
            true = self.true(rows, threshold)
            found = similar_pairs(self._texts(rows), threshold, WORDS)
            right = found.join(true.select(pl.col("a", "b").cast(pl.UInt32)), on=["a", "b"]).height
            lines.append({
                "rows": rows, "Jaccard": threshold, "true pairs": true.height,
                "missed": true.height - right, "wrong": found.height - right,
                "recall": share(right, true.height), "precision": share(right, found.height),
            })  # fmt: skip
        note = (
            "Pairs found by the join, beside every row compared with every other by the strings "
            f"of its shingles of {WORDS} words."
        )
        return Section("exact_10k", "The join beside brute force", note, lines)

    def million(self) -> Section:
        """The join over the large set."""
        source = self.sets.made(LARGE)
        lines = [self._large(source, one_thread=one) for one in (True, False)]
        note = (
            f"{LARGE:,} rows by `tests.bench.generate` ({self.sets.once[LARGE]}), each run in a "
            "process of its own. MB is the peak above what holding the strings takes; the warm-up "
            "on a few rows, which compiles or loads what is compiled, is not in the CPU seconds."
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
