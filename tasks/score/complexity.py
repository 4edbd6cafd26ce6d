"""How much a prompt asks for, by what can be counted in it: no model, and nothing hidden.

| feature | what it counts | weight |
| --- | --- | --- |
| information | bytes that are left when zlib has packed the prompt | 1 |
| constraints | words that bind the answer: must, only, at most, without, if, each, ... | 0.4 |
| reasoning | verbs that ask to think: explain, compare, derive, justify, ... | 0.3 |
| clauses | words that open a subordinate clause: which, because, while, ... | 0.2 |

Each is taken as the logarithm of one more than it counts, so that a second constraint says less
than the first; the score is their weighted sum. Packing makes repetition worth nothing: of text
alone its size tells labelled difficulty best (0.37 to 0.51 in rank correlation on MATH and GSM8K),
where readability grades tell nothing.

It is no quality: ratings of quality do not follow from it. The words are English; of a prompt in
another language, or of code, only the information is seen. A short prompt that takes an hour to
answer ("Prove Fermat's last theorem") counts for little.
"""

import re
import zlib
from collections.abc import Sequence
from math import log1p
from typing import NamedTuple

import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import run_score
from tasks.base.text import turns

_CONSTRAINTS = re.compile(
    r"\b(?:must|should|shall|only|exactly|precisely|at (?:least|most)"
    r"|(?:no|not) (?:more|less|fewer) than|up to|within|between|without|avoid|do not|don't"
    r"|never|always|ensure|make sure"
    r"|include|including|exclude|limit(?:ed)?|each|every|both|either|format(?:ted)?|as well as"
    r"|then|also|additionally|furthermore|finally|if|unless|except|given|assum(?:e|ing)|such that"
    r"|so that|in (?:the form|exactly|no more)|using|followed by|based on)\b",
    re.IGNORECASE,
)
_REASONING = re.compile(
    r"\b(?:why|how|explain|compare|contrast|analy[sz]e|evaluate|assess|prove|design|derive|justify"
    r"|optimi[sz]e|implement|discuss|infer|deduce|predict|estimate|critique|synthesi[sz]e"
    r"|distinguish|trade-?offs?|step[- ]by[- ]step|reasons?|consequences?|implications?)\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(
    r"\b(?:which|that|because|although|though|whereas|while|when|where|who|whose|after|before"
    r"|since|until|whether)\b",
    re.IGNORECASE,
)


class Features(NamedTuple):
    """What is counted in one prompt."""

    information: int  # bytes
    constraints: int
    reasoning: int
    clauses: int


WEIGHTS = Features(1, 0.4, 0.3, 0.2)  # type: ignore[arg-type]
EMPTY = len(zlib.compress(b"", 9))


class ComplexityParams(StageParams):
    """How much a prompt asks for."""

    enabled: bool = Field(default=True, title="Complexity", description="Run this stage.")


def features(text: str) -> Features:
    """What is counted in `text`."""
    return Features(
        len(zlib.compress(text.encode("utf-8", "replace"), 9)) - EMPTY,
        *(len(one.findall(text)) for one in (_CONSTRAINTS, _REASONING, _CLAUSES)),
    )


def complexity(text: str) -> float:
    """The score of one prompt; 0 for an empty one, some 6 to 8 for those that people write."""
    counted = zip(WEIGHTS, features(text), strict=True)
    return round(sum(weight * log1p(count) for weight, count in counted), 4)


def complexities(texts: Sequence[str | None]) -> list[float | None]:
    """The score of each; null stays null. Equal texts are looked at once."""
    known = {text: complexity(text) for text in dict.fromkeys(texts) if text is not None}
    return [None if text is None else known[text] for text in texts]


def add_complexity(rows: pl.LazyFrame, params: ComplexityParams) -> pl.LazyFrame:
    """Add `score_complexity` of all that the user asked; 0 where that is nothing."""
    if not params.enabled:
        return rows.with_columns(score_complexity=pl.lit(None, pl.Float64))
    asked = rows.select(turns("user").list.join("\n")).collect().to_series().to_list()
    # a Python loop: zlib and regular expressions of one text, 0.1 ms each
    scores = pl.Series("score_complexity", complexities(asked), pl.Float64)
    return rows.with_columns(scores)


@task(
    name="score.complexity", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_complexity(data: DatasetRef, params: ComplexityParams) -> StageResult:
    """Store `data` with how much each prompt asks for."""
    return run_score(data, add_complexity, params)
