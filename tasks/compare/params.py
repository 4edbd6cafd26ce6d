"""What a comparison looks at, and how much may differ."""

from pydantic import Field

from tasks.base.params import StageParams


class ShiftGates(StageParams):
    """Limits on what may change from one release to the next; each is off while it is empty."""

    max_lost: float | None = Field(
        default=None, ge=0, le=1, title="Most lost",
        description="Share of the earlier release's rows that may be gone. Empty: no limit.",
    )  # fmt: skip
    max_gained: float | None = Field(
        default=None, ge=0, title="Most gained",
        description="Rows that may be new, as a share of the earlier release's. Empty: no limit.",
    )  # fmt: skip
    max_changed: float | None = Field(
        default=None, ge=0, le=1, title="Most changed",
        description="Share of the rows in both releases whose text may be another. Empty: no "
        "limit.",
    )  # fmt: skip
    max_moved: float | None = Field(
        default=None, ge=0, le=1, title="Most moved",
        description="Share of the rows in both releases that may be on another side of the split. "
        "Empty: no limit.",
    )  # fmt: skip
    max_trained_before: float | None = Field(
        default=None, ge=0, le=1, title="Most trained on before",
        description="Share of validation and test that the earlier release has in train: a model "
        "that was trained on it knows the answers. Empty: no limit.",
    )  # fmt: skip
    max_shift: float | None = Field(
        default=None, ge=0, le=1, title="Largest shift",
        description="Share of the rows that any one measure may have elsewhere than before (total "
        "variation distance); what chance alone would bring about does not count. Empty: no limit.",
    )  # fmt: skip


ROWS_IN_BOTH = ("max_lost", "max_gained", "max_changed", "max_moved")
"""Limits that mean nothing between releases that share no row."""


class CompareParams(StageParams):
    """All parameters of `compare` but the two releases and the folder to write to."""

    gates: ShiftGates = Field(default=ShiftGates(), title="Gates")
    sample: int = Field(
        default=2000, ge=100, title="Sample",
        description="Rows of each fate (stayed, changed, lost, gained) whose language and topic "
        "are looked at, drawn by chance. Everything else is measured on all rows.",
    )  # fmt: skip
    examples: int = Field(
        default=3, ge=0, le=20, title="Examples",
        description="Rows shown for each reason, without personal data; 0: none.",
    )  # fmt: skip
    seed: int = Field(
        default=0, ge=0, lt=2**32, title="Seed", description="Changes every choice made by chance."
    )
