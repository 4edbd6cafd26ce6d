"""What `curate` asks people, and what it does with what they decided."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from tasks.base.params import StageParams

Hold = Literal["pause", "suspend"]


class DecideParams(StageParams):
    """Whether what people decided is done."""

    enabled: bool = Field(
        default=True, title="Review", description="Do what people decided over rows."
    )


class ReviewParams(DecideParams):
    """Decisions of people over rows, and whether a run asks for some."""

    reads: ClassVar[tuple[str, ...]] = ("decisions",)

    decisions: tuple[str, ...] = Field(
        default=(), title="Decisions",
        description="Files that `finery review pull` wrote (review.parquet). Rows that people "
        "rejected leave, rows that they want kept stay; of two decisions over one row the later "
        "file's counts.",
    )  # fmt: skip
    wait: bool = Field(
        default=False, title="Ask and wait",
        description="After all automatic stages, wait until somebody has answered a form in the "
        "Prefect UI, and then do what was decided.",
    )  # fmt: skip
    rows: int = Field(
        default=6, ge=1, le=20, title="Rows in the form", description="How many rows are shown."
    )
    random_share: float = Field(
        default=0.5, ge=0, le=1, title="Random share",
        description="Share of them that is drawn at random from the rows that left; the rest is "
        "chosen for what an answer would tell.",
    )  # fmt: skip
    patience: float = Field(
        default=24, gt=0, le=24 * 30, title="Patience",
        description="Hours to wait for an answer. A paused run then goes on without decisions.",
    )  # fmt: skip
    hold: Hold = Field(
        default="pause", title="Hold",
        description="pause: the process waits, and goes on when nobody answers; suspend: it ends, "
        "and a worker starts the run again once somebody has answered (deployments alone).",
    )  # fmt: skip

    @field_validator("decisions", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        """`--set review.decisions=FILE` names one file."""
        return ((value,) if value else ()) if isinstance(value, str) else value
