"""The facts of a question: its numbers, and the names in it. They stay when the words change."""

import re
from collections.abc import Sequence

import polars as pl

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w'-]+")
_FIGURE = r"[0-9][0-9,]*(?:\.[0-9]+)?|[a-z]+"
_WORDS = """
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
_CALENDAR = """
monday tuesday wednesday thursday friday saturday sunday mondays fridays saturdays sundays january
february march april may june july august september october november december
"""
NUMBERS = {
    **{word: str(n) for n, word in enumerate(_WORDS.split(), 2)},
    "twice": "2", "double": "2", "doubles": "2", "doubled": "2", "second": "2", "pair": "2",
    "thrice": "3", "triple": "3", "tripled": "3", "third": "3", "thirds": "3",
    "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "tenth": "10",
    "dozen": "12", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100",
}  # fmt: skip


def numbers(texts: pl.Series) -> pl.Series:
    """The distinct numbers of each text, sorted as texts; written out ones count, one does not.

    `1` is left out: it is an article as often as it is a number.
    """
    found = pl.element()
    plain = found.str.replace_all(",", "").str.replace(r"\.0+$", "")
    known = plain.replace(NUMBERS)
    kept = known.filter(known.str.contains(r"^\d") & (known != "1")).unique().sort()
    lowered = pl.col("text").fill_null("").str.to_lowercase()
    listed = pl.DataFrame({"text": texts}).select(lowered.str.extract_all(_FIGURE).list.eval(kept))
    return listed.to_series()


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of the numbers of both that both have; 1 where neither has any."""
    a, b = set(one), set(other)
    return len(a & b) / len(a | b) if a | b else 1.0


def names(text: str) -> set[str]:
    """Words written with a capital inside a sentence, in small letters; no days and months.

    Those have a name of their own in every language.
    """
    found = {name.lower().removesuffix("'s") for name in _NAME.findall(text)}
    return found - {*_CALENDAR.split()}
