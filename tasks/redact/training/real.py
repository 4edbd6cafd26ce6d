"""Real texts to learn from: a sample of all, and those in which a half-taught model errs."""

import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from spacy.language import Language

MOST = 1600  # stretches of one file, so that none sets the tone
SHORTEST, LONGEST = 16, 400  # characters of a stretch
_CUTS = (re.compile(r"\n\n"), re.compile(r"\n|(?<=[.!?])\s+"))
_CAPITALS = re.compile(r"\w.*[A-Z0-9]")


def stretches(files: Sequence[Path], seed: int) -> list[str]:
    """Sentences and paragraphs of the texts in `files`, in random order.

    Args:
        files: Parquet, CSV, JSON or JSON lines of any layout; every text in them is read.
        seed: Of the order.
    """
    draw = random.Random(seed)
    found: dict[str, None] = {}
    for file in sorted(files):
        texts = sorted(set(texts_in(file)))
        draw.shuffle(texts)
        mine: dict[str, None] = {}
        for text in texts:
            parts = [part.strip()[:LONGEST] for part in draw.choice(_CUTS).split(text)]
            fit = [part for part in parts if len(part) > SHORTEST and _CAPITALS.search(part)]
            mine |= dict.fromkeys(draw.sample(fit, min(4, len(fit))))
            if len(mine) >= MOST:
                break
        found |= mine
    order = list(found)
    draw.shuffle(order)
    return order


def texts_in(file: Path) -> Iterator[str]:
    """Every text in `file`, however deep it lies."""
    if file.suffix == ".parquet":
        yield from _strings(pl.read_parquet(file).to_dicts())
    elif file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as lines:
            yield from _strings(list(csv.reader(lines)))
    elif file.suffix == ".jsonl":
        for line in file.read_text(encoding="utf-8").split("\n"):
            yield from _strings(json.loads(line or "null"))
    else:
        yield from _strings(json.loads(file.read_text(encoding="utf-8")))


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 (of JSON)
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def mistaken(nlp: "Language", texts: Sequence[str]) -> list[str]:
    """Those real `texts` in which a half-taught model sees other things than persons."""
    return [
        doc.text for doc in nlp.pipe(texts, batch_size=128)
        if any(entity.label_ != "PERSON" for entity in doc.ents)
    ]  # fmt: skip
