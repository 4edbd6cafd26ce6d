"""What is measured on every released row, so that the two releases can be laid side by side."""

from typing import NamedTuple

import polars as pl
import polars_hash as plh

from tasks.base.text import answer, conversation
from tasks.compare.release import Released
from tasks.dedup.conflict import form
from tasks.publish.measures import MEASURES

CHARACTERS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
TURNS = (1, 2, 3, 4, 6, 8, 12, 16, 32)
NONE = "none"
FLAGS = {"0": "no", "1": "yes"}


class Measure(NamedTuple):
    """One thing by which rows are told apart."""

    name: str
    title: str
    unit: str = ""  # of numbers; kinds have none
    edges: tuple[float, ...] | None = None  # of the bins; None: kinds, (): bins by what is there


KINDS = (
    Measure("source", "Source"),
    Measure("origin", "Origin"),
    Measure("shape", "Kind of row"),
    Measure("roles", "Roles"),
    Measure("form", "Form of the answer"),
)
NUMBERS = (
    Measure("characters", "Length of the row", "characters", CHARACTERS),
    Measure("answer_characters", "Length of the answer", "characters", CHARACTERS),
    Measure("turns", "Turns", "turns", TURNS),
)
CONTRADICTS, VERDICT = "score_conflict", "score_verdict"
OF_SAMPLE = (Measure("language", "Language of the prompt"), Measure("topic", "Topic of the prompt"))


def measures_of(before: Released, after: Released) -> list[Measure]:
    """All that can be measured on both releases without reading rows by a model."""
    here, there = before.rows.collect_schema(), after.rows.collect_schema()
    found = [*KINDS, *NUMBERS]
    for name, kind in here.items():
        if name not in there or not name.startswith("score_"):
            continue
        title = MEASURES[name].title if name in MEASURES else ""
        if name == CONTRADICTS:
            found.append(Measure(name, "Contradicts another row"))
        elif name == VERDICT:
            found.append(Measure(name, "Verdict"))
        elif title and kind == pl.Int8:
            found.append(Measure(name, title))
        elif title and kind.is_numeric() and there[name].is_numeric():
            found.append(Measure(name, title, "points", ()))
    return found


def measured(release: Released, measures: list[Measure]) -> pl.DataFrame:
    """Of every released row its id, `text` and `fields` as hashes, and a column per measure.

    `text` stands for all that a model could learn from, `fields` for the rest. Kinds are strings,
    numbers Float64, NaN where not known.
    """
    said = pl.struct("messages", "rejected", "tools").struct.json_encode()
    rows = release.rows.with_columns(
        text_json=said, fields=pl.col("meta").fill_null("").hash()
    ).with_columns(text=plh.col("text_json").nchash.xxh3_64())  # fmt: skip
    return rows.select("id", "text", "fields", *(_column(one) for one in measures)).collect()


def _column(one: Measure) -> pl.Expr:
    own = {
        "shape": _shape(), "roles": _roles(), "form": form(answer()),
        "characters": conversation().str.len_chars(), "answer_characters": answer().str.len_chars(),
        "turns": pl.col("messages").list.len(),
        CONTRADICTS: pl.col(CONTRADICTS).is_not_null().cast(pl.Int8),
    }  # fmt: skip
    value = own.get(one.name, pl.col(one.name))
    if one.edges is not None:
        number = value.cast(pl.Float64)
        return number.fill_null(float("nan")).alias(one.name)
    is_flag = one.name.startswith("score_") and one.name != VERDICT
    text = value.cast(pl.String)
    return (text.replace(FLAGS) if is_flag else text).fill_null(NONE).alias(one.name)


def _shape() -> pl.Expr:
    role = pl.element().struct.field("role")
    calls = pl.col("messages").list.eval(role == "tool").list.any()
    return (
        pl.when(pl.col("rejected").is_not_null()).then(pl.lit("preference pair"))
        .when(calls | pl.col("tools").is_not_null()).then(pl.lit("with tools"))
        .when(pl.col("messages").list.eval(role == "user").list.sum() > 1)
        .then(pl.lit("many questions"))
        .otherwise(pl.lit("one question"))
    )  # fmt: skip


def _roles() -> pl.Expr:
    role = pl.element().struct.field("role").unique(maintain_order=True)
    return pl.col("messages").list.eval(role).list.join(", ")
