"""Who judges, by which rubric, and how they are asked."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import ClassVar, Literal, Protocol, runtime_checkable

from pydantic import Field

from tasks.base.report import Cost
from tasks.llm.call import Model
from tasks.llm.params import LlmParams, LlmUse
from tasks.score.backends.asking import Asking, Name
from tasks.score.prompt import Style
from tasks.score.rubric import Rubric, load_rubric

LONG, SHORT = 12_000, 1_500  # characters of a row: for a real judge, for a demo


class PanelParams(LlmUse):
    """Who judges, by which rubric, and how they are asked."""

    judges: tuple[LlmUse, ...] = Field(
        default=(), title="Further judges",
        description="Models that judge the same rows; where they differ is kept.",
    )  # fmt: skip
    rubric: str = Field(
        default="", title="Rubric",
        description="YAML file with criteria of your own; empty for relevancy, task_alignment, "
        "consistency, format, correctness and complexity.",
    )  # fmt: skip
    criteria: tuple[str, ...] = Field(
        default=(), title="Criteria", description="Just these of the rubric; empty for all."
    )
    backend: Literal["auto", "decisions", "logprobs", "samples"] = Field(
        default="auto", title="Backend",
        description="How probabilities are had; auto takes the best that the endpoint offers.",
    )  # fmt: skip
    samples: int = Field(
        default=5, ge=1, le=50, title="Samples",
        description="Answers drawn for each question where there are no log-probabilities; from "
        "the local model one.",
    )  # fmt: skip
    min_mass: float = Field(
        default=0.5, ge=0, le=1, title="Least mass",
        description="A judge that puts less probability than this on the answers offered has not "
        "answered.",
    )  # fmt: skip
    max_tokens: int = Field(
        default=64, ge=8, title="Most tokens",
        description="Of an answer in JSON; models that think first need some thousands.",
    )  # fmt: skip
    max_characters: int | None = Field(
        default=None, ge=0, title="Most characters",
        description="Of one row; longer texts lose their middle, and the judge is told. 0: no "
        f"limit. Empty: {LONG:,}, or {SHORT:,} for the local model, which reads slowly.",
    )  # fmt: skip
    reference_field: str = Field(
        default="", title="Reference",
        description="Field of the source record that holds an answer known to be right; empty "
        "tries reference, reference_answer, ideal, gold and the like.",
    )  # fmt: skip
    pairs: bool = Field(
        default=True, title="Pairs",
        description="Also ask which answer of a preference row is better, in both orders.",
    )  # fmt: skip
    hardened: bool = Field(
        default=True, title="Hardened",
        description="Fence rows in, so that their text cannot pose as instructions. Off only to "
        "measure what that is worth.",
    )  # fmt: skip
    salt: str = Field(
        default="", title="Salt", description="Any text; changes the marks around each row."
    )
    seed: int | None = Field(
        default=None, ge=0, lt=2**32, title="Seed",
        description="Other draws, and another sample of rows. Empty: the run's.",
    )  # fmt: skip

    reads: ClassVar[set[str]] = {"rubric"}
    not_content: ClassVar[set[str]] = {"key_variable", "key_secret"}

    def asking(self) -> Asking:
        """How a model is asked."""
        style = Style(self.hardened, self.salt)
        return Asking(style, self.samples, self.min_mass, self.max_tokens, self.seed or 0)

    def questions(self) -> Rubric:
        """What is asked.

        Raises:
            UsageError: The rubric cannot be read, or has no such criterion.
        """
        return load_rubric(self.rubric).only(self.criteria)

    def limit(self, grade: str) -> int:
        """Most characters of a row that a judge of this grade reads."""
        if self.max_characters is not None:
            return self.max_characters
        return SHORT if grade == "demo" else LONG

    @property
    def name(self) -> Name | None:
        """The backend that was named, if one was."""
        return None if self.backend == "auto" else self.backend


@contextmanager
def open_panel(
    params: PanelParams, llm: LlmParams, store: str, stage: str
) -> Iterator[tuple[Model, ...]]:
    """Doors to the judges, the leading one first; none where no endpoint is named.

    Args:
        params: Names the judges.
        llm: What they leave open, and a budget that they share: where it is tight, further judges
            have what the leading one leaves.
        store: Folder of the store, which holds the memory of answers.
        stage: Name that progress is told under.
    """
    from tasks.llm.budget import Purse
    from tasks.llm.door import Door

    given, purse = [llm.for_use(use) for use in (params, *params.judges)], Purse()
    with ExitStack() as doors:
        yield tuple(
            doors.enter_context(Door(one, store, stage, purse))
            for one in given
            if one.endpoint != "none"
        )


@runtime_checkable
class Paid(Protocol):
    """A model that knows what was paid for it."""

    @property
    def cost(self) -> Cost:
        """What was paid so far."""


def cost_of(models: Iterable[Model]) -> Cost:
    """What was paid for all of `models`."""
    return sum((model.cost for model in models if isinstance(model, Paid)), Cost())


def grade_of(models: Sequence[Model]) -> str:
    """Demo if one of them is: a mean with a guess in it is worth no more than the guess."""
    return "demo" if any(model.grade == "demo" for model in models) else "real"
