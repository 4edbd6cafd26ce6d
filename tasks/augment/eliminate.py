"""Which made rows failed, and why: elimination evolving (arXiv 2304.12244, section 3.2), as rules.

Each looks at the evolved prompt beside its parent, or at the answer that was then given; the first
that holds is the reason. Rules that read text come before those that ask a model. Breadth makes
another task, so what only the depth must keep is not asked of it.

The verdict is reached while rows are made, for a failed evolution goes no further; it stands in
the recipe of the row, and this stage carries it out: every failed evolution leaves with its reason.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field

from tasks.augment.operators import LEAKS, Operator
from tasks.augment.recipe import recipe_field
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.dedup.light_words import LIGHT
from tasks.llm.refusal import is_refusal
from tasks.score.language import language_match

REASONS = {
    "no_rewrite": "the model gave no new prompt in the form asked for",
    "empty_prompt": "the rewritten prompt has no word in it, or none that means anything",
    "leaked_wording": "words of the request for rewriting stand in the rewritten prompt",
    "answered_instead": "the model answered the prompt where it should have rewritten it",
    "copied_seed": "the rewritten prompt is its parent, or a part of it",
    "known_prompt": "another row asks just the same",
    "too_similar": "another row asks nearly the same, in the same words",
    "lost_parts": "a table, code, a formula or a link of the parent is gone or changed",
    "language_drift": "the rewritten prompt is in another language than its parent",
    "too_long": "the rewritten prompt grew by more words than the limit",
    "no_gain": "the rewritten prompt asks for nothing that its parent did not",
    "inability": "the answer says that it cannot be given",
    "empty_answer": "the answer has no word in it, or none that means anything",
    "cut_answer": "the answer ran into the limit of tokens",
    "echoed_answer": "the answer repeats the prompt",
    "template_failed": "the template could not be filled from the record",
    "identifies_person": "a value that says who the record is about stands in the row",
    "invalid_answer": "the answer does not fit the schema of its template",
}
MARKED = marks(tuple(REASONS), {"drop_detail": pa.Column(pl.String, nullable=True)})

EMPTY = LIGHT - {"yes", "yeah", "ok", "okay", "sure", "one", "must", "now", "here", "there"}
"""Words of which a whole text may be made and say nothing."""

SHORT = 80  # words; a longer answer with a "sorry" in it goes on to answer (the paper's number)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FENCED = re.compile(r"^```[^\n`]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TABLE_ROW = re.compile(r"^[^\n|]*\|[^\n]*\|[^\n]*$", re.MULTILINE)
_FORMULA = re.compile(
    r"\$\$[^$]{1,2000}\$\$|\\\[[^\[\]]{1,2000}\\\]|\$[^$\n]*[\\^_=][^$\n]*\$", re.DOTALL
)
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_TAG = re.compile(r"<[A-Z][A-Z_]+_\d+>")
_ANSWERS = re.compile(
    r"^\W*(?:sure\b|certainly\b|of course\b|absolutely\b|here(?:'s| is| are)\b|the answer\b"
    r"|answer ?:|as an ai\b|thank you\b|understood\b|great (?:question|choice)\b"
    r"|i(?:'m| am) happy)",
    re.IGNORECASE,
)


class Evolution(NamedTuple):
    """A prompt before and after."""

    operator: Operator
    parent: str
    evolved: str | None  # None: the reply held none
    parent_answer: str = ""


class Limits(StageParams):
    """What a rewritten prompt may do."""

    max_added_words: int = Field(
        default=150, ge=10, title="Most added words",
        description="Words by which a rewritten prompt may be longer than its parent.",
    )  # fmt: skip
    min_new_words: int = Field(
        default=3, ge=1, title="Fewest new words",
        description="Words that mean something and that its parent has not; fewer are no gain.",
    )  # fmt: skip


def prompt_fault(one: Evolution, limits: Limits) -> str | None:
    """Why an evolved prompt is to go no further, by its text and its parent's; None if it may."""
    if one.evolved is None:
        return "no_rewrite"
    evolved, deep = one.evolved, one.operator.in_depth
    rules: Iterator[tuple[str, Callable[[], bool]]] = iter([
        ("empty_prompt", lambda: says_nothing(evolved)),
        ("leaked_wording", lambda: bool(LEAKS.search(evolved)) and not LEAKS.search(one.parent)),
        ("answered_instead", lambda: _answers(one)),
        ("copied_seed", lambda: is_copy(one.parent, evolved)),
        ("lost_parts", lambda: deep and bool(lost_parts(one.parent, evolved))),
        ("too_long", lambda: _grew(one) > limits.max_added_words),
        ("no_gain", lambda: deep and len(new_words(one)) < limits.min_new_words),
    ])  # fmt: skip
    return next((reason for reason, holds in rules if holds()), None)


def drifted(parents: Sequence[str], evolved: Sequence[str]) -> list[bool]:
    """Which of the evolved prompts are surely in another language than their parents."""
    matched = language_match(*(pl.Series(texts, dtype=pl.String) for texts in (parents, evolved)))
    return [match == 0 for match in matched]


def answer_fault(prompt: str, answer: str, *, is_cut: bool) -> str | None:
    """Why an answer to an evolved prompt does not do; None if it may."""
    if is_cut:
        return "cut_answer"
    if says_nothing(answer):
        return "empty_answer"
    is_short = len(_WORD.findall(answer)) < SHORT
    if is_refusal(answer) or (is_short and re.match(r"\W*(?:i'?m |i am )?sorry\b", answer, re.I)):
        return "inability"
    return "echoed_answer" if _folded(prompt) == _folded(answer) else None


def says_nothing(text: str) -> bool:
    """Whether `text` has no letter and no digit, or is one or two words without a meaning."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return not words or (len(words) > 1 and EMPTY.issuperset(words))


def is_copy(parent: str, evolved: str) -> bool:
    """Whether nothing but case, white space and signs was changed, or something was left out."""
    before, after = _folded(parent), _folded(evolved)
    return f" {after} " in f" {before} "


def lost_parts(parent: str, evolved: str) -> list[str]:
    """Parts of `parent` that are no plain sentence and do not stand in `evolved`."""
    kept = _spaced(evolved)
    return [part for part in parts(parent) if _spaced(part) not in kept]


def parts(text: str) -> list[str]:
    """Code, rows of tables, formulas, links and tags in `text`."""
    code = [line for block in _FENCED.findall(text) for line in block.split("\n") if line.strip()]
    prose = _FENCED.sub("", text)
    found = [*_TABLE_ROW.findall(prose), *_FORMULA.findall(prose), *_TAG.findall(prose)]
    return [*code, *found, *(link.rstrip(".,;:!?") for link in _LINK.findall(prose))]


def new_words(one: Evolution) -> set[str]:
    """Words of the evolved prompt that mean something and that its parent has not."""
    before = {word.casefold() for word in _WORD.findall(one.parent)}
    after = {word.casefold() for word in _WORD.findall(one.evolved or "")}
    return after - before - LIGHT


def _answers(one: Evolution) -> bool:
    evolved = one.evolved or ""
    if _ANSWERS.match(evolved) and not _ANSWERS.match(one.parent):
        return True
    said = _folded(one.parent_answer)
    return len(said.split()) >= 4 and said in _folded(evolved) and said not in _folded(one.parent)


def _grew(one: Evolution) -> int:
    return len(_WORD.findall(one.evolved or "")) - len(_WORD.findall(one.parent))


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _spaced(text: str) -> str:
    return " ".join(text.split())


class EliminateParams(StageParams):
    """Carries out what was found while rows were made."""

    enabled: bool = Field(default=True, title="Eliminate", description="Run this stage.")


def mark_failed(rows: pl.LazyFrame, params: EliminateParams) -> pl.LazyFrame:
    """Mark the rows whose recipe says that they failed."""
    fault, told = recipe_field("fault"), recipe_field("told")
    is_made = (pl.col("origin") != "human") & pl.lit(value=params.enabled)
    return rows.with_columns(
        pl.when(is_made).then(fault).alias(DROP_REASON),
        pl.when(is_made & fault.is_not_null()).then(told).alias("drop_detail"),
    )


@task(
    name="augment.eliminate", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def eliminate_failed(data: DatasetRef, params: EliminateParams) -> StageResult:
    """Store `data` without the evolutions that failed."""
    return run_filter(data, mark_failed, params, MARKED)
