"""What two rows are compared by, and which of two twins survives."""

import math
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from tasks.base.params import StageParams
from tasks.base.text import answer, conversation, prompt

Compare = Literal["conversation", "prompt", "answer"]
Prefer = Literal["source", "undamaged", "longest", "longest_answer", "score"]


class PreferParams(StageParams):
    """Which of several rows survives."""

    prefer_sources: tuple[str, ...] = Field(
        default=(),
        title="Preferred sources",
        description="Sources from the best to the worst, for `prefer`.",
    )
    prefer_score: str = Field(
        default="",
        title="Preferred score",
        description="Field of the records with a number, the higher the better, for `prefer`.",
    )
    prefer: tuple[Prefer, ...] = Field(
        default=("source", "undamaged", "longest"), title="Who survives",
        description="What decides which of several twins survives, the first first: its source "
        "(`prefer_sources`), few slips and not cut short (of near copies), the longest "
        "conversation or answer, the score (`prefer_score`). At last the smallest id.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _names_what_it_prefers(self) -> Self:
        if "score" in self.prefer and not self.prefer_score.strip("'"):
            raise ValueError(
                "prefer names the score, but prefer_score says not which field of the records it is"
            )
        if "'" in self.prefer_score:
            raise ValueError(f"prefer_score {self.prefer_score!r} has a quotation mark in it")
        return self


class TwinParams(PreferParams):
    """What is compared, and which copy survives."""

    enabled: bool = Field(default=True, title="Run", description="Run this stage.")
    compare: Compare = Field(
        default="conversation",
        title="Compare",
        description="Text to compare: the whole conversation, the prompt, or the last answer.",
    )


TURN = "\x1e"
"""Stands between turns: no white space to fold away, and no character of a clean text."""


def compared(compare: Compare) -> pl.Expr:
    """The text that `compare` names; null where there is none, and then the row has no twin."""
    text = {"conversation": conversation(TURN), "prompt": prompt(TURN), "answer": answer()}[compare]
    return pl.when(text.str.contains(rf"[^ \t\r\n{TURN}]")).then(text)


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


def preference(params: PreferParams) -> dict[str, pl.Expr]:
    """Columns to sort by so that the row to survive comes first, by what they stand for.

    `undamaged` is none of them: that shows beside the other rows only.
    """
    sources = params.prefer_sources
    rank = pl.col("source").replace_strict(
        dict(zip(sources, range(len(sources)), strict=True)),
        default=len(sources), return_dtype=pl.Int64,
    )  # fmt: skip
    score = pl.col("meta").str.json_path_match(f"$['{params.prefer_score}']")
    known: dict[str, pl.Expr] = {
        "source": rank,
        "longest": -conversation().str.len_chars().cast(pl.Int64),
        "longest_answer": -answer().str.len_chars().fill_null(0).cast(pl.Int64),
        "score": -score.cast(pl.Float64, strict=False).fill_nan(None).fill_null(-math.inf),
    }
    chosen: dict[str, pl.Expr] = {n: known[n] for n in params.prefer if n in known}
    return {**chosen, "id": pl.col("id")}


def rank(params: PreferParams) -> pl.Expr:
    """Rank of each row by `preference`, the one to survive first."""
    return pl.struct(*preference(params).values()).rank("ordinal")
