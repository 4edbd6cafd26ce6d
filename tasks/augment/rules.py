"""Whether a new prompt, or the answer to it, is any good: rules that read, and never ask.

Each looks at the evolved prompt beside its parent, or at the answer that was then given; the first
that holds is the reason. Breadth makes another task, so what only the depth must keep is not asked
of it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import polars as pl
from pydantic import Field

from tasks.augment.operators import LEAKS, Operator
from tasks.augment.wording import spoken, words_of
from tasks.base.params import StageParams
from tasks.dedup.guard.light_words import LIGHT
from tasks.llm.refusal import is_refusal
from tasks.score.language import language_match

EMPTY = LIGHT - {"yes", "yeah", "ok", "okay", "sure", "one", "must", "now", "here", "there"}
"""Words of which a whole text may be made and say nothing."""

SHORT = 80  # words; a longer answer with a "sorry" in it goes on to answer (the paper's number)
_FENCED = re.compile(r"^```[^\n`]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TABLE_ROW = re.compile(
    r"^\s*\|[^\n]*\|[^\n]*$|(?:^[^\n|]*\|[^\n|]*\|[^\n]*\n){2,}[^\n|]*\|?", re.MULTILINE
)
_FORMULA = re.compile(
    r"\$\$[^$]{1,2000}\$\$|\\\[[^\[\]]{1,2000}\\\]|\$(?!\d+ )[^$\n]*[\\^_=][^$\n]*\$", re.DOTALL
)
_LINK = re.compile(r"https?://[^\s<>\"')\]，。；：！？、）】》]+")
_TAG = re.compile(r"<[A-Z][A-Z_]+_\d+>")
_ANSWERS = re.compile(
    r"^\W*(?:sure|certainly|of course|absolutely|understood)[,.!:]|^\W*answer ?: (?!is\b|are\b)"
    r"|^\W*here(?:'s| is| are) (?:a|an|the|your|my|one|some) (?:\w+ ){0,2}(?:answer|response|reply"
    r"|rewrit\w*|evolved|new|poem|story|essay|summary|translation|solution|version)\b"
    r"|^\W*as an ai\b|^\W*great (?:question|choice)\b",
    re.IGNORECASE,
)


_UNABLE = re.compile(
    r"^\W*(?:i'?m |i am )?sorry,? (?:but )?"
    r"(?:this|that|it|i (?:can|do|did|could|am|have|know|was))\b"
    r"|^\W*i(?:'m| am) (?:not able|unable)\b"
    r"|^\W*i (?:cannot|can't|don't|do not) (?:see|find|have)\b"
    r"|\b(?:could|can) you (?:please )?(?:provide|share|paste|give me)\b"
    r"|\bplease (?:provide|share|paste) (?:it|the|your|me)\b",
    re.IGNORECASE,
)
"""Answers that say what they lack; a longer one goes on to answer."""


class Evolution(NamedTuple):
    """A prompt before and after."""

    operator: Operator
    parent: str
    evolved: str | None  # None: the reply held none
    parent_answer: str = ""


_STEERING = re.compile(r"<\|[a-z_]+\|>|</?think>|\[/?INST\]")  # of a chat template or of thinking


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
        ("no_gain", lambda: deep and len(new_words(one)) < _least(one, limits)),
        ("no_rewrite", lambda: _steers(evolved) and not _steers(one.parent)),
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
    is_short = len(words_of(answer)) < SHORT
    if is_refusal(answer) or (is_short and _UNABLE.search(answer)):
        return "inability"
    return "echoed_answer" if spoken(prompt) == spoken(answer) else None


def says_nothing(text: str) -> bool:
    """Whether `text` has no letter, digit or emoji, or is several words without a meaning."""
    words = [word.casefold() for word in words_of(text)]
    if not words:  # an emoji may be a label
        return not any(unicodedata.category(one) == "So" for one in text)
    return len(words) > 2 and EMPTY.issuperset(words)


def is_copy(parent: str, evolved: str) -> bool:
    """Whether nothing but case, white space and signs was changed, or something was left out."""
    before, after = spoken(parent), spoken(evolved)
    return f" {after} " in f" {before} "


def lost_parts(parent: str, evolved: str) -> list[str]:
    """Parts of `parent` that are no plain sentence and do not stand in `evolved`."""
    kept = _bare(evolved)
    return [part for part in parts(parent) if _bare(part) not in kept]


def parts(text: str) -> list[str]:
    """Code, rows of tables, formulas, links and tags in `text`."""
    code = [line for block in _FENCED.findall(text) for line in block.split("\n") if line.strip()]
    prose = _FENCED.sub("", text)
    found = [*_TABLE_ROW.findall(prose), *_FORMULA.findall(prose), *_TAG.findall(prose)]
    return [*code, *found, *(link.rstrip(".,;:!?") for link in _LINK.findall(prose))]


def new_words(one: Evolution) -> set[str]:
    """Words of the evolved prompt that mean something and that its parent has not."""
    before = {word.casefold() for word in words_of(one.parent)}
    after = {word.casefold() for word in words_of(one.evolved or "")}
    return after - before - LIGHT


def _least(one: Evolution, limits: Limits) -> int:
    """New words that are a gain: one specific word for a general one is, if that was asked for."""
    return 1 if one.operator.name == "concretise" else limits.min_new_words


def _steers(text: str) -> bool:
    return _STEERING.search(text) is not None


def _answers(one: Evolution) -> bool:
    evolved = one.evolved or ""
    if _ANSWERS.match(evolved) and not _ANSWERS.match(one.parent):
        return True
    said = spoken(one.parent_answer)
    is_long = len(said.split()) >= 5 and "?" not in evolved
    return is_long and said in spoken(evolved) and said not in spoken(one.parent)


def _grew(one: Evolution) -> int:
    return len(words_of(one.evolved or "")) - len(words_of(one.parent))


def _bare(text: str) -> str:
    """`text` without white space, and with every row of dashes of one length."""
    return re.sub(r"-{2,}", "--", "".join(text.split()))
