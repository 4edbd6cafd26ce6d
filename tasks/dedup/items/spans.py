"""Where words of a text stand in it, in characters: evidence that shows no text."""

from collections.abc import Sequence

import polars as pl

from tasks.base.text import WORD, words


def characters(
    texts: pl.Series, first: Sequence[int], count: Sequence[int]
) -> list[tuple[int, int]]:
    """Start and end of `count` words of each text from word `first` on, in characters.

    Words are counted as `tasks.base.text.words` gives them, that is after folding, which may
    make two words of one sign (`½`). Where it makes a word of what was none, the answer is the
    whole text.
    """
    listed = pl.DataFrame({"text": texts}).select(
        "text", raw=pl.col("text").str.extract_all(WORD), total=words(pl.col("text")).list.len()
    )
    sizes = listed["raw"].list.len()
    flat = pl.DataFrame({"raw": listed["raw"].explode(empty_as_null=False)})
    folded = flat.select(words(pl.col("raw")).list.len()).to_series()
    found, start = [], 0
    for (text, raw, total), size, low, many in zip(
        listed.iter_rows(), sizes, first, count, strict=True
    ):
        made = folded[start : start + size].to_list()
        whole = sum(made) != total or not many or not raw
        found.append((0, len(text)) if whole else _span(text, raw, made, (low, many)))
        start += size
    return found


def _span(text: str, raw: list[str], made: list[int], wanted: tuple[int, int]) -> tuple[int, int]:
    """Span of words in one text, of whose words as written each made some when it was folded."""
    first, count = wanted
    start, at, before = 0, 0, 0
    for word, more in zip(raw, made, strict=True):
        at = text.index(word, at)
        start = at if before <= first else start
        at += len(word)
        before += more
        if before >= first + count:
            break
    return start, at
