"""What people said, as numbers from 0 to 1, whatever the file calls it."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from tasks.base.errors import UsageError
from tasks.ingest.fields import shown
from tasks.score.calibration.resample import Floats

Record = dict[str, Any]
Scale = tuple[float, float]

NAMES = (
    r"(?i)(?:(?:human|expert|gold)[ _-]?)?"
    r"(?:annotator|annotation|rater|label|rating|score|judge?ment|preference|winner|better|best|"
    r"choice|quality|grade|vote)s?"
    r"(?:[ _-]?(?:[a-z]|\d{1,3}))?"
)
"""Columns that hold labels when the user names none: label, rating, annotator3, human_score, ..."""

FIRST, TIE, SECOND = 1.0, 0.5, 0.0
UNREADABLE = np.inf
_PREFERENCES = {
    **dict.fromkeys(("1", "a", "first", "left", "model_a", "response_a", "answer_a"), FIRST),
    **dict.fromkeys(("2", "b", "second", "right", "model_b", "response_b", "answer_b"), SECOND),
    **dict.fromkeys(("0", "tie", "tied", "draw", "equal", "same", "both", "neither"), TIE),
}
_WORDS = {
    **dict.fromkeys(("good", "yes", "true", "correct", "pass", "keep", "accept", "acceptable",
                     "right", "ok"), 1.0),
    **dict.fromkeys(("bad", "poor", "no", "false", "incorrect", "fail", "drop", "reject",
                     "unacceptable", "wrong"), 0.0),
}  # fmt: skip


class Labelled(NamedTuple):
    """Items in the order of the file, each with the labels of all people and its prompt."""

    items: pl.DataFrame
    labels: list[list[float]]
    prompts: list[str]


def label_columns(fields: Sequence[str], named: tuple[str, ...]) -> list[str]:
    """The columns with labels: those that the user named, else those with a usual name.

    Raises:
        UsageError: A named column is not there.
    """
    for name in named:
        if name not in fields:
            raise UsageError(
                f"the gold file has no column {name!r}, which score.exam.labels names; it has "
                f"{shown(fields)}"
            )
    return list(named) or [field for field in fields if re.fullmatch(NAMES, field.strip())]


def fault_of(labels: Sequence[float]) -> str | None:
    """Why an item with these labels says nothing; None if it does."""
    if UNREADABLE in labels:
        return "bad_label"
    return "no_label" if all(np.isnan(labels)) else None


def preference(value: object, sides: tuple[str, str]) -> float:
    """Which answer `value` says is better; NaN where it is empty, infinity where it says neither.

    Args:
        value: 1, 2, or 0 for a tie; a, b, tie; the name of a column; and the like.
        sides: What else the two answers are called: their columns.
    """
    own = {side.strip().lower(): won for side, won in zip(sides, (FIRST, SECOND), strict=True)}
    text = _text(value)
    return (own | _PREFERENCES).get(text, UNREADABLE) if text else np.nan


def check_preferences(values: Iterable[object]) -> None:
    """Refuse numbers of which nobody knows what they mean.

    Raises:
        UsageError: There are 0 and no 2, so that 0 may mean a tie or the first answer.
    """
    seen = {text for text in map(_text, values) if text}
    if "0" in seen and seen <= {"0", "1"}:
        raise UsageError(
            "the gold file's labels are 0 and 1; it is not clear which answer they name. Write 1 "
            "for the first, 2 for the second and 0 for a tie, or a, b and tie"
        )


def ratings(rows: Sequence[Sequence[object]], scale: Scale | None) -> list[list[float]]:
    """Ratings as shares of their scale: 0 worst, 1 best.

    Args:
        rows: What each person gave each item: numbers, or words such as good and bad.
        scale: The lowest and the highest rating that may be given; None: that were given.

    Returns:
        The same rows as numbers; NaN for an empty label, infinity for one that is no rating or
        off the scale.

    Raises:
        UsageError: All ratings are the same, so that their scale is not known.
    """
    texts = [[_text(value) for value in row] for row in rows]
    given = [text for row in texts for text in row if text]
    if sum(text in _WORDS for text in given) > len(given) / 2:
        return [[_WORDS.get(t, UNREADABLE) if t else np.nan for t in row] for row in texts]
    raw = np.array([[_number(t) if t else np.nan for t in row] for row in texts], float)
    shares = _on_scale(raw, scale)
    return [[float(share) for share in row] for row in shares]


def _on_scale(raw: Floats, scale: Scale | None) -> Floats:
    known = raw[np.isfinite(raw)]
    if not known.size:
        return raw
    low, high = scale or (float(known.min()), float(known.max()))
    if low >= high:
        raise UsageError(
            f"every rating in the gold file is {low:g}; give the scale they are on, such as "
            "score.exam.scale=[1, 5], and label some poor rows too"
        )
    shares: Floats = (raw - low) / (high - low)
    return np.where((shares < 0) | (shares > 1), UNREADABLE, shares)


def _text(value: object) -> str:
    """`value` as lower-case text; 1.0 is 1, null is nothing."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lower()


def _number(text: str) -> float:
    """The number that `text` is; infinity if it is none."""
    try:
        number = float(text)
    except ValueError:
        return UNREADABLE
    return number if np.isfinite(number) else UNREADABLE
