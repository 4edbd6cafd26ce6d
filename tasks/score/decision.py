"""The shape of a judge's answer, whichever way it was asked.

It is that of OpenAI's decisions: a question has a few answers that it may have, and what comes back
is a probability for each, and the mass they rest on before they were made to sum to one. A judge
that puts little mass on the answers offered did not answer the question.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tasks.llm.call import Reason

Kind = Literal["predicate", "choice", "score"]


class Question(BaseModel):
    """One question about a text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Snake case.")
    text: str = Field(min_length=1, description="What is asked.")
    kind: Kind = Field(default="score", description="predicate, choice or score.")
    options: tuple[str, ...] = Field(
        default=(),
        description="Answers it may have: of a choice any, of a score the levels from worst to "
        "best with what each means; a predicate has yes and no.",
    )

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.kind == "predicate" and self.options:
            raise ValueError("a predicate has the options yes and no; leave `options` out")
        if self.kind != "predicate" and not 2 <= len(self.options) <= 10:
            what = "levels" if self.kind == "score" else "options"
            raise ValueError(f"a {self.kind} needs 2 to 10 {what}, not {len(self.options)}")
        return self

    @property
    def answers(self) -> tuple[str, ...]:
        """What may be answered, worst first."""
        return ("no", "yes") if self.kind == "predicate" else self.options


class Decision(NamedTuple):
    """What a judge said to one question about one text."""

    probabilities: tuple[float, ...] | None  # one per answer, sum 1; None: undecided
    mass: float | None = None  # probability that lay on the answers at all; None: not known
    reason: Reason | None = None  # why it is undecided
    detail: str = ""

    @property
    def value(self) -> float | None:
        """Expected answer on 0..1, from worst to best; of a predicate, how likely yes is."""
        if self.probabilities is None:
            return None
        steps = len(self.probabilities) - 1
        return sum(i * p for i, p in enumerate(self.probabilities)) / steps

    @property
    def choice(self) -> int | None:
        """Place of the likeliest answer."""
        if self.probabilities is None:
            return None
        return max(range(len(self.probabilities)), key=lambda i: (self.probabilities or ())[i])


def mean(decisions: Sequence[Decision]) -> Decision:
    """Several decisions on the same question as one: their probabilities averaged.

    Undecided ones are left out; if all are, the first stands for them.
    """
    made = [d for d in decisions if d.probabilities is not None]
    if not made:
        return decisions[0]
    rows = [d.probabilities or () for d in made]
    masses = [d.mass for d in made if d.mass is not None]
    return Decision(
        tuple(sum(column) / len(made) for column in zip(*rows, strict=True)),
        sum(masses) / len(masses) if masses else None,
    )
