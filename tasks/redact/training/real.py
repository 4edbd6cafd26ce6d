"""Real texts to learn from: a sample of all, and those in which a half-taught model errs."""

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tasks.redact.rules import find

if TYPE_CHECKING:
    from spacy.language import Language

ROWS = 14_000  # that are read
SHORTEST, LONGEST = 16, 400  # characters of a stretch
_CUTS = (re.compile(r"\n\n"), re.compile(r"\n|(?<=[.!?])\s+"))
_CAPITALS = re.compile(r"\w.*[A-Z0-9]")


def stretches(table: Path, skip: int, seed: int) -> list[str]:
    """Sentences and paragraphs of the rows of `table` after the first `skip`, in random order.

    Args:
        table: Parquet with columns of text.
        skip: Rows that are left for tests; no row equal to one of them is read, either.
        seed: Of the order.
    """
    draw = random.Random(seed)
    columns = pl.read_parquet(table).select(pl.col(pl.String))
    held = {text for row in columns.head(skip).iter_rows() for text in row if text}
    rows = [row for row in columns.slice(skip).iter_rows() if row[0] not in held]
    draw.shuffle(rows)
    found: dict[str, None] = {}
    for text in (text for row in rows[:ROWS] for text in row if text and text not in held):
        parts = [part.strip()[:LONGEST] for part in draw.choice(_CUTS).split(text)]
        fit = [part for part in parts if len(part) > SHORTEST and _CAPITALS.search(part)]
        found |= dict.fromkeys(draw.sample(fit, min(2, len(fit))))
    return list(found)


def mistaken(nlp: "Language", texts: Sequence[str]) -> list[str]:
    """Those real `texts` in which a half-taught model sees addresses or numbers that are none."""
    found = []
    for doc in nlp.pipe(texts, batch_size=128):
        places = [(e.start_char, e.end_char) for e in doc.ents if e.label_ != "PERSON"]
        hard = find(doc.text) if places else []
        if any(not any(a < s.end and s.start < b for s in hard) for a, b in places):
            found.append(doc.text)
    return found
