"""Cheap signs of what an answer is worth. No model reads it but a small one for languages.

| column | type | what | null |
| --- | --- | --- | --- |
| score_empty | 0, 1 | there is no answer, or nothing in it, tool calls apart | never |
| score_echo | 0, 1 | the answer is the question over again | no answer |
| score_refusal | 0, 1 | the answer begins with a refusal (`tasks.llm.refusal`) | no answer |
| score_injection | 0, 1 | a turn speaks to the grader (`tasks.score.injection`) | never |
| score_language_match | 0, 1 | the answer is in the question's language | unclear |
| score_format_valid | 0, 1 | JSON was asked for and is given | not asked for |
| score_cut | 0, 1 | a longer answer stops inside a sentence or a block | no answer |
| score_repetition | 0 to 1 | how much the answer goes in circles | no answer |
| score_overlap | 0 to 1 | share of the answer's longer words that the prompt has | no such word |
| score_prompt_words, score_answer_words | count | words | never |

Each finds fault or is silent; none says that an answer is right. Cut ends, repetition, overlap and
lengths are there for the heads that learn from them and decide nothing by themselves.
"""

import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.base.text import answer, conversation, prompt, turns
from tasks.llm.refusal import DECLINES
from tasks.score import language
from tasks.score.form import echoes, ends_cut, json_valid, overlap, repetition
from tasks.score.injection import speaks_to_grader
from tasks.score.language import language_match

ENGINES = language.ENGINES
BATCH = 20_000  # rows whose texts are in memory at once
FLAGS = ("score_empty", "score_echo", "score_refusal", "score_injection", "score_cut")
SCORES = pl.Schema(
    {
        **dict.fromkeys(FLAGS, pl.Int8()),
        "score_repetition": pl.Float64(),
        "score_overlap": pl.Float64(),
        "score_prompt_words": pl.UInt32(),
        "score_answer_words": pl.UInt32(),
        "score_language_match": pl.Int8(),
        "score_format_valid": pl.Int8(),
    }
)


class SignalsParams(StageParams):
    """Cheap signs of what an answer is worth."""

    enabled: bool = Field(default=True, title="Signals", description="Run this stage.")


def add_signals(rows: pl.LazyFrame, params: SignalsParams) -> Outcome:
    """Add the columns listed above to every row.

    Returns:
        All rows in order. Figures: how many rows each flag holds for, and how many answers are in
        another language (`language_mismatch`) or not of the form asked for (`format_invalid`).
    """
    if not params.enabled:
        nothing = [pl.lit(None, kind).alias(name) for name, kind in SCORES.items()]
        return Outcome(rows.with_columns(nothing))
    count = rows.select(pl.len()).collect().item()
    found = [_signals(rows.slice(at, BATCH)) for at in range(0, count, BATCH)]
    scores = pl.concat([pl.DataFrame(schema=SCORES), *found])
    return Outcome(pl.concat([rows, scores.lazy()], how="horizontal"), _figures(scores))


def _signals(rows: pl.LazyFrame) -> pl.DataFrame:
    asked, answered = turns("user").list.last(), answer()
    extra = pl.col("messages").list.last().struct.field("extra")
    calls = extra.str.contains('"tool_calls"', literal=True).fill_null(value=False)
    texts = rows.select(
        asked=asked, answer=answered, prompt=prompt(), all=conversation(), calls=calls
    ).collect()
    text = pl.col("answer")
    scored = texts.lazy().select(
        score_empty=(text.fill_null("").str.strip_chars() == "") & ~pl.col("calls"),
        score_echo=echoes(texts["asked"], texts["answer"]),
        score_refusal=declines(text),
        score_injection=speaks_to_grader(pl.col("all")).fill_null(value=False),
        score_cut=ends_cut(text),
        score_repetition=repetition(text).round(4),
        score_overlap=overlap(pl.col("prompt"), text).round(4),
        score_prompt_words=_words(pl.col("prompt")),
        score_answer_words=_words(text),
        score_language_match=language_match(texts["asked"], texts["answer"]),
        score_format_valid=json_valid(texts["prompt"], texts["answer"]),
    )
    return scored.cast(SCORES).collect()


def declines(answer: pl.Expr) -> pl.Expr:
    """Whether `answer` begins with a refusal; null stays null."""
    return answer.str.slice(0, 400).str.replace_all("’", "'").str.contains(DECLINES)


def _words(text: pl.Expr) -> pl.Expr:
    return text.str.count_matches(r"\S+").fill_null(0)


def _figures(scores: pl.DataFrame) -> dict[str, JsonValue]:
    figures: dict[str, JsonValue] = {
        name.removeprefix("score_"): int(scores[name].sum()) for name in FLAGS
    }
    figures["language_mismatch"] = int((scores["score_language_match"] == 0).sum())
    figures["format_invalid"] = int((scores["score_format_valid"] == 0).sum())
    return figures


@task(
    name="score.signals", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_signals(data: DatasetRef, params: SignalsParams) -> StageResult:
    """Store `data` with the cheap signs."""
    return run_score(data, add_signals, params)
