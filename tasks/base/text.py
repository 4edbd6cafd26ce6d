"""What more than one stage needs to read or change the text of conversations."""

import json
from collections.abc import Callable

import polars as pl

_UNSEGMENTED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
SINGLE = rf"[{_UNSEGMENTED}]|\p{{Extended_Pictographic}}"
WORD = rf"{SINGLE}|[[\p{{L}}\p{{M}}\p{{N}}_]--[{_UNSEGMENTED}\p{{Extended_Pictographic}}]]+"
"""A word; in scripts written without spaces each character is one, and so is each emoji."""

_ASCII_PLAIN = r"^[\x21-\x7e]+( [\x21-\x7e]+)*$"


def fold(text: pl.Expr) -> pl.Expr:
    """`text` with case, Unicode form and runs of white space folded away; null stays null.

    Plain ASCII without runs of white space, which is most of what there is, is only lowered:
    normalising costs sixteen times what hashing does.
    """
    is_ascii = text.str.len_bytes() == text.str.len_chars()
    lowered = text.str.to_lowercase()
    # each branch is computed for all rows, and for null in no time
    foreign = pl.when(~is_ascii).then(text).str.normalize("NFKC").str.to_lowercase()
    plain = is_ascii & text.str.contains(_ASCII_PLAIN)
    loose = pl.coalesce(foreign, pl.when(~plain).then(lowered))
    # what is one space already is left alone, which takes half the time
    spaced = loose.str.replace_all(r"\s{2,}|[^\S ]", " ")
    return pl.coalesce(spaced.str.strip_chars(), lowered)


def words(text: pl.Expr) -> pl.Expr:
    """The words of a text, folded, in order."""
    return fold(text).str.extract_all(WORD)


def turns(role: str | None = None, column: str = "messages") -> pl.Expr:
    """Texts of the turns by `role` (of all turns), as a list."""
    turn = pl.element()
    if role is not None:
        turn = turn.filter(pl.element().struct.field("role") == role)
    return pl.col(column).list.eval(turn.struct.field("content"))


def prompt(separator: str = "\n") -> pl.Expr:
    """Every turn but the answer (the last turn by the assistant), joined by `separator`."""
    is_last = pl.col("messages").list.last().struct.field("role") == "assistant"
    asked = pl.when(is_last).then(
        pl.col("messages").list.slice(0, pl.col("messages").list.len() - 1)
    )
    return (
        asked.otherwise(pl.col("messages"))
        .list.eval(pl.element().struct.field("content"))
        .list.join(separator)
    )


def answer() -> pl.Expr:
    """Text of the last turn if it is the assistant's; else null."""
    last = pl.col("messages").list.last()
    return pl.when(last.struct.field("role") == "assistant").then(last.struct.field("content"))


def conversation(separator: str = "\n") -> pl.Expr:
    """All turns joined by `separator`, without roles."""
    return turns().list.join(separator)


def map_strings(blob: str, change: Callable[[str], str]) -> str:
    """JSON text `blob` with `change` applied to every string in it, keys apart.

    Returns `blob` itself, byte for byte, when nothing changes.
    """
    before = json.loads(blob)
    after = _walk(before, change)
    return blob if after == before else json.dumps(after, ensure_ascii=False)


def _walk(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_walk(v, change) for v in value]
    if isinstance(value, dict):
        return {k: _walk(v, change) for k, v in value.items()}
    return value
