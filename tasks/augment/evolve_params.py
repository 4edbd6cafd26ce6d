"""Which prompts are evolved, and how far."""

from pydantic import Field, field_validator

from tasks.augment.operators import OPERATORS
from tasks.augment.rules import Limits

FEW, MANY = 6, 100  # seeds if the run does not say: of a demo model, of a real one


class EvolveParams(Limits):
    """Which prompts are evolved, and how far."""

    enabled: bool = Field(default=True, title="Evolve", description="Run this stage.")
    seeds: int | None = Field(
        default=None, ge=0, title="Seeds",
        description=f"Rows whose prompts are evolved, a sample of all; 0 for all. Empty: {MANY}, "
        f"or {FEW} by the local model.",
    )  # fmt: skip
    generations: int = Field(
        default=1, ge=1, le=8, title="Generations",
        description="Times that a prompt is rewritten, each time from what the last one left.",
    )  # fmt: skip
    operators: tuple[str, ...] = Field(
        default=tuple(OPERATORS), min_length=1, title="Operators",
        description="Ways to rewrite, one drawn for each prompt and generation: any of "
        + ", ".join(OPERATORS) + ".",
    )  # fmt: skip
    max_per_seed: int = Field(
        default=4, ge=1, title="Most per seed",
        description="Rows that one seed may become, so that none takes over.",
    )  # fmt: skip
    min_words: int = Field(
        default=3, ge=1, title="Fewest words", description="Of a prompt that is a seed."
    )
    max_words: int = Field(
        default=400, ge=10, title="Most words", description="Of a prompt that is a seed."
    )
    temperature: float = Field(
        default=0.7, ge=0, le=2, title="Temperature", description="Of rewriting and of answers."
    )
    max_tokens: int = Field(
        default=1024, ge=16, title="Most tokens", description="Of a rewritten prompt or an answer."
    )
    check_gain: bool = Field(
        default=True, title="Check the gain",
        description="Also ask the model whether the rewritten prompt asks for anything new. The "
        "local model is not asked.",
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, lt=2**32, title="Seed", description="Of every draw.")

    @field_validator("operators")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in OPERATORS:
                raise ValueError(f"{name!r} is no operator; known are {', '.join(OPERATORS)}")
        return value
