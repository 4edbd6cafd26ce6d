"""What takes a model to see: the language and the topic of prompts, on a sample of the rows.

Of rows that stayed, changed, went and came the same number is drawn, however few of them there
are, so that a hundred new rows among a hundred thousand are seen; each row then stands for as many
as its fate has for every one drawn.
"""

from typing import Any

import polars as pl

from tasks.base.draw import draw
from tasks.base.errors import UsageError
from tasks.base.text import prompt
from tasks.compare.distributions import Sides, distributions
from tasks.compare.measures import OF_SAMPLE
from tasks.compare.release import Released

Facts = dict[str, Any]
TOPICS = 20
READ = 1_000  # characters of a prompt
ENCODER = "static"
UNTOLD = "short, unclear or code"
FATES = ("stayed", "changed", "lost", "gained")


def of_sample(
    rows: pl.DataFrame, before: Released, after: Released, size: int, seed: int
) -> tuple[list[Facts], list[Facts]]:
    """Shift of languages and topics, and what could not be looked at.

    Args:
        rows: Lines of the released rows, with fate.
        before: The earlier release.
        after: The later one.
        size: Rows drawn of each fate.
        seed: Of the draw.

    Returns:
        A distribution for each of `OF_SAMPLE`; and check, why and unlock of each that is missing.
    """
    is_private = all(one.is_redacted for one in (before, after))
    drawn = pl.concat([_drawn(rows.filter(fate=fate), size, seed) for fate in FATES])
    asked = pl.concat(
        [
            _prompts(before, drawn, "before", FATES[:3]),
            _prompts(after, drawn, "after", FATES[1:2] + FATES[3:]),
        ]
    )
    found, missing = [], []
    for one, look in zip(OF_SAMPLE, (_language, _topic), strict=True):
        try:
            seen = look(asked["asked"], seed, is_private)
            told = asked.with_columns(seen.alias("told"))
        except UsageError as error:
            missing.append({"check": one.title, "why": str(error), "unlock": "finery doctor"})
            continue
        sides = Sides(_both(drawn, told, one.name), drawn.height)
        found += distributions(sides, [one], seed)
    return found, missing


def _drawn(rows: pl.DataFrame, size: int, seed: int) -> pl.DataFrame:
    source = pl.coalesce("source_before", "source_after")
    ids = draw(rows.select(id="key", source=source), min(size, max(rows.height, 1)), seed)
    few = rows.filter(pl.col("key").is_in(ids.implode()))
    return few.select(
        "key", "fate", "id_before", "id_after",
        weight=pl.lit(rows.height / max(few.height, 1)),
    )  # fmt: skip


def _prompts(
    release: Released, drawn: pl.DataFrame, end: str, fates: tuple[str, ...]
) -> pl.DataFrame:
    """Prompts of the drawn rows of these fates: key, end, asked."""
    wanted = drawn.filter(pl.col("fate").is_in(fates)).select("key", id=f"id_{end}")
    said = release.rows.filter(pl.col("id").is_in(wanted["id"].implode())).select(
        "id", asked=prompt().str.head(READ)
    )
    read = wanted.join(said.collect(), on="id", how="left", maintain_order="left")
    return read.select("key", "asked", end=pl.lit(end))


def _both(drawn: pl.DataFrame, told: pl.DataFrame, name: str) -> pl.DataFrame:
    """`drawn` with what was told of each row before and after; what stayed is the same in both."""
    for end in ("before", "after"):
        mine = told.filter(end=end).select("key", pl.col("told").alias(f"{name}_{end}"))
        drawn = drawn.join(mine, on="key", how="left", maintain_order="left")
    same = pl.when(fate="stayed").then(f"{name}_before").otherwise(f"{name}_after")
    return drawn.with_columns(same.alias(f"{name}_after"))


def _language(asked: pl.Series, _seed: int, _is_private: bool) -> pl.Series:
    from tasks.score.language import languages

    return languages(asked).fill_null(UNTOLD)


def _topic(asked: pl.Series, seed: int, is_private: bool) -> pl.Series:
    """Topics; where nothing was redacted, a word that names one could be somebody's name."""
    from tasks.augment.topics import number_of, topics_of

    if not len(asked):
        return asked
    is_made = pl.repeat(False, len(asked), dtype=pl.Boolean, eager=True)
    topics = topics_of(asked, is_made, TOPICS, seed, None)
    return pl.Series(topics if is_private else [number_of(t) for t in topics], dtype=pl.String)
