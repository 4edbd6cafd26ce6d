"""Topics and difficulty of prompts, as what rows of people's show them to be."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import polars as pl

from tasks.augment.wording import is_spaced
from tasks.base.memo import RowMemo
from tasks.dedup.guard.light_words import LIGHT
from tasks.embed.encoders import encoder_of
from tasks.embed.vectors import embed
from tasks.score.complexity import complexities

LEVELS = ("easy", "middling", "hard")
SMALLEST = 20  # rows of people's to a topic, on average
OF_MANY = 5  # rows in which a word stands that may name a topic; a rare one may be somebody's
LONGEST = 24
_WORD = re.compile(r"[^\W\d_]{3,}")


def topics_of(
    asked: pl.Series, is_made: pl.Series, most: int, seed: int, memo: RowMemo | None
) -> list[str]:
    """The name of each prompt's topic: a cluster on static vectors, found among people's prompts.

    Args:
        asked: n prompts.
        is_made: Which of them were made; not all.
        most: Topics, at most.
        seed: Of the clustering.
        memo: Vectors of earlier runs.
    """
    from scipy.cluster.vq import kmeans2

    vectors = embed(asked, encoder_of("static"), memo).astype(np.float64)
    people = vectors[~is_made.to_numpy()]
    count = max(1, min(most, len(people) // SMALLEST, len(np.unique(people, axis=0))))
    centres, _ = kmeans2(people, count, seed=seed, minit="++")
    unit = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    codes = (vectors @ unit.T).argmax(axis=1).tolist()
    named = names_of(asked.to_list(), codes)
    return [named[code] for code in codes]


def names_of(texts: Sequence[str | None], codes: Sequence[int]) -> dict[int, str]:
    """A name for each cluster: its number, and three words that tell it from the others.

    Only words of many rows name it, for names stand in reports.
    """
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for text, code in zip(texts, codes, strict=True):
        counts[code].update({word.casefold() for word in _WORD.findall(text or "")} - LIGHT)
    total: Counter[str] = Counter()
    for counted in counts.values():
        total.update(counted)
    names = {}
    for code, counted in counts.items():
        weights = {
            word: n * n / total[word]
            for word, n in counted.items()
            if total[word] >= OF_MANY and len(word) <= LONGEST and is_spaced(word)
        }
        ordered = sorted((-weight, word) for word, weight in weights.items())
        telling = ", ".join(word for _, word in ordered[:3])
        names[code] = f"{code + 1}: {telling}" if telling else f"{code + 1}"
    return names


def number_of(name: str) -> str:
    """The number of a topic, by its name."""
    return name.partition(":")[0]


def levels_of(asked: pl.Series, is_made: pl.Series) -> list[str]:
    """How hard each prompt is: by thirds of the complexity of people's prompts."""
    scores = pl.Series(complexities(asked.to_list()), dtype=pl.Float64).fill_null(0.0)
    people = scores.filter(~is_made)
    low, high = people.quantile(1 / 3) or 0.0, people.quantile(2 / 3) or 0.0
    return [LEVELS[int(score > low) + int(score > high)] for score in scores]
