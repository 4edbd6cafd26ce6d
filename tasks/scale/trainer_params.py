"""Settings of the trainers whose points take time or money."""

import shlex
from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, field_validator

from tasks.base.params import StageParams

ARMS = ("curated", "raw", "random", "human")


class DearParams(StageParams):
    """Which sets are trained on where a training takes time or money."""

    arms: tuple[str, ...] = Field(
        default=("curated",), title="Arms",
        description="Which sets: curated, which is always one of them, raw, random, human.",
    )  # fmt: skip
    sizes: int = Field(
        default=5, ge=1, title="Sizes",
        description="The so many largest; below 5 there is no verdict.",
    )  # fmt: skip
    seeds: int = Field(
        default=3, ge=1, le=20, title="Seeds",
        description="Draws of every set, no more than the plan's; below 3 there is no verdict.",
    )  # fmt: skip

    @field_validator("arms")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [arm for arm in value if arm not in ARMS]
        if unknown or "curated" not in value:
            raise ValueError(f"arms are {', '.join(ARMS)}, and curated is always one of them")
        return value


FIELDS = ("train", "held_out", "seed", "out")


def filled(word: str, given: Mapping[str, object]) -> str:
    """A word of a command with its fields filled in."""
    for name, value in given.items():
        word = word.replace(f"{{{name}}}", str(value))
    return word


class CommandParams(DearParams):
    """A training of your own."""

    run: str = Field(
        default="", title="Command",
        description="Program that trains and measures, run once for each set: {train} and "
        "{held_out} are JSONL files of chat messages, {seed} a number, {out} a folder. Its last "
        "line of output is JSON: measures by name, and cost.",
    )  # fmt: skip
    higher: tuple[str, ...] = Field(
        default=(), title="Higher is better",
        description="Measures between 0 and 1 of which more is better, such as accuracy.",
    )  # fmt: skip
    minutes: float = Field(
        default=60, gt=0, title="Minutes", description="That one training may take."
    )
    version: str = Field(
        default="", title="Version",
        description="Any text; another one trains anew. Scripts and settings that the command "
        "names count, too.",
    )  # fmt: skip

    @field_validator("run")
    @classmethod
    def _names_its_files(cls, value: str) -> str:
        if not value:
            return value
        try:
            words = shlex.split(value)
        except ValueError as error:
            raise ValueError("it has a quotation mark that nothing closes") from error
        left = filled(value, dict.fromkeys(FIELDS, ""))
        if "{" in left or "}" in left:
            raise ValueError(f"it has other braces than {', '.join(f'{{{f}}}' for f in FIELDS)}")
        if not any("{train}" in word for word in words):
            raise ValueError("it does not name {train}, the file to train on")
        return value


class JobsParams(DearParams):
    """Fine-tuning jobs at the endpoint of `llm`."""

    model: str = Field(
        default="", title="Model",
        description="Model to fine-tune on each set, as the endpoint calls it. Empty: none is.",
    )  # fmt: skip
    epochs: int = Field(
        default=1, ge=1, le=20, title="Epochs",
        description="The same for every size, so that larger sets also take more steps.",
    )  # fmt: skip
    price: float = Field(
        default=0, ge=0, title="Price", description="In money, of a million training tokens."
    )
    budget: float = Field(
        default=0, ge=0, title="Budget",
        description="Most money that jobs of one run may cost, by our count of tokens; no job is "
        "made that would pass it.",
    )  # fmt: skip
    poll: float = Field(
        default=30, gt=0, title="Poll", description="Seconds between two looks at a job."
    )
    hours: float = Field(
        default=24, gt=0, title="Hours", description="That one job is waited for in a run."
    )

    not_content: ClassVar[set[str]] = {"budget", "poll", "hours"}


class LoraParams(DearParams):
    """An adapter on the last layers of the small local model, trained on this machine."""

    enabled: bool = Field(
        default=False, title="Adapter",
        description="Also fine-tune the local model (finery models install; the extra lora): "
        "minutes on a processor.",
    )  # fmt: skip
    most_rows: int = Field(default=200, ge=12, title="Most rows", description="Of the largest set.")
    held_out: int = Field(
        default=40, ge=8, title="Held-out rows", description="That the loss is measured on."
    )
    layers: int = Field(
        default=4, ge=1, le=12, title="Layers", description="The last so many get an adapter."
    )
    rank: int = Field(default=8, ge=1, le=256, title="Rank", description="Of the adapter.")
    rate: float = Field(
        default=4e-4, gt=0, lt=1, title="Learning rate", description="Constant, over one pass."
    )
    max_tokens: int = Field(
        default=256, ge=32, le=2048, title="Most tokens", description="Of a row; more are cut off."
    )
