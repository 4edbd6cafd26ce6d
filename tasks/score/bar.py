"""Where good begins: one line for the judge, for the head that it taught, and for its exam."""

import polars as pl
from pydantic import Field

from tasks.base.params import StageParams


class Bar(StageParams):
    """Where good begins, and how close to it nothing is sure."""

    threshold: float = Field(
        default=0.5, ge=0, le=1, title="Threshold",
        description="Judge and head find a row good from this score on (0 worst, 1 best). The "
        "judge's exam is held at the same.",
    )  # fmt: skip
    unsure: float = Field(
        default=0.15, ge=0, le=0.5, title="Unsure",
        description="Closer than this to the threshold the head does not decide; those rows go to "
        "the judge.",
    )  # fmt: skip

    def distance(self, score: pl.Expr) -> pl.Expr:
        """How far `score` is from the threshold."""
        return (score - self.threshold).abs()
