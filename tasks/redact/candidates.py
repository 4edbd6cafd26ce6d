"""Which rows can hold personal data at all, decided by Polars before any row reaches Python."""

import re
from collections.abc import Sequence

import polars as pl

from tasks.redact.conversation import Scope
from tasks.redact.phrases import LITERALS
from tasks.redact.plain import HIDING


def candidates(columns: Sequence[str], scope: Scope) -> pl.Expr:
    """Whether a row holds a digit or a literal that a rule or the policy of `scope` looks for.

    Args:
        columns: Text columns of the table: messages and rejected, tools and meta.
        scope: What is looked for.
    """
    open_ended = any(not rule.digits and not rule.cues for rule in scope.rules)
    if open_ended or (scope.names and scope.strict):
        return pl.lit(value=True)
    literals = {cue for rule in scope.rules if not rule.digits for cue in rule.cues}
    literals |= set(LITERALS) if scope.names else set()
    either = "|".join([f"[{HIDING}]", *map(re.escape, sorted(literals))])
    return pl.any_horizontal(_text(c).str.contains(f"(?i){either}") for c in columns)


def _text(column: str) -> pl.Expr:
    """Everything in `column` as one text; "" where it is null."""
    if column not in ("messages", "rejected"):
        return pl.col(column).fill_null("")
    turn = pl.element().struct
    parts = pl.concat_str(turn.field("content", "extra"), separator="\n", ignore_nulls=True)
    return pl.col(column).list.eval(parts).list.join("\n").fill_null("")
