"""Settings of the size experiment."""

from pydantic import Field, field_validator

from tasks.base.params import StageParams
from tasks.scale.trainer_params import CommandParams, JobsParams, LoraParams


class PlanParams(StageParams):
    """Which sets are trained on."""

    seeds: int = Field(
        default=5, ge=1, le=20, title="Seeds",
        description="Draws of every set; with fewer than 3 there is no verdict.",
    )  # fmt: skip
    most_rows: int = Field(
        default=8000, ge=64, title="Most rows",
        description="Of the largest set of an arm; it is at most four fifths of the rows.",
    )  # fmt: skip
    held_out: float = Field(
        default=0.2, gt=0, lt=0.5, title="Held-out share",
        description="Of the curated rows, and never trained on; 600 rows at most.",
    )  # fmt: skip
    similarity: float = Field(
        default=0.5, gt=0.2, le=1, title="Held-out similarity",
        description="Jaccard similarity of word shingles with a held-out row from which a row is "
        "not trained on.",
    )  # fmt: skip
    controls: bool = Field(
        default=True, title="Plant defects",
        description="Also train on sets with swapped, scrambled and doubled rows, to see which "
        "measure notices what on this data.",
    )  # fmt: skip
    leave_out: bool = Field(
        default=True, title="Leave stages out",
        description="Also train on the curated rows with those back in that one stage dropped.",
    )  # fmt: skip


class VerdictParams(StageParams):
    """What more data must bring."""

    worth: float = Field(
        default=0.02, gt=0, lt=1, title="Worth it",
        description="Share by which twice the rows must lower a measure to be worth having.",
    )  # fmt: skip
    goal: float = Field(
        default=0.05, gt=0, lt=1, title="Goal",
        description="Share below today's value whose probability is shown over the size.",
    )  # fmt: skip
    targets: dict[str, float] = Field(
        default={}, title="Targets",
        description="Values to reach, by measure, in the place of the goal: {coverage: 0.2}.",
    )  # fmt: skip

    row_price: float = Field(
        default=0.0, ge=0, title="Price of a row",
        description="In money, to have one more row made and checked; 0: not told.",
    )  # fmt: skip

    @field_validator("targets")
    @classmethod
    def _reachable(cls, value: dict[str, float]) -> dict[str, float]:
        if any(target < 0 for target in value.values()):
            raise ValueError("a target below 0 is never reached; 0 is the least of every measure")
        return value


class ScaleParams(StageParams):
    """How much data the set needs."""

    plan: PlanParams = Field(default=PlanParams(), title="Plan")
    lora: LoraParams = Field(default=LoraParams(), title="Adapter of the local model")
    command: CommandParams = Field(default=CommandParams(), title="Your own training")
    jobs: JobsParams = Field(default=JobsParams(), title="Fine-tuning jobs")
    verdict: VerdictParams = Field(default=VerdictParams(), title="Verdict")
