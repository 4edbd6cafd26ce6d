"""Which reward model scores which rows."""

from typing import Literal

from pydantic import Field

from tasks.llm.params import LlmUse


class RewardParams(LlmUse):
    """Which reward model scores which rows."""

    model: str = Field(
        default="", title="Model",
        description="Name of the reward model or classifier, as the endpoint lists it; for the "
        "route local a folder, or an installed package, with model.onnx and tokenizer.json. "
        "Empty: no rewards.",
    )  # fmt: skip
    route: Literal["auto", "classify", "pooling", "score", "predict", "rerank", "local"] = Field(
        default="auto", title="Route",
        description="Where the endpoint scores. auto tries the others in turn; local runs a "
        "classifier on this machine.",
    )  # fmt: skip
    label: int = Field(
        default=-1, ge=-64, le=63, title="Class",
        description="Which class of a classifier is the reward, from 0; -1 for the last.",
    )  # fmt: skip
    revision: str = Field(
        default="", title="Revision",
        description="Any text; set another when the weights behind the model's name have changed.",
    )  # fmt: skip
    rows: int = Field(
        default=0, ge=0, title="Rows", description="The most rows that are scored; 0 for all."
    )
    max_characters: int = Field(
        default=20_000, ge=1, title="Most characters",
        description="Longer conversations have no reward.",
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, title="Seed", description="Of the choice of rows.")
