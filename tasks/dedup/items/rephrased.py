"""Find items that a row says in other words or in another language.

Candidates come two ways: by meaning (static vectors of the item and of each turn that asks), and
by facts (the same three numbers or more, one of two digits: a translation leaves them alone). What
a candidate needs to be one was set by reading pairs of real rows:

| evidence | needs |
| --- | --- |
| numbers, and MiniLM finds the meaning the same | most numbers and the answer agree |
| numbers, without MiniLM | all three or more numbers agree, static vectors do, and the answer |
| no numbers | MiniLM is all but certain, and the answer agrees |
| another language | all three numbers or more, most names, and the result agree |

An item without an answer needs more of the rest. Nothing short is found: it is too easily meant
otherwise. Yang et al. 2023 (arXiv:2311.04850) show that rephrased test items escape n-grams.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from tasks.base.memo import RowMemo
from tasks.base.text import words
from tasks.dedup.guard.light_words import LIGHT
from tasks.dedup.items.answered import Item, answered
from tasks.dedup.items.facts import names, numbers, overlap
from tasks.dedup.items.holding import WORDS
from tasks.embed.encoders import encoder_of
from tasks.embed.vectors import Vectors, embed, memory

BLOCK = 1024  # turns that meet all items at once; bounds memory
READ = (20, 4000)  # characters of a turn that may be an item
FACTS = 3  # numbers from which their set alone brings two texts together
MOST = 0.6  # of the numbers that agree where the meaning does
CERTAIN = 0.9  # MiniLM's cosine where no number helps
UNANSWERED = 0.95  # the same where there is no answer either
ONE_LANGUAGE = 3  # light words in both texts, where both are of one language
TRANSLATED = 0.8  # how sure facts alone are
PLAIN = 0.85  # static cosine that stands in for MiniLM


class Limits(NamedTuple):
    """From where on two texts may be one."""

    cosine: float  # of static vectors, to be a candidate
    similarity: float  # of MiniLM


class Found(NamedTuple):
    """A turn that rephrases an item."""

    at: int  # place in the turns
    item: int
    sure: float


def rephrased(
    asked: pl.DataFrame, items: pl.DataFrame, read: dict[int, Item], limits: Limits,
    store: str | None = None, minilm: bool = False,
) -> tuple[list[Found], int]:  # fmt: skip
    """Turns that say an item in other words, and how many pairs were looked at.

    Args:
        asked: Turns that ask: text, and behind (what follows in the row).
        items: See `ITEMS`.
        read: The items in words, by place.
        limits: See `Limits`.
        store: Where vectors are remembered.
        minilm: Whether MiniLM is there to be asked.
    """
    if asked.is_empty() or items.is_empty():
        return [], 0
    figures = numbers(items["question"]).to_list(), numbers(asked["text"]).to_list()
    mine, theirs = (_vectors(one, "static", store) for one in (asked["text"], items["question"]))
    pairs = sorted({*_by_meaning(mine, theirs, limits.cosine), *_by_facts(*figures)})
    near = []
    for at, item in pairs:
        shared = overlap(figures[0][item], figures[1][at])
        if len(read[item].words) >= WORDS and shared >= MOST:
            agrees = _answered(read[item], asked, at)
            if agrees is not False:
                cosine = float(mine[at] @ theirs[item])
                near.append(_Pair(at, item, cosine, shared, len(figures[0][item]), agrees))
    sure = _similar([p for p in near if p.cosine >= limits.cosine], asked, items, store, minilm)
    said = [
        Found(pair.at, pair.item, round(value, 3))
        for pair in near
        if (value := _meant(pair, sure.get(pair[:2]), limits, minilm)) is not None
        or (value := _translated(pair, items, read[pair.item], asked)) is not None
    ]
    return said, len(pairs)


class _Pair(NamedTuple):
    at: int
    item: int
    cosine: float
    shared: float  # of the numbers
    figures: int  # numbers of the item
    agrees: bool | None


def _vectors(texts: pl.Series, name: Any, store: str | None) -> Vectors:  # noqa: ANN401
    encoder = encoder_of(name)
    memo: RowMemo | None = memory(store, encoder) if store else None
    return embed(texts, encoder, memo)


def _by_meaning(mine: Vectors, theirs: Vectors, least: float) -> Iterator[tuple[int, int]]:
    for start in range(0, len(mine), BLOCK):
        at, item = np.nonzero(mine[start : start + BLOCK] @ theirs.T >= least)
        yield from zip((at + start).tolist(), item.tolist(), strict=True)


def _by_facts(items: list[list[str]], turns: list[list[str]]) -> Iterator[tuple[int, int]]:
    """Pairs with the very same numbers, three or more, of which one has two digits."""
    known: dict[tuple[str, ...], list[int]] = {}
    for at, found in enumerate(items):
        if len(found) >= FACTS and max(map(len, found)) > 1:
            known.setdefault(tuple(found), []).append(at)
    for at, found in enumerate(turns):
        yield from ((at, item) for item in known.get(tuple(found), ()))


def _answered(item: Item, asked: pl.DataFrame, at: int) -> bool | None:
    behind = asked["behind"][at]
    text = f"{asked['text'][at]}\n{behind}" if item.choices else behind
    said = pl.select(words(pl.lit(text[: 8 * READ[1]]))).item()
    return answered(item, said.to_list())


def _similar(
    pairs: list[_Pair], asked: pl.DataFrame, items: pl.DataFrame, store: str | None, minilm: bool
) -> dict[tuple[int, ...], float]:
    """MiniLM's cosine of each pair; nothing where it is not there."""
    if not minilm or not pairs:
        return {}
    one = _vectors(asked["text"].gather([p.at for p in pairs]), "minilm", store)
    other = _vectors(items["question"].gather([p.item for p in pairs]), "minilm", store)
    cosines = (one * other).sum(axis=1).tolist()
    return {(p.at, p.item): cosine for p, cosine in zip(pairs, cosines, strict=True)}


def _meant(pair: _Pair, similarity: float | None, limits: Limits, minilm: bool) -> float | None:
    """How sure it is that both mean the same; None if it is not."""
    if not minilm:
        same = pair.agrees and pair.shared == 1 and pair.figures >= FACTS
        return pair.cosine if same and pair.cosine >= PLAIN else None
    least = limits.similarity if pair.figures >= 2 else CERTAIN
    if similarity is None or similarity < (least if pair.agrees else UNANSWERED):
        return None
    return similarity


def _translated(pair: _Pair, items: pl.DataFrame, item: Item, asked: pl.DataFrame) -> float | None:
    """How sure it is that a text of another language asks the same; None if it is not."""
    named = names(items["question"][pair.item])
    if not named or not pair.agrees or pair.shared < 1 or pair.figures < FACTS:
        return None
    said = set(pl.select(words(pl.lit(asked["text"][pair.at]))).item())
    if len(said & {*item.words} & LIGHT) >= ONE_LANGUAGE:
        return None  # it would mean the same
    last = numbers(pl.Series([asked["behind"][pair.at].strip().rpartition("\n")[2]]))[0]
    is_last = not item.final or {*numbers(pl.Series([" ".join(item.final)]))[0]} <= {*last}
    known = 2 * len(named & said) >= len(named)
    return TRANSLATED if known and is_last else None
