"""How well the encoder's head tells swapped answers, and what embedding and scoring cost.

A fifth of the rows get each other's answers; the set's own rows are all that the head learns from.
"""

import random
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

from tasks.embed.encoders import EncoderName, encoder_of
from tasks.embed.minilm import MODEL
from tasks.embed.vectors import embed, memory
from tasks.llm.weights import is_installed
from tasks.score.attack import own_attacks
from tasks.score.classifier import ClassifierParams, classify
from tasks.score.injection import speaks_to_grader
from tasks.score.mismatch import area
from tasks.score.pairing import PairingParams, score_pairs
from tasks.score.signals import SignalsParams, add_signals
from tests.bench.data import SHARED, Text, as_rows, bench_texts, missing
from tests.bench.section import Cell, Section, share
from tests.bench.spent import Spent, measured

SWAPPED = 0.2
FEW = 500  # rows for the encoder that takes tens of milliseconds a row
BIPIA = SHARED / "nasty/lists/prompt_injection_bipia_train.jsonl"
CYBERSECEVAL = SHARED / "nasty/lists/prompt_injection_cyberseceval.jsonl"
_NOTES = {
    "swapped": "Rows of the bench set of which a fifth got each other's answers (seed 0); nothing "
    "but the rows themselves is learned from. *Long* are answers of four words or more; a shorter "
    "one fits many prompts. Precision and recall are of rows that `score_mismatch` puts at 0.9 or "
    "more, *estimated* is the share of swapped answers that the stage reports.",
    "encoder": "Rows per second of CPU, all threads of the process together, loading apart. *Path* "
    "is `score.pairing`: vectors of prompt and answer, features, teaching the head on 8,000 rows, "
    "scoring every row.",
    "injection": "Share of texts that `score_injection` flags. The lists were looked at while the "
    "rule was written, so an attack that is in none of them is found less often. Most of the two "
    "public lists are plain requests, which no rule of this kind can tell from any other.",
}


def swapped(count: int) -> Section:
    """How well swapped answers are told from own ones."""
    title = "Swapped answers"
    names: list[tuple[EncoderName, int]] = [("static", count)]
    if find_spec("onnxruntime") and is_installed(MODEL):
        names += [("static", FEW), ("minilm", FEW)]
    lines = [told_apart(bench_texts(rows), name) for name, rows in names]
    return Section("swapped", title, _NOTES["swapped"], lines)


def told_apart(texts: Sequence[Text], encoder: EncoderName) -> dict[str, Cell]:
    """A line on how well swapped answers among `texts` are found."""
    mixed, wrong = mix(texts)
    outcome = score_pairs(as_rows(mixed), PairingParams(encoder=encoder))
    found = outcome.rows.select("score_mismatch", "score_pairing").collect()
    seen = found["score_mismatch"].is_not_null().to_numpy()
    unlike = found["score_mismatch"].fill_null(0).to_numpy()
    cosine = found["score_pairing"].fill_null(0).to_numpy()
    long = seen & np.array([len(text.answer.split()) >= 4 for text in mixed])
    flagged = seen & (unlike >= 0.9)
    return {
        "encoder": encoder, "rows": len(mixed), "swapped": int(wrong.sum()),
        "AUC": area(unlike[seen], wrong[seen]), "AUC, long": area(unlike[long], wrong[long]),
        "AUC of the cosine": area(-cosine[seen], wrong[seen]),
        "estimated": share(float(outcome.figures["swapped_share"] or 0), 1),
        "precision": share(wrong[flagged].sum(), flagged.sum()),
        "recall": share(wrong[flagged].sum(), wrong.sum()),
    }  # fmt: skip


def mix(texts: Sequence[Text], seed: int = 0) -> tuple[list[Text], np.ndarray]:
    """`texts` with the answers of a fifth of them passed on, and 1 where that made a difference."""
    mixed, wrong = list(texts), np.zeros(len(texts))
    chosen = random.Random(seed).sample(range(len(texts)), int(len(texts) * SWAPPED))
    for at, other in zip(chosen, chosen[1:] + chosen[:1], strict=True):
        mixed[at] = Text(texts[at].prompt, texts[other].answer)
        wrong[at] = texts[at].answer != texts[other].answer
    return mixed, wrong


def encoder(count: int) -> Section:
    """What embedding and scoring cost."""
    title = "Encoder"
    texts = bench_texts(count)
    score_pairs(as_rows(texts[:300]), PairingParams())  # what is loaded once is not counted
    with tempfile.TemporaryDirectory() as store:
        lines = [_embedded(texts, "static", store), _embedded(texts, "static", store, again=True)]
        if find_spec("onnxruntime") and is_installed(MODEL):
            encoder_of("minilm")
            lines.append(_embedded(texts[:FEW], "minilm", store))
        lines += [_path(texts, store, name) for name in ("path, first run", "path, from memory")]
        lines.append(_headed(texts, store))
    spent = Spent()
    rows = as_rows(texts)
    with measured(spent):
        add_signals(rows, SignalsParams()).rows.collect()
    lines.append(_line("signals, no vectors", len(texts), spent))
    return Section("encoder", title, _NOTES["encoder"], lines)


def _embedded(
    texts: Sequence[Text], name: EncoderName, store: str, again: bool = False
) -> dict[str, Cell]:
    spent, found = Spent(), encoder_of(name)
    memo = memory(str(Path(store, "alone")), found)
    sides = [pl.Series([text[side] for text in texts]) for side in (0, 1)]
    with measured(spent):
        for side in sides:
            embed(side, found, memo)
    what = f"{name}: vectors of prompt and answer" + (", from memory" if again else "")
    return _line(what, len(texts), spent)


def _path(texts: Sequence[Text], store: str, name: str) -> dict[str, Cell]:
    spent, rows = Spent(), as_rows(list(texts))
    with measured(spent):
        memo = memory(str(Path(store, "path")), encoder_of("static"))
        score_pairs(rows, PairingParams(), memo).rows.collect()
    return _line(f"static: {name}", len(texts), spent)


def _headed(texts: Sequence[Text], store: str) -> dict[str, Cell]:
    """The head that a judge has taught; what it said of one row in fifty is how long they are."""
    rows, spent = as_rows(list(texts)), Spent()
    said = [min(len(text.answer), 800) / 800 if at % 50 == 0 else None
            for at, text in enumerate(texts)]  # fmt: skip
    judged = rows.with_columns(score_judge=pl.Series(said, dtype=pl.Float64))
    memo = memory(str(Path(store, "path")), encoder_of("static"))
    with measured(spent):
        classify(judged, ClassifierParams(min_judged=20), memo=memo).rows.collect()
    return _line("static: score.classifier, vectors from memory", len(texts), spent)


def _line(what: str, rows: int, spent: Spent) -> dict[str, Cell]:
    return {"work": what, "rows": rows, "CPU seconds": spent.cpu, "rows per CPU second":
            round(rows / spent.cpu)}  # fmt: skip


def injection(count: int) -> Section:
    """What the rule for text that speaks to its grader finds, and what it flags in vain."""
    title = "Text that speaks to its grader"
    if why := missing(BIPIA, CYBERSECEVAL):
        return Section("injection", title, why, [])
    attacks = pl.read_ndjson(CYBERSECEVAL)
    forget = attacks.filter(pl.col("injection_variant") == "ignore_previous_instructions")
    listed = {
        "attacks on judges": pl.Series([attack.text for attack in own_attacks()]),
        "CyberSecEval, orders to forget": forget["user_input"],
        "CyberSecEval, all": attacks["user_input"],
        "BIPIA": pl.read_ndjson(BIPIA)["attack"],
        "rows of the bench set (in vain)": pl.Series(
            [f"{text.prompt}\n{text.answer}" for text in bench_texts(count)]
        ),
    }
    return Section("injection", title, _NOTES["injection"], [_seen(*one) for one in listed.items()])


def _seen(name: str, texts: pl.Series) -> dict[str, Cell]:
    flagged = int(pl.select(speaks_to_grader(pl.lit(texts))).to_series().sum())
    return {"texts": name, "number": len(texts), "flagged": flagged,
            "share": share(flagged, len(texts))}  # fmt: skip
