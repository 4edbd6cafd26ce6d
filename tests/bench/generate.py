"""Rows for the benchmark of near-duplicates: real ones, labelled twins of them, and false twins.

`python -m tests.bench.generate ROWS OUT.parquet [--seed N]` writes columns prompt, answer, text,
norm, src, kind, label:

* 68 % *base*: real rows of the bench set, and where those do not reach rows recombined from their
  clauses (see `tests.bench.recombine`); rows in scripts without spaces are left out, as tools
  differ in what a word is there.
* 22 % *dup*: a base row changed so that it says the same, in one of six ways; a fifth of the rows
  that are taken get a family of two to six.
* 10 % *hardneg*: a base row with other numbers or another name in question and answer (*swap*), or
  a set question filled in anew (*template*).

`src` is the position of the row that another was made from, or -1. The same seed gives the same
rows.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from tests.bench.data import BENCH, Text, missing
from tests.bench.edits import Words, same
from tests.bench.recombine import recombined

BASE, DUPS = 0.68, 0.22
CAPS = {"instruction": 600, "input": 600, "output": 1200}  # characters
WEIGHTS = {"fmt": 20, "typo": 20, "word": 26, "boiler": 14, "reorder": 8, "trunc": 12}
FAMILIES = 0.2  # of the rows that get a twin get several
TEMPLATES = 0.46  # of the false twins
TEACHERS = 5_000  # rows whose words stand in for others
NO_SPACES = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
QUESTIONS = (
    ("What is the capital of {a}?", "The capital of {a} is {b}."),
    ("How do I say '{a}' in Polish, and when would I use it?",
     "You would say '{b}', which is polite on most days; with friends people shorten it."),
    ("Add {x} and {y}.", "{x} plus {y} makes {z}."),
    ("Advertise a {w} that sells for {x} dollars in two sentences.",
     "Meet the {w} by {a}. For {x} dollars it is yours, and it lasts."),
    ("Is this review good or bad: the {w} by {a} was {v}.", "Bad"),
    ("How many minutes are {x} hours and {y} minutes?", "They are {z} minutes."),
    ("Who founded the town of {a}?", "{b} founded {a} in {x}."),
)  # fmt: skip

Made = tuple[Text, int, str, str]  # the row, its source, kind and label


def generate(count: int, seed: int = 0, real: pl.DataFrame | None = None) -> pl.DataFrame:
    """`count` rows; `real` has instruction, input and output, by default the bench set."""
    chance = random.Random(seed)
    base = base_rows(_real(real), int(count * BASE), seed)
    n, dups = base.height, int(count * DUPS)
    pick = _Picker(base, chance)
    words = Words([pick.text(at) for at in range(min(n, TEACHERS))])
    twins = [*_dups(pick, words, dups), *_false(pick, words, count - n - dups)]
    order = np.random.default_rng(seed).permutation(count)
    place = np.argsort(order)
    table = pl.concat([
        base.with_columns(src=pl.lit(-1, pl.Int64), label=pl.lit("base")),
        _table(twins).select(*base.columns, "src", "label"),
    ])[order]  # fmt: skip
    moved = pl.Series("src", np.r_[place, -1])[table["src"].to_numpy()]
    return table.with_columns(moved).select(
        "prompt", "answer", text := pl.concat_str("prompt", "answer", separator="\n").alias("text"),
        normal(text).alias("norm"), "src", "kind", "label",
    )  # fmt: skip


def normal(text: pl.Expr) -> pl.Expr:
    """`text` in lower case with one space for every run that is no word.

    Joiners, fractions and the like count as no words, so that every tool sees the same ones.
    """
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{Nd}_]+", " ").str.strip_chars()


def _real(real: pl.DataFrame | None) -> pl.DataFrame:
    """Distinct rows as prompt and answer, capped, in scripts with spaces."""
    given = pl.read_parquet(BENCH) if real is None else real
    cut = given.select(pl.col(name).str.slice(0, most) for name, most in CAPS.items())
    asked = pl.when(pl.col("input") == "").then("instruction").otherwise(
        pl.concat_str("instruction", "input", separator="\n")
    )  # fmt: skip
    rows = cut.select(prompt=asked, answer="output").unique(maintain_order=True)
    return rows.filter(~pl.any_horizontal(pl.all().str.contains(NO_SPACES)))


def base_rows(real: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    """`count` rows of prompt, answer and kind (real or recombined)."""
    chosen = real.sample(min(count, real.height), seed=seed, shuffle=True)
    more = recombined(real, count - chosen.height, seed)
    kinds = pl.Series("kind", ["real"] * chosen.height + ["recombined"] * more.height, pl.String)
    base = pl.concat([chosen, more]).with_columns(
        pl.col("prompt").str.slice(0, 1200), pl.col("answer").str.slice(0, CAPS["output"]), kinds
    )
    return base.sample(fraction=1, seed=seed + 1, shuffle=True)


class _Picker:
    """Draws base rows."""

    def __init__(self, base: pl.DataFrame, chance: random.Random) -> None:
        self.prompts, self.answers = base["prompt"].to_list(), base["answer"].to_list()
        self.chance = chance

    def text(self, at: int) -> Text:
        return Text(self.prompts[at], self.answers[at])

    def any(self) -> tuple[int, Text]:
        at = self.chance.randrange(len(self.prompts))
        return at, self.text(at)


def _dups(pick: _Picker, words: Words, count: int) -> Iterator[Made]:
    """Twins of base rows that say the same."""
    ways, chance = same(words), pick.chance
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    left = count
    while left:
        at, text = pick.any()
        family = chance.randint(2, 6) if chance.random() < FAMILIES else 1
        kind = chance.choices(names, weights)[0]
        for _ in range(min(family, left)):
            twin = ways[kind](text, chance)
            if twin is not None and twin != text:
                yield twin, at, kind, "dup"
                left -= 1


def _false(pick: _Picker, words: Words, count: int) -> Iterator[Made]:
    """Rows that look like another and say something else."""
    chance, left = pick.chance, count - int(count * TEMPLATES)
    yield from _templates(words, chance, count - left)
    while left:
        at, text = pick.any()
        twin = words.swap(text, chance)
        if twin is not None and twin != text:
            yield twin, at, "swap", "hardneg"
            left -= 1


def _templates(words: Words, chance: random.Random, count: int) -> Iterator[Made]:
    for _ in range(count):
        question, answer = chance.choice(QUESTIONS)
        x, y = chance.randint(1, 99_999), chance.randint(1, 99_999)
        fill = {
            "a": chance.choice(words.names), "b": chance.choice(words.names),
            "v": chance.choice(words.words), "w": chance.choice(words.words),
            "x": x, "y": y, "z": x + y,
        }  # fmt: skip
        yield Text(question.format(**fill), answer.format(**fill)), -1, "template", "hardneg"


def _table(made: list[Made]) -> pl.DataFrame:
    texts, sources, kinds, labels = zip(*made, strict=True) if made else ((), (), (), ())
    return pl.DataFrame(
        {"prompt": [t.prompt for t in texts], "answer": [t.answer for t in texts],
         "src": sources, "kind": kinds, "label": labels},
        schema_overrides={"src": pl.Int64},
    )  # fmt: skip


def once(norm: pl.Series, words: int = 3) -> float:
    """The share of distinct shingles that occur in one row alone."""
    flat = pl.DataFrame({"row": np.arange(len(norm)), "word": norm.str.split(" ")}).explode("word")
    ahead = [pl.col("word").shift(-step) for step in range(words)]
    shingles = flat.lazy().select(
        "row", whole=pl.col("row").shift(1 - words) == pl.col("row"),
        shingle=pl.concat_str(ahead, separator=" ").hash(),
    ).filter("whole").unique(["row", "shingle"])  # fmt: skip
    counts = shingles.group_by("shingle").len().select((pl.col("len") == 1).mean())
    return float(counts.collect().item())


def main() -> int:
    """Write a set, and say what share of shingles occurs once."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("rows", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if why := missing(BENCH):
        sys.stderr.write(f"{why}\n")
        return 1
    made = generate(asked.rows, asked.seed)
    made.write_parquet(asked.out)
    counts = made.group_by("label", "kind").len().sort("label", "kind")
    sys.stdout.write("".join(f"{row[0]:8}{row[1]:12}{row[2]:>9,}\n" for row in counts.iter_rows()))
    for kind in ("real", "recombined"):
        norm = made.filter(kind=kind)["norm"]
        if len(norm):
            sys.stdout.write(f"{kind}: {100 * once(norm):.1f} % of its shingles occur once\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
