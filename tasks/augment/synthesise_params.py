"""How many new rows are written, and what about."""

from pydantic import Field

from tasks.base.params import StageParams

FEW = 6  # rows that a demo model is asked for, at most


class SynthesiseParams(StageParams):
    """How many new rows are written, and what about."""

    rows: int = Field(
        default=0, ge=0, title="Rows",
        description=f"New rows to write where the set is thin; by the local model {FEW} at most.",
    )  # fmt: skip
    description: str = Field(
        default="", title="Task", description="What the set is for, in a sentence."
    )
    personas: tuple[str, ...] = Field(
        default=(), title="Personas",
        description="Who might ask, such as 'a night nurse'; each new row is asked as one would.",
    )  # fmt: skip
    examples: int = Field(
        default=3, ge=1, le=10, title="Examples", description="Rows of the topic that are shown."
    )
    canaries: float = Field(
        default=0.1, ge=0, le=1, title="Canaries",
        description="Share of new rows for which an invented person is planted in an example, to "
        "measure whether the model gives away what it is shown; rows that do are dropped.",
    )  # fmt: skip
    topics: int = Field(
        default=12, ge=1, le=200, title="Topics", description="Clusters of prompts, at most."
    )
    max_similarity: float = Field(
        default=0.7, gt=0, le=1, title="Most similarity",
        description="ROUGE-L with any other prompt from which a new one is none (Self-Instruct).",
    )  # fmt: skip
    temperature: float = Field(
        default=0.9, ge=0, le=2, title="Temperature", description="Of new prompts and answers."
    )
    max_tokens: int = Field(
        default=1024, ge=16, title="Most tokens", description="Of a new prompt or an answer."
    )
    seed: int = Field(default=0, ge=0, lt=2**32, title="Seed", description="Of every draw.")
