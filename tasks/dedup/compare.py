"""What two rows are compared by, and which of two twins survives."""

from typing import Literal

import polars as pl
from pydantic import Field

from tasks.base.params import StageParams
from tasks.base.text import answer, conversation, prompt

Compare = Literal["conversation", "prompt", "answer"]


class TwinParams(StageParams):
    """What is compared, and which copy survives."""

    enabled: bool = Field(default=True, title="Run", description="Run this stage.")
    compare: Compare = Field(
        default="conversation",
        title="Compare",
        description="Text to compare: the whole conversation, the prompt, or the last answer.",
    )
    prefer_sources: tuple[str, ...] = Field(
        default=(),
        title="Preferred sources",
        description="Of twins the one whose source is named first survives; then the longest "
        "conversation, then the smallest id (of near copies first the one with the fewest odd "
        "pairs of words). Never the order of the files.",
    )


TURN = "\x1e"
"""Stands between turns: no white space to fold away, and no character of a clean text."""


def compared(compare: Compare) -> pl.Expr:
    """The text that `compare` names; null where there is none, and then the row has no twin."""
    text = {"conversation": conversation(TURN), "prompt": prompt(TURN), "answer": answer()}[compare]
    return pl.when(text.str.strip_chars(" \t\r\n" + TURN) != "").then(text)


def context() -> pl.Expr:
    """What must be equal besides the text: roles, tool calls, the losing answer, tools on offer.

    Two conversations that agree in words but not in who says them, or in the tools they have,
    teach different things.
    """
    losing = [_each("rejected", field) for field in ("role", "content", "extra")]
    said = [_each("messages", "role"), _each("messages", "extra"), *losing]
    return pl.concat_str(*(p.fill_null("") for p in (*said, pl.col("tools"))), separator="\x1f")


def _each(column: str, field: str) -> pl.Expr:
    return pl.col(column).list.eval(pl.element().struct.field(field).fill_null("")).list.join(TURN)


def preference(prefer_sources: tuple[str, ...]) -> list[pl.Expr]:
    """Columns to sort by so that the row to survive comes first."""
    rank = pl.col("source").replace_strict(
        dict(zip(prefer_sources, range(len(prefer_sources)), strict=True)),
        default=len(prefer_sources), return_dtype=pl.Int64,
    )  # fmt: skip
    return [rank, -conversation().str.len_chars().cast(pl.Int64), pl.col("id")]
