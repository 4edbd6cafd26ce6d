"""The join over rows that are hard for joins: `python -m tests.bench.worst CASE ROWS.parquet`.

Each case runs in a process of its own, so that memory and a limit of time are its own, too.
"""

import random
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import polars as pl

from tests.bench.peers.apart import FailedError, measured
from tests.bench.peers.drivers.measure import say
from tests.bench.peers.own import on_one_core, timed
from tests.bench.section import Cell, Section, Share

MEMORY = 16 << 30  # bytes that a case may have
HAN = [chr(point) for point in range(0x4E00, 0x4E00 + 1500)]
FACES = [chr(point) for point in range(0x1F600, 0x1F600 + 60)]
NOTE = (
    "What is hard for joins, each case on one thread in a process of its own. *To be found* are "
    "rows that were made as a copy of another with little changed; found are those that end up in "
    "one group with it."
)

Pairs = list[tuple[int, int]]


class Case(NamedTuple):
    """Texts, and the pairs among them that should end up in one group."""

    texts: list[str]
    twins: Pairs


def family(real: list[str], chance: random.Random, scale: float) -> Case:
    """One long row 100,000 times, with one word changed each."""
    count, words = int(100_000 * scale), max(real[:3000], key=len).split(" ")
    texts = []
    for at in range(count):
        changed = words.copy()
        changed[chance.randrange(len(words))] = f"other{at}"
        texts.append(" ".join(changed))
    return Case(texts, [(0, at) for at in range(1, count)])


def empty(real: list[str], chance: random.Random, scale: float) -> Case:
    """50,000 rows of nothing and 50,000 real ones; those that come twice are to be found."""
    count = int(50_000 * scale)
    rest = real[:count]
    seen: dict[str, int] = {}
    twins = []
    for at, text in enumerate(rest, count):
        if text in seen:
            twins.append((seen[text], at))
        elif text:
            seen[text] = at
    return Case([""] * count + rest, twins)


def long_rows(real: list[str], chance: random.Random, scale: float) -> Case:
    """Two rows of 900,000 words, one in fifty another, with 10,000 real ones."""
    words = _words(real)
    one = [chance.choice(words) for _ in range(int(900_000 * scale))]
    other = [chance.choice(words) if at % 50 == 0 else word for at, word in enumerate(one)]
    rest = real[: int(10_000 * scale)]
    return Case([*rest, " ".join(one), " ".join(other)], [(len(rest), len(rest) + 1)])


def three_words(real: list[str], chance: random.Random, scale: float) -> Case:
    """100,000 rows of three words out of 400; the same ones are to be found."""
    words = list(dict.fromkeys(_words(real)))[:400]
    texts = [" ".join(chance.choices(words, k=3)) for _ in range(int(100_000 * scale))]
    seen: dict[str, int] = {}
    twins = []
    for at, text in enumerate(texts):
        if seen.setdefault(text, at) != at:
            twins.append((seen[text], at))
    return Case(texts, twins)


def template(real: list[str], chance: random.Random, scale: float) -> Case:
    """20,000 rows that share four fifths, just too little; a hundred with one word changed."""
    shared, words = max(real[:3000], key=len).split(" ")[:80], _words(real)
    count, copies = int(20_000 * scale), max(1, int(100 * scale))
    own = [
        [f"{chance.choice(words)}{chance.randrange(10_000)}" for _ in range(18)]
        for _ in range(count - copies)
    ]
    own += [[*own[at][:9], "changed", *own[at][10:]] for at in range(copies)]
    texts = [" ".join([*shared, *words]) for words in own]
    return Case(texts, [(at, count - copies + at) for at in range(copies)])


def _spaceless(signs: list[str], length: int, new: list[str]) -> "Maker":
    """Rows of signs without spaces, a quarter with one sign changed."""

    def make(real: list[str], chance: random.Random, scale: float) -> Case:
        count = int(5_000 * scale)
        own = ["".join(chance.choices(signs, k=length)) for _ in range(3 * count)]
        half = length // 2
        copies = [text[:half] + chance.choice(new) + text[half + 1 :] for text in own[:count]]
        return Case([*own, *copies], [(at, 3 * count + at) for at in range(count)])

    return make


def large_rows(real: list[str], chance: random.Random, scale: float) -> Case:
    """Rows of 5 MB: two of words, two of Chinese, one that is a single word, 1 % changed."""
    words, texts = _words(real), []
    for signs, gap, length in ((words, " ", 800_000), (HAN, "", 1_700_000)):
        one = chance.choices(signs, k=int(length * scale))
        other = [chance.choice(signs) if at % 100 == 0 else s for at, s in enumerate(one)]
        texts += [gap.join(one), gap.join(other)]
    return Case([*texts, "x" * int(5_000_000 * scale)], [(0, 1), (2, 3)])


def _words(real: list[str]) -> list[str]:
    return [word for text in real[:2000] for word in text.split(" ")]


Maker = Callable[[list[str], random.Random, float], Case]
CASES: dict[str, tuple[str, Maker]] = {
    "family": ("one row 100,000 times, one word changed each", family),
    "empty": ("50,000 empty rows, 50,000 real ones", empty),
    "long": ("two rows of 900,000 words, 10,000 real ones", long_rows),
    "short": ("100,000 rows of three words", three_words),
    "template": ("20,000 rows that share 80 %, just below the threshold", template),
    "chinese": ("20,000 Chinese rows of 120 characters", _spaceless(HAN, 120, HAN)),
    "emoji": ("20,000 rows of 40 emoji", _spaceless(FACES, 40, ["\U0001f680"])),
    "large": ("five rows of 5 MB", large_rows),
}


def worst(rows: Path, scale: float = 1.0) -> Section:
    """A line for each case."""
    lines = [_line(name, rows, scale) for name in CASES]
    return Section("worst", "Rows that are hard for joins", NOTE, lines)


def _line(name: str, rows: Path, scale: float) -> dict[str, Cell]:
    call = [sys.executable, "-m", "tests.bench.worst", name, str(rows), str(scale)]
    line: dict[str, Cell] = {"case": CASES[name][0]}
    try:
        cost = measured(call)
    except FailedError as problem:
        return line | {"CPU s": str(problem), **dict.fromkeys(("MB", "pairs", "found"), "–")}
    found = "–" if cost.found is None else Share(cost.found)
    return line | {"CPU s": cost.cpu, "MB": round(cost.megabytes), "pairs": cost.pairs,
                   "found": found}  # fmt: skip


def case(name: str, real: list[str], scale: float) -> dict[str, float]:
    """What one case costs, and the share of its twins that is found."""
    texts, twins = CASES[name][1](real, random.Random(0), scale)
    del real
    cost, _, first = timed(pl.Series(texts))
    together = sum(first[a] == first[b] for a, b in twins)
    return cost | ({"found": together / len(twins)} if twins else {})


def main() -> None:
    """Measure one case."""
    name, rows, *scale = sys.argv[1:]
    on_one_core()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    real = pl.read_parquet(rows, columns=["norm"])["norm"].to_list()
    say(case(name, real, float(scale[0]) if scale else 1.0))


if __name__ == "__main__":
    main()
