"""Drop rows that are no conversation one can train on: roles, turn order, empty turns, lengths.

A sound row has turns by known roles, at most one system turn and that first, then the user, then
user and assistant in turn (an assistant's tool call may be followed by tool results), and ends
with the assistant. No turn is blank, save an assistant turn that consists of tool calls. A
preference row also has a losing answer, and another one than the winning.

Every rule is a Pandera check over facts of the row; a row is dropped for the first rule that it
breaks, in the order of `REASONS`. Values of the row never appear in the evidence.
"""

import pandera.errors
import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import run_filter
from tasks.base.table import DROP_REASON, ROLES, marks
from tasks.base.text import answer

REASONS = {
    "no_turns": "the conversation has no turn",
    "unknown_role": "a turn is by none of system, user, assistant, tool",
    "misplaced_system": "a system turn comes after the first turn",
    "starts_with_assistant": "the first turn is by the assistant or a tool, not the user",
    "turns_out_of_order": "two turns in a row by one role, or a tool result nobody asked for",
    "ends_without_answer": "the last turn is not by the assistant, so there is nothing to learn",
    "empty_turn": "a turn is blank and calls no tool",
    "same_answers": "the winning and the losing answer are the same, or the losing one is missing",
    "too_few_characters": "the answer is shorter than min_answer_characters",
    "too_many_characters": "the conversation is longer than max_characters",
    "too_many_turns": "the conversation has more turns than max_turns",
}

LIMITS = ("too_few_characters", "too_many_characters", "too_many_turns")
FIRM = tuple(reason for reason in REASONS if reason not in LIMITS)
"""What no trainer takes, whoever wants it kept."""

MARKED = marks(tuple(REASONS), {"drop_detail": pa.Column(pl.String, nullable=True)})

VISIBLE = r"[^\s\p{Cc}\p{Cf}]"  # spaces of no width and byte-order marks say nothing
CALLS = r'"(?:tool_calls|function_call)": ?(?:\{|"|\[ ?[^\]\s])'  # some, not null and not []
PARTS = r'"content": ?\[ ?[^\]\s]'


class ValidateParams(StageParams):
    """Which conversations are sound."""

    enabled: bool = Field(default=True, title="Validate rows", description="Run this stage.")
    min_answer_characters: int = Field(
        default=1, ge=0, title="Shortest answer",
        description="Fewest characters of the last answer; labels of one letter are legal.",
    )  # fmt: skip
    max_characters: int = Field(
        default=400_000, ge=1, title="Longest conversation",
        description="Most characters of all turns; about 100,000 tokens of English.",
    )  # fmt: skip
    max_turns: int = Field(
        default=200, ge=1, title="Most turns", description="Most turns of a conversation."
    )


def facts(rows: pl.LazyFrame) -> pl.LazyFrame:
    """What the rules look at, one line per row: numbers, truths and `shape`, but no text.

    `shape` has a letter per turn: s, u, a, t for system, user, assistant and tool, c for an
    assistant turn that calls a tool, and x for any other role.
    """
    turn = pl.element().struct
    role, text, extra = turn.field("role"), turn.field("content"), turn.field("extra")
    calls = (role == "assistant") & extra.fill_null("").str.contains(CALLS)
    parts = extra.fill_null("").str.contains(PARTS)  # pictures and the like
    letter = pl.when(calls).then(pl.lit("c")).otherwise(
        role.replace_strict(dict(zip(ROLES, "suat", strict=True)), default="x")
    )  # fmt: skip
    messages, losing = pl.col("messages").list, pl.col("rejected")
    winning = messages.tail(losing.list.len())  # whole turns: answers may differ in calls alone
    return rows.select(
        shape=messages.eval(letter).list.join(""),
        turns=messages.len().cast(pl.Int64),
        blank=messages.eval(~text.str.contains(VISIBLE) & ~calls & ~parts).list.any(),
        same=losing.is_not_null() & (winning == losing).fill_null(False),
        answer=pl.when(messages.last().struct.field("content") != "")
        .then(answer().str.len_chars().cast(pl.Int64)),
        characters=messages.eval(text.str.len_chars()).list.sum().cast(pl.Int64),
    )  # fmt: skip


def rules(params: ValidateParams) -> pa.DataFrameSchema:
    """The rules as one Pandera schema; each check is named by the reason it gives."""

    def turns_are(pattern: str, reason: str) -> pa.Check:
        return pa.Check.str_matches(pattern, error=reason)

    return pa.DataFrameSchema(
        {
            "shape": pa.Column(
                pl.String,
                [
                    turns_are(r"^.", "no_turns"),
                    turns_are(r"^[^x]*$", "unknown_role"),
                    turns_are(r"^.?[^s]*$", "misplaced_system"),
                    turns_are(r"^s?(?:[^acts].*)?$", "starts_with_assistant"),
                    turns_are(
                        r"^s?(?:u(?:[ac]c*t+)*[ac])*(?:u(?:[ac]c*t+)*)?$", "turns_out_of_order"
                    ),
                    turns_are(r"^(?:.*[ac])?$", "ends_without_answer"),
                ],
            ),
            "blank": pa.Column(pl.Boolean, pa.Check.eq(False, error="empty_turn")),
            "same": pa.Column(pl.Boolean, pa.Check.eq(False, error="same_answers")),
            "answer": pa.Column(
                pl.Int64,
                pa.Check.ge(params.min_answer_characters, error="too_few_characters"),
                nullable=True,
            ),
            "characters": pa.Column(
                pl.Int64, pa.Check.le(params.max_characters, error="too_many_characters")
            ),
            "turns": pa.Column(pl.Int64, pa.Check.le(params.max_turns, error="too_many_turns")),
        }
    )


def mark_unsound_rows(rows: pl.LazyFrame, params: ValidateParams) -> pl.LazyFrame:
    """Mark every row with the first rule that it breaks; `drop_detail` says by how much."""
    if not params.enabled:
        return rows.with_columns(
            pl.lit(None, pl.String).alias(DROP_REASON), drop_detail=pl.lit(None, pl.String)
        )
    seen = facts(rows).collect()  # eager: pandera checks no values of a LazyFrame
    order = list(REASONS)
    reasons: list[str | None] = [None] * seen.height
    for position, reason in _failures(seen, rules(params)):
        worse = reasons[position]
        if worse is None or order.index(reason) < order.index(worse):
            reasons[position] = reason
    detail = pl.when(pl.col(DROP_REASON).is_not_null()).then(
        pl.format(
            "turns {}, {} characters, answer of {}",
            pl.when(pl.col("shape") == "").then(pl.lit("none")).otherwise("shape"),
            pl.col("characters"), pl.col("answer").fill_null(0),
        )
    )  # fmt: skip
    marked = seen.with_columns(pl.Series(DROP_REASON, reasons, pl.String)).select(
        DROP_REASON, drop_detail=detail
    )
    return pl.concat([rows, marked.lazy()], how="horizontal")


def _failures(seen: pl.DataFrame, schema: pa.DataFrameSchema) -> list[tuple[int, str]]:
    """Position of the row and name of the check, for every check that failed."""
    try:
        schema.validate(seen, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases.select("index", "check").filter(pl.col("check").is_in(REASONS))
        return list(cases.iter_rows())
    return []


@task(
    name="validate.rows", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def validate_rows(data: DatasetRef, params: ValidateParams) -> StageResult:
    """Store `data` without its unsound rows."""
    return run_filter(data, mark_unsound_rows, params, MARKED, firm=FIRM)
