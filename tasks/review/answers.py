"""What people may say of a row, and how their decisions are written down."""

from typing import Literal

import polars as pl

Answer = Literal["keep", "drop", "edit"]
ANSWERS: tuple[Answer, ...] = ("keep", "drop", "edit")
"""It belongs in the set; it does not; it does with another answer."""

DECISIONS = pl.Schema(
    {
        "id": pl.String,  # of the row
        "decision": pl.String,  # keep, drop or edit; null where there is none
        "twin": pl.String,  # of a drop: the row that it repeats, if that is why
        "answer": pl.String,  # of an edit: the text that takes the answer's place
        "votes": pl.Int64,  # for the decision
        "of": pl.Int64,  # all votes
        "agreement": pl.Float64,  # share of votes for what most said
        "reason": pl.String,  # what people wrote, masked
        "undecided": pl.String,  # why there is no decision
        "suggestion": pl.String,  # what the machine had done
        "sign": pl.String,  # why the row was chosen
    }
)
"""Columns of review.parquet."""
