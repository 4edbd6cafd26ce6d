"""What is kept of a released row: hashes of its words, and what the guard must know of it.

The text itself is not kept. Of each word there is a 31-bit hash and a bit that says whether it has
a digit; of each different word the first and the last letter and its length, by which a slip of
the pen is told from another word. Who has a dictionary can read a good part of a row from that, so
an index deserves the care that the release gets: what was redacted is in neither.
"""

import hashlib
import json
from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.base.text import answer, conversation, prompt, words
from tasks.dedup.compare import TURN, context
from tasks.dedup.guard.rules import is_structured
from tasks.dedup.guard.signs import denials, symbols
from tasks.dedup.index.fragments import NAMES, ROWS, SCHEMAS, VOCABULARY
from tasks.dedup.similar.word_hashes import Hashes, WordLists, gathered, hashes_of, word_lists

NO_SIGNS = ((), ()), ((), ())
AT_ONCE = 50_000  # rows whose words are in memory as strings


class Signatures(NamedTuple):
    """What is kept of n rows."""

    rows: pl.DataFrame
    words: WordLists
    vocabulary: pl.DataFrame  # every different word
    names: pl.DataFrame  # words that are names in the prompt (false) or answer (true) of a row


def signatures(rows: pl.LazyFrame) -> Signatures:
    """What is kept of rows of the table, in their order."""
    listed = rows.select(
        "id", text=conversation(TURN), asked=prompt(TURN).fill_null(""),
        told=answer().fill_null(""), context=context(),
    ).collect()  # fmt: skip
    lists = word_lists(listed["text"])
    table = listed.select(
        "id",
        context=hashed(listed["context"]),
        words=pl.Series(lists.sizes),
        told=pl.Series(word_lists(listed["told"]).sizes),
        signs=_signs(listed),
        asked_denials=pl.Series([denials(text) for text in listed["asked"]], dtype=pl.UInt32),
        told_denials=pl.Series([denials(text) for text in listed["told"]], dtype=pl.UInt32),
        structured=pl.Series([is_structured(text) for text in listed["told"]], dtype=pl.Boolean),
    )
    behind = gathered(lists, np.arange(listed.height))
    vocabulary, names = _vocabulary(listed["text"]), _names(listed)
    return Signatures(
        table.select(SCHEMAS[ROWS].names()).cast(SCHEMAS[ROWS]), behind, vocabulary, names
    )


def hashed(texts: pl.Series) -> pl.Series:
    """A hash that no version of anything changes; most rows have one of a few contexts."""
    known = {
        text: int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
        for text in texts.unique()
    }
    return pl.Series([known[text] for text in texts], dtype=pl.UInt64)


def _signs(listed: pl.DataFrame) -> pl.Series:
    """Operators and currencies of prompt and answer."""
    both = zip(map(symbols, listed["asked"]), map(symbols, listed["told"]), strict=True)
    found = ["" if one == NO_SIGNS else json.dumps(one, ensure_ascii=False) for one in both]
    return pl.Series(found, dtype=pl.String)


def _names(listed: pl.DataFrame) -> pl.DataFrame:
    """Every name of every row, once."""
    numbered = listed.lazy().with_row_index("row")
    found = [
        numbered.select("row", told=pl.lit(name == "told"), word=names_in(pl.col(name)))
        .explode("word", empty_as_null=False, keep_nulls=False).collect()
        for name in ("asked", "told")
    ]  # fmt: skip
    names = pl.concat(found)
    hashed = names.with_columns(word=pl.Series(hashes_of(names["word"]), dtype=pl.UInt32))
    return hashed.cast(SCHEMAS[NAMES]).unique().sort("row", "told", "word")


def names_in(text: pl.Expr) -> pl.Expr:
    """Words, folded, that are written with a capital inside a sentence."""
    marked = text.str.replace_all(r"([a-z,;] )(\p{Lu})", "${1}\x01${2}")
    found = marked.str.extract_all(r"\x01\p{Lu}[^\p{Lu}\W]*\b")
    return found.list.eval(pl.element().str.slice(1).str.to_lowercase())


def _vocabulary(texts: pl.Series) -> pl.DataFrame:
    """Every different word of `texts`."""
    parts = [
        texts.slice(start, AT_ONCE).to_frame("text").lazy().select(word=words(pl.col("text")))
        .explode("word", empty_as_null=False, keep_nulls=False).unique().collect()
        for start in range(0, len(texts), AT_ONCE)
    ]  # fmt: skip
    known = pl.concat([pl.DataFrame(schema={"word": pl.String}), *parts]).unique()["word"]
    return features(known.sort()).unique("word", keep="first").sort("word")


def features(found: pl.Series) -> pl.DataFrame:
    """What is kept of each word."""
    listed = found.alias("text").to_frame().with_row_index("at")
    lengths = pl.int_ranges(1, pl.col("text").str.len_chars())
    parts = listed.with_columns(length=lengths).explode(
        "length", empty_as_null=False, keep_nulls=False
    )
    begun = parts.select("at", text=pl.col("text").str.slice(0, "length"))
    hashed = begun.select("at", beginnings=beginning(hashes_of(begun["text"])))
    begun_as = hashed.group_by("at", maintain_order=True).agg("beginnings")
    spelled = found.to_list()
    drawn = listed.select(
        "at",
        word=pl.Series(hashes_of(found)),
        first=pl.Series([ord(word[0]) for word in spelled], dtype=pl.UInt32),
        last=pl.Series([ord(word[-1]) for word in spelled], dtype=pl.UInt32),
        letters=pl.Series([len(word) for word in spelled], dtype=pl.UInt32),
    )
    whole = drawn.join(begun_as, on="at", how="left", maintain_order="left").drop("at")
    return whole.with_columns(pl.col("beginnings").fill_null([])).cast(SCHEMAS[VOCABULARY])


def beginning(hashes: Hashes) -> pl.Series:
    """What is kept of the hash of the beginning of a word."""
    return pl.Series((hashes >> np.uint32(1)).astype(np.uint16))
