"""Settings of `dedup.semantic`."""

from typing import Literal

from pydantic import Field

from tasks.dedup.compare import PreferParams


class SemanticDedupParams(PreferParams):
    """How near in meaning two conversations must be to be one."""

    enabled: bool = Field(
        default=False, title="Run",
        description="Run this stage. Off by default: the same said in other words may be variety "
        "that is wanted.",
    )  # fmt: skip
    min_prompt: float = Field(
        default=0.8, ge=0.5, le=1, title="Least cosine of prompts",
        description="By static vectors, from which a pair is looked at. Low is safe: what else "
        "differs decides. Chosen, as the others here, with text-to-SQL questions and dialogues "
        "translated there and back, and by reading (`make bench`, section semantic).",
    )  # fmt: skip
    min_answer: float = Field(
        default=0.95, ge=0.5, le=1, title="Least cosine of answers",
        description="By static vectors; equal answers have 1. Both cosines must be reached.",
    )  # fmt: skip
    min_word: float = Field(
        default=0.35, ge=0, le=1, title="Least cosine of words",
        description="Each word that one side alone has must be so near to a word of the other "
        "side; asked where no long answer is equal, and MiniLM does not verify.",
    )  # fmt: skip
    verify: Literal["none", "minilm"] = Field(
        default="none", title="Verify",
        description="minilm: pairs that pass are read again by MiniLM (`finery models install "
        "minilm-l6`, some 25 milliseconds a text), which then decides in place of `min_word`. It "
        "finds half as much again and errs a little more often.",
    )  # fmt: skip
    min_verified: float = Field(
        default=0.94, ge=0.5, le=1, title="Least cosine by MiniLM",
        description="Of prompts, and of answers that are not equal.",
    )  # fmt: skip
    most_pairs: int = Field(
        default=32, ge=1, le=1_000, title="Most pairs of a row",
        description="A row is set beside so many of those near to it, the nearest first; the "
        "report counts the others.",
    )  # fmt: skip
    exact_below: int = Field(
        default=1_000_000, ge=1_000, title="Exact below",
        description="With fewer rows every pair is compared; with as many, near ones are sought in "
        "an index of neighbours that misses one in ten (`pip install 'finery[ann]'`). Up to about "
        "a million rows comparing costs less.",
    )  # fmt: skip
