"""What of protected sets is found in rows, beside a search by brute force, and what that costs.

The brute force is another method on purpose: every question that shares a run of five words with a
row is slid along it letter by letter (RapidFuzz). It knows neither answers nor rarity, so it is
right only about long questions that stand in a row as they are or with slips.
"""

import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.base.text import conversation, words
from tasks.clean.encoding import EncodingParams, clean_encoding
from tasks.clean.markup import MarkupParams, clean_markup
from tasks.dedup.items.leaks import Search, leaks
from tasks.dedup.items.read import read_items
from tasks.ingest.merge import merge_rows
from tasks.ingest.params import IngestParams
from tasks.ingest.read import read_file
from tasks.ingest.sources import find_sources
from tests.bench.data import SHARED, Text, as_rows, bench_texts, missing
from tests.bench.section import Cell, Section, share
from tests.bench.spent import Spent, measured

SETS = SHARED / "protected"
MESSY = SHARED / "messy"
GSM8K_TRAIN = SHARED / "calibration/gsm8k_train.jsonl"
GSM8K_TEST = "gsm8k_test.jsonl"
RUN = 5  # words that a question and a row must share to be held together
LONG = 8  # words of a question that brute force may be believed about
SAME = 94  # percent of RapidFuzz's partial ratio
_NOTE = (
    "Rows that hold an item of seven public evaluation sets. *By force* are rows in which "
    f"RapidFuzz finds a question of {LONG} words or more (partial ratio of {SAME} % or more), *of "
    "them* those that the stage drops; rephrased items and short questions with their answers are "
    "beyond that. Rows of the GSM8K training set share templates with the test set and no "
    "question. Speed is of exact and near, then with meaning on top."
)


def protected(count: int) -> Section:
    """What is found in messy rows, in rows of the bench set and in a training set."""
    title = "Protected sets"
    if why := missing(SETS, MESSY, GSM8K_TRAIN):
        return Section("protected", title, why, [])
    items = protected_items()
    train = pl.read_ndjson(GSM8K_TRAIN).select("instruction", "output").rows()
    tests = items.filter(file=GSM8K_TEST)
    with tempfile.TemporaryDirectory() as folder:
        messy = _messy(Path(folder))
    lines = [
        found("messy", messy, items, force=True),
        found("bench", as_rows(bench_texts(count)), items),
        found("GSM8K train, against its test", as_rows([Text(*one) for one in train]), tests),
    ]
    return Section("protected", title, _NOTE, lines)


def protected_items() -> pl.DataFrame:
    """The items of every public set."""
    files = find_sources([str(SETS)], SETS / "spool")
    tables = map(partial(read_items, params=IngestParams()), files)
    every = pl.concat(list(tables))
    return every.unique(["question", "answer", "choices"], keep="first", maintain_order=True)


def _messy(folder: Path) -> pl.LazyFrame:
    """The messy rows, read and mended."""
    files = find_sources([str(MESSY)], folder)
    read = [read_file(file, str(folder), IngestParams()) for file in files]
    legible = clean_encoding.fn(merge_rows.fn(read, IngestParams()).data, EncodingParams())
    plain = clean_markup.fn(legible.data, MarkupParams())
    return read_dataset(plain.data).collect().lazy()


def found(
    name: str, rows: pl.LazyFrame, items: pl.DataFrame, *, force: bool = False
) -> dict[str, Cell]:
    """A line on what of `items` is found in `rows`."""
    words_only, meant = Spent(), Spent()
    total = rows.select(pl.len()).collect().item()
    with measured(words_only):
        leaks(rows, items, Search(rephrased=False))
    with measured(meant):
        dropped = leaks(rows, items, Search(minilm=has_minilm()))
    by_force = forced(rows, items) if force else set()
    by_reason = dict(dropped["reason"].value_counts().iter_rows())
    return {
        "rows": name, "number": total, "items": items.height,
        **{kind: by_reason.get(f"protected_{kind}", 0) for kind in ("exact", "near", "rephrased")},
        "share": share(dropped.height, total),
        "by force": len(by_force) if force else "–",
        "of them": share(len(by_force & {*dropped["row"]}), len(by_force)),
        "rows per CPU second": round(total / words_only.cpu),
        "with meaning": round(total / meant.cpu),
    }  # fmt: skip


def has_minilm() -> bool:
    """Whether MiniLM may be asked."""
    from flows.protect import has_minilm as there

    return there()


def forced(rows: pl.LazyFrame, items: pl.DataFrame) -> set[int]:
    """Places of the rows in which a long question is found letter by letter."""
    from rapidfuzz import fuzz

    said = rows.select(text=conversation()).with_columns(words=words(pl.col("text"))).collect()
    asked = items.select("question", words=words(pl.col("question"))).filter(
        pl.col("words").list.len() >= LONG
    )
    holders: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for at, one in enumerate(asked["words"]):
        for run in runs(one.to_list()):
            holders[run].add(at)
    hits = set()
    for place, (text, one) in enumerate(said.iter_rows()):
        near = {at for run in runs(one) for at in holders.get(run, ())}
        questions = (asked["question"][at].lower() for at in near)
        if any(
            len(question) <= len(text) and fuzz.partial_ratio(question, text.lower()) >= SAME
            for question in questions
        ):
            hits.add(place)
    return hits


def runs(said: list[str]) -> set[tuple[str, ...]]:
    """Every run of words."""
    return {tuple(said[at : at + RUN]) for at in range(len(said) - RUN + 1)}
