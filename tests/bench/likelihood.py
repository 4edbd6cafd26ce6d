"""What the likelihoods of a small model tell: whole answers against three kinds of broken ones."""

import random
import tempfile
from collections.abc import Callable

import polars as pl

from tasks.base.memo import RowMemo
from tasks.llm.weights import DEFAULT, is_installed
from tasks.score.likelihood import LikelihoodParams, add_likelihoods
from tests.bench.data import BENCH, Text, as_rows, bench_texts, missing, sample
from tests.bench.section import Cell, Section, share
from tests.bench.spent import Spent, measured

PAIRS = 70
WORDS = range(12, 151)  # of an answer; a cut shorter one is often whole
_TITLE = "Likelihoods of a small model"
SIGNALS = {
    "shortness alone": ("words", -1),
    "IFD": ("score_ifd", 1),
    "NLL": ("score_nll", 1),
    "NLL, rank": ("score_nll_rank", 1),
    "end of turn": ("score_end_of_turn", -1),
    "end of turn, rank": ("score_end_of_turn_rank", -1),
}
"""Column of every signal, and 1 where high values speak of broken answers, -1 where low ones do."""


def of_another(texts: list[Text], _: random.Random) -> list[Text]:
    """Every prompt with the answer of the next row."""
    return [Text(a.prompt, b.answer) for a, b in zip(texts, texts[1:] + texts[:1], strict=True)]


def shuffled(texts: list[Text], draw: random.Random) -> list[Text]:
    """The words of every answer in another order."""
    return [Text(t.prompt, " ".join(draw.sample(w := t.answer.split(), len(w)))) for t in texts]


def cut(texts: list[Text], _: random.Random) -> list[Text]:
    """Every answer without the last two fifths of its words."""
    return [Text(t.prompt, " ".join((w := t.answer.split())[: 3 * len(w) // 5])) for t in texts]


KINDS: dict[str, Callable[[list[Text], random.Random], list[Text]]] = {
    "answer of another row": of_another,
    "words shuffled": shuffled,
    "cut at 60 % of the words": cut,
}


def likelihood(count: int = PAIRS, seed: int = 0) -> Section:
    """How well each signal tells broken answers from whole ones, as an area under the curve."""
    why = missing(BENCH)
    if why is None and not is_installed(DEFAULT):
        why = f"skipped: it needs the local model (finery models install {DEFAULT})"
    if why:
        return Section("likelihood", _TITLE, why, [])
    whole = sample([t for t in bench_texts(20_000) if _fits(t)], count, seed)
    spent = Spent()
    with tempfile.TemporaryDirectory() as folder, measured(spent):
        memo = RowMemo(folder, "bench", "")  # whole rows are read once
        found = {
            name: _scored([*whole, *make(whole, random.Random(seed))], memo)
            for name, make in KINDS.items()
        }
    lines = [{"broken": name, **_told(scores)} for name, scores in found.items()]
    rows = len(whole) * (1 + len(KINDS))
    note = (
        f"{len(whole)} rows of the bench set with answers of {WORDS[0]} to {WORDS[-1]} words, each "
        f"beside a broken copy; the area under the curve (0.5 is chance) of every signal. The "
        "breaks are coarse, so these are no figures of the field, and none is of correctness. "
        f"{rows / spent.cpu:.2f} rows per CPU-second."
    )
    return Section("likelihood", _TITLE, note, lines)


def _fits(text: Text) -> bool:
    return len(text.answer.split()) in WORDS and len(text.prompt.split()) <= WORDS[-1]


def _scored(texts: list[Text], memo: RowMemo) -> pl.DataFrame:
    """Scores of `texts` as one set, and the length of each answer in words."""
    params = LikelihoodParams(model=DEFAULT, rows=0, max_tokens=2048)
    scores = add_likelihoods(as_rows(texts), params, memo).rows.collect()
    return scores.with_columns(words=pl.Series([len(t.answer.split()) for t in texts]))


def _told(scores: pl.DataFrame) -> dict[str, Cell]:
    """How well every signal tells the second half of `scores` from the first."""
    from sklearn.metrics import roc_auc_score

    half = scores.height // 2
    is_broken = [False] * half + [True] * half
    found: dict[str, Cell] = {
        shown: float(roc_auc_score(is_broken, (sign * scores[column]).to_list()))
        for shown, (column, sign) in SIGNALS.items()
    }
    above = scores["score_ifd"] > 1
    found["IFD > 1, whole"] = share(int(above.head(half).sum()), half)
    found["IFD > 1, broken"] = share(int(above.tail(half).sum()), half)
    return found
