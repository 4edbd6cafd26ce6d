"""Settings of the audit and of the self-test of redaction."""

from pydantic import Field

from tasks.base.params import StageParams


class AuditParams(StageParams):
    """How closely the redaction is looked at."""

    canaries: int = Field(
        default=24, ge=0, le=1000, title="Canaries",
        description="Invented values of each kind that are planted in copies of rows of this set, "
        "to see how many are taken out; 0 plants none. The copies are never released.",
    )  # fmt: skip
    sample: int = Field(
        default=0, ge=0, le=100_000, title="Rows for the second opinion",
        description="Released rows, drawn by the seed, that stock Presidio with spaCy's whole "
        "model reads as well; its findings and those of the rules give the residual risk. 0 asks "
        "for none: it takes some twenty-five times as long per row as the redaction.",
    )  # fmt: skip
    names: int = Field(
        default=100, ge=0, le=100_000, title="Rows for names that stay",
        description="Released rows, drawn by the seed, in which names that the policy leaves are "
        "looked for, to be shown with the reason; 0 for none.",
    )  # fmt: skip
