"""The rows that are measured on. They lie beside the repository and are no part of it."""

import random
from pathlib import Path
from typing import NamedTuple

import polars as pl

from tests.builders import row, table

SHARED = (Path(__file__).resolve().parents[2] / "../shared/data").resolve()
BENCH = SHARED / "bench/instructions_60k.parquet"
TEXT2SQL = SHARED / "calibration/near_dup_text2sql_clusters.parquet"
BACK_TRANSLATED = SHARED / "calibration/near_dup_backtranslations_fr.parquet"
LABELLED_PII = SHARED / "calibration/pii_presidio_generated.jsonl"
MESSY = SHARED / "messy"


class Text(NamedTuple):
    """Prompt and answer of one row."""

    prompt: str
    answer: str


def missing(*files: Path) -> str | None:
    """Why a benchmark must be skipped, or None where its data is there."""
    gone = [file for file in files if not file.exists()]
    if not gone:
        return None
    return (
        f"skipped: it needs {gone[0].relative_to(SHARED)} in ../shared/data beside the repository"
    )


def bench_rows(count: int) -> pl.DataFrame:
    """The first `count` rows of the bench set: instruction, input, output, source."""
    return pl.read_parquet(BENCH, n_rows=count)


def bench_texts(count: int) -> list[Text]:
    """The first `count` rows of the bench set as prompt and answer."""
    asked = pl.when(pl.col("input") == "").then("instruction").otherwise(
        pl.concat_str("instruction", "input", separator="\n\n")
    )  # fmt: skip
    rows = bench_rows(count).select(prompt=asked, answer=pl.col("output"))
    return [Text(*pair) for pair in rows.iter_rows()]


def as_rows(texts: list[Text]) -> pl.LazyFrame:
    """A table with a row for each text, in order; the id says which one it is."""
    return table(*(row(f"{at:06}", text.prompt, text.answer) for at, text in enumerate(texts)))


def sample(texts: list[Text], count: int, seed: int) -> list[Text]:
    """At most `count` of `texts`, drawn by `seed` alone."""
    return random.Random(seed).sample(texts, min(count, len(texts)))
