"""How well rows of one meaning are told from rows that sound alike, beside SemHash.

Half of the meanings are for choosing a threshold and the other half for the figures. SemHash gets
the vectors that the stage uses, those of prompt and answer side by side as it does with columns.
"""

import random
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.dedup.meaning.alike import alike, judged, listed_of
from tasks.dedup.semantic import Memos, mark_semantic_twins
from tasks.dedup.semantic_params import SemanticDedupParams
from tasks.embed.encoders import EncoderName, encoder_of
from tasks.embed.minilm import MODEL
from tasks.embed.neighbours import Side, near_pairs
from tasks.embed.vectors import Vectors, embed, memory
from tasks.llm.weights import is_installed
from tests.bench import semhash
from tests.bench.data import BACK_TRANSLATED, TEXT2SQL, Text, as_rows, bench_texts, missing
from tests.bench.labelled import Labelled, back_translations, text2sql
from tests.bench.section import Cell, Section, share
from tests.bench.spent import Spent, measured

PRECISION = 0.95  # that a threshold must have on every set of the half it is chosen on
PLAIN = 0.9  # SemHash's own threshold
WORDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)  # tried for `min_word`
VERIFIED = (0.88, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95)  # for `min_verified`
COSINES = (0.9, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)  # for SemHash

Twins = list[tuple[int, int]]  # a row that goes, and the one it is said to repeat
Way = Callable[[Labelled, float], Twins]


class Known(NamedTuple):
    """How to find twins, by one threshold; `values` from the laxest to the strictest."""

    name: str
    find: Way
    values: Sequence[float]
    default: float


def semantic() -> Section:
    """Precision and recall on public rows with labels."""
    title = "Rows of one meaning with public labels"
    why = missing(TEXT2SQL, BACK_TRANSLATED)
    if why:
        return Section("semantic", title, why, [])
    sets = [text2sql(with_answer=True), text2sql(with_answer=False), back_translations()]
    chosen, held = zip(*map(halves, sets), strict=True)
    note = (
        "Text-to-SQL questions, and dialogues translated to French and back. *Chosen on one half* "
        f"is the lowest threshold with a precision of {PRECISION} or more on each set of that half "
        "of the meanings; all figures are of the other half. A row that goes is right if the row "
        "it is said to repeat has its meaning, and could have gone if an earlier row has. "
        f"SemHash {semhash.VERSION} gets the same static vectors."
    )
    with tempfile.TemporaryDirectory() as folder:
        python = semhash.install(Path(folder, "peer"))
        ways = [
            *_ours(str(Path(folder, "store"))),
            *([_theirs(python)] if isinstance(python, Path) else []),
        ]
        lines = [line for way in ways for line in _scored(way, chosen, held)]
    return Section("semantic", title, note if isinstance(python, Path) else f"{note} {python}.",
                   lines)  # fmt: skip


def halves(rows: Labelled, seed: int = 0) -> tuple[Labelled, Labelled]:
    """The rows of one half of the meanings, and those of the other."""
    meanings = sorted({*rows.meanings})
    first = {*random.Random(seed).sample(meanings, len(meanings) // 2)}
    parts = []
    for wanted in (True, False):
        kept = [at for at, meaning in enumerate(rows.meanings) if (meaning in first) == wanted]
        texts, labels = ([column[at] for at in kept] for column in (rows.texts, rows.meanings))
        parts.append(Labelled(rows.name, texts, labels))
    return parts[0], parts[1]


def _ours(store: str) -> list[Known]:
    default = SemanticDedupParams()
    has_minilm = find_spec("onnxruntime") is not None and is_installed(MODEL)
    names: list[EncoderName] = ["static", "minilm"] if has_minilm else ["static"]
    memos = Memos(*(memory(store, encoder_of(name)) for name in names))

    def by_words(rows: Labelled, value: float) -> Twins:
        return _marked(rows, SemanticDedupParams(enabled=True, min_word=value), memos)

    def by_minilm(rows: Labelled, value: float) -> Twins:
        params = SemanticDedupParams(enabled=True, verify="minilm", min_verified=value)
        return _marked(rows, params, memos)

    ways = [
        Known("static, min_word", by_words, WORDS, default.min_word),
        Known("MiniLM, min_verified", by_minilm, VERIFIED, default.min_verified),
    ]
    return ways[: len(names)]


def _marked(rows: Labelled, params: SemanticDedupParams, memos: Memos) -> Twins:
    found = mark_semantic_twins(as_rows(rows.texts), params, memos).rows.collect()
    lost = found.select(pl.col("id", "drop_twin_of").cast(pl.Int64)).drop_nulls()
    return list(lost.iter_rows())


def _theirs(python: Path) -> Known:
    def find(rows: Labelled, value: float) -> Twins:
        [found] = semhash.ask(python, np.hstack(_vectors(rows.texts)), value)
        return [(row, twin) for row, twin in found["twins"]]

    return Known("SemHash, cosine", find, COSINES, PLAIN)


def _scored(
    way: Known, chosen: Sequence[Labelled], held: Sequence[Labelled]
) -> list[dict[str, Cell]]:
    """A line for each set at the default, and at the threshold chosen on the other half."""

    def is_good(value: float) -> bool:
        return all(precision(rows, way.find(rows, value)) >= PRECISION for rows in chosen)

    good = filter(is_good, way.values)
    calibrated = next(good, None)
    lines = []
    for label, value in (("default", way.default), ("chosen on one half", calibrated)):
        if value is None:
            continue
        lines += [
            {"rows": rows.name, "way": way.name, "threshold": f"{value} ({label})",
             **_line(rows, way.find(rows, value))}
            for rows in held
        ]  # fmt: skip
    return lines


def _line(rows: Labelled, twins: Twins) -> dict[str, Cell]:
    could = len(rows.meanings) - len({*rows.meanings})
    right = sum(rows.meanings[row] == rows.meanings[twin] for row, twin in twins)
    return {"could go": could, "go": len(twins), "wrongly": len(twins) - right,
            "precision": share(right, len(twins)), "recall": share(right, could)}  # fmt: skip


def precision(rows: Labelled, twins: Twins) -> float:
    """Share of rows that go rightly; 1 where none goes."""
    right = sum(rows.meanings[row] == rows.meanings[twin] for row, twin in twins)
    return right / len(twins) if twins else 1.0


def _vectors(texts: Sequence[Text]) -> tuple[Vectors, Vectors]:
    asked, told = (pl.Series([text[side] for text in texts], dtype=pl.String) for side in (0, 1))
    return embed(asked, encoder_of("static")), embed(told, encoder_of("static"))


def speed(count: int, rounds: int) -> Section:
    """Rows per second of CPU, beside SemHash on the same vectors."""
    note = (
        "Rows of the bench set, vectors made before. CPU seconds of all threads, the median of "
        f"{rounds} runs beside each other. *Guard* is what the stage does besides: pairs are read "
        f"word by word. SemHash {semhash.VERSION} builds its index and searches it at a "
        f"cosine of {PLAIN}, with answers on vectors of both side by side; "
        "the search takes prompts alone at the same cosine, and both sides at the stage's bounds."
    )
    texts = bench_texts(count)
    asked, told = _vectors(texts)
    params = SemanticDedupParams(enabled=True)
    rows = as_rows(list(texts))
    listed = listed_of(rows, params)
    near = alike(listed, params, None).pairs
    both = [Side(asked, params.min_prompt), Side(told, params.min_answer)]
    work: dict[str, Callable[[], object]] = {
        "prompts: Finery, every pair": lambda: near_pairs([Side(asked, PLAIN)], params.most_pairs),
        "prompts and answers: Finery, every pair": lambda: near_pairs(both, params.most_pairs),
        "guard": lambda: judged(listed, near, params, None),
    }
    spent: dict[str, list[float]] = {name: [] for name in work}
    with tempfile.TemporaryDirectory() as folder:
        python = semhash.install(Path(folder))
        for _ in range(rounds):
            for name, run in work.items():
                cost = Spent()
                with measured(cost):
                    run()
                spent[name].append(cost.cpu)
            if isinstance(python, Path):
                for name, vectors in (
                    ("prompts", asked),
                    ("prompts and answers", np.hstack([asked, told])),
                ):
                    [found] = semhash.ask(python, vectors, PLAIN)
                    spent.setdefault(f"{name}: SemHash", []).append(found["cpu"])
    lines: list[dict[str, Cell]] = [
        {"work": name, "rows": count, "CPU seconds": median(costs),
         "rows per CPU second": round(count / max(median(costs), 1e-6))}
        for name, costs in sorted(spent.items(), reverse=True)
    ]  # fmt: skip
    told_why = "" if isinstance(python, Path) else f" {python}."
    return Section("search", "Search for rows of one meaning", note + told_why, lines)
