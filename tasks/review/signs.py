"""Rows over which an answer would tell most: where the machine was not sure, or two things differ.

Each sign gives a list of rows, the most telling first. Why such rows: labels near a decision are
worth many far from it (uncertainty sampling, Lewis and Gale 1994, arXiv:cmp-lg/9407020).
"""

from itertools import chain, zip_longest
from typing import Any, NamedTuple

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.review.record import Record

COPIES = ("dedup.near", "dedup.semantic")
SIGNS = {
    "copy": "left as a copy, and only just",
    "kept_apart": "stays beside a row that is much like it",
    "contradiction": "asks what another row asks, and answers differently",
    "judge": "the judge is not sure, or scores differ",
    "kept_name": "a name stays in it",
    "random": "drawn at random from the rows that left",
}
"""Sign -> why a row was chosen."""
TELLING = ("no_cue", "figure")  # reasons for which a name stays that a person can judge


class Candidate(NamedTuple):
    """A row that people might look at."""

    row: str
    sign: str  # one of `SIGNS`
    note: str = ""  # what exactly; never text of a row
    twin: str | None = None
    score: float | None = None


def signs(record: Record, most: int) -> list[Candidate]:
    """At most `most` rows of each sign, the signs taking turns."""
    found = [
        _copies(record, most), _kept_apart(record, most), _contradictions(record, most),
        _judged(record, most), _kept_names(record, most),
    ]  # fmt: skip
    return [one for turn in zip_longest(*found) for one in turn if one is not None]


def _copies(record: Record, most: int) -> list[Candidate]:
    """Rows that left as copies, the least alike first."""
    found = [
        read_dataset(one.data).select("id", "drop_twin_of", "drop_score", stage=pl.lit(one.stage))
        for one in record.dropped if one.stage in COPIES
    ]  # fmt: skip
    if not found:
        return []
    lines = pl.concat(found).sort("drop_score", "id").head(most).collect()
    return [
        Candidate(i, "copy", f"left by {stage} at a similarity of {score:.2f}", twin, score)
        for i, twin, score, stage in lines.iter_rows()
    ]


def _kept_apart(record: Record, most: int) -> list[Candidate]:
    """Pairs that both stay, the most alike first; of each row its nearest.

    Contradictions are no such pairs: they are asked about as what they are.
    """
    families = _families(record).collect()
    unlike = record.pairs.filter(pl.col("verdict").is_not_null() & (pl.col("verdict") != "same"))
    both = unlike.join(families.rename({"id": "a", "family": "of_a"}), on="a").join(
        families.rename({"id": "b", "family": "of_b"}), on="b"
    )
    differ = pl.col("of_a").is_null() | pl.col("of_a").ne_missing(pl.col("of_b"))
    ranked = both.filter(differ).sort("score", "a", "b", descending=[True, False, False])
    lines = ranked.unique("b", keep="first", maintain_order=True).head(most)
    return [
        Candidate(
            p["b"], "kept_apart",
            f"alike by {p['score']:.2f}; kept apart: {p['verdict'].replace('_', ' ')}",
            p["a"], p["score"],
        )
        for p in lines.iter_rows(named=True)
    ]  # fmt: skip


def _families(record: Record) -> pl.LazyFrame:
    """Id of every row that stays, and its family of contradictions, if any."""
    rows = read_dataset(record.kept)
    known = "score_conflict" in rows.collect_schema().names()
    family = pl.col("score_conflict") if known else pl.lit(None, pl.String)
    return rows.select("id", family=family)


def _contradictions(record: Record, most: int) -> list[Candidate]:
    """A row of each family that stays, small families first: a large one is a prompt for many."""
    rows = read_dataset(record.kept)
    if "score_conflict" not in rows.collect_schema().names():
        return []
    held = rows.filter(pl.col("score_conflict").is_not_null())
    families = (
        held.group_by("score_conflict")
        .agg(pl.col("id").sort(), kind=pl.col("score_conflict_kind").first(), size=pl.len())
        .filter(pl.col("size") > 1)
        .sort(pl.col("kind") == "formats", "size", "score_conflict")
        .head(most).collect()
    )  # fmt: skip
    return [
        Candidate(f["id"][-1], "contradiction",
                  f"one of {f['size']} rows that ask the same; they differ in {f['kind']}",
                  f["id"][0])
        for f in families.iter_rows(named=True)
    ]  # fmt: skip


def _judged(record: Record, most: int) -> list[Candidate]:
    """Rows that scores could not settle, then those that the judge is least sure of."""
    rows = read_dataset(record.kept)
    names = rows.collect_schema().names()
    if "score_judge" not in names and "score_verdict" not in names:
        return []
    given: Any = record.parameters.get("score", {})
    bar, unsure = given.get("threshold", 0.5), given.get("unsure", 0.15)

    def column(name: str, kind: type[pl.DataType]) -> pl.Expr:
        return (pl.col(name) if name in names else pl.lit(None)).cast(kind).alias(name)

    lines = (
        rows.select("id", column("score_judge", pl.Float64), column("score_why", pl.String),
                    column("score_verdict", pl.String),
                    column("score_judge_disagreement", pl.Float64))
        .with_columns(review=(pl.col("score_verdict") == "review").fill_null(value=False),
                      near=(pl.col("score_judge") - bar).abs())
        .filter(pl.col("review") | (pl.col("score_judge_disagreement") > 0)
                | (pl.col("near") < unsure))
        .sort("review", "score_judge_disagreement", "near", "id",
              descending=[True, True, False, False], nulls_last=True)
        .head(most).collect()
    )  # fmt: skip
    return [
        Candidate(one["id"], "judge", _why_judged(one), None, one["score_judge"])
        for one in lines.iter_rows(named=True)
    ]


def _why_judged(one: dict[str, Any]) -> str:
    if one["review"]:
        return f"left for people: {str(one['score_why']).replace('_', ' ')}"
    if one["score_judge_disagreement"]:
        return f"scores of the judge differ by {one['score_judge_disagreement']:.2f}"
    return f"scored {one['score_judge']:.2f}, {one['near']:.2f} from the threshold"


def _kept_names(record: Record, most: int) -> list[Candidate]:
    """Rows in which the redaction left a name, the reasons taking turns."""
    kept = read_dataset(record.kept).select("id").collect()
    seen = record.names.filter(pl.col("why").is_in(TELLING)).unique()
    lines = seen.join(kept, on="id", how="semi").sort("id", "why")
    by_why = [lines.filter(why=why).head(most)["id"].to_list() for why in TELLING]
    turns = chain.from_iterable(zip_longest(*by_why))
    whys = dict(zip(lines["id"], lines["why"], strict=True))
    unique = [row for row in dict.fromkeys(turns) if row is not None][:most]
    return [Candidate(row, "kept_name", whys[row].replace("_", " ")) for row in unique]
