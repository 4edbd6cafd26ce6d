"""Why a row that is in both runs is released by one of them alone.

The release that does not hold the row says which stage dropped it, for what reason and, for a copy,
for the sake of which row. What is looked for is what let the row pass in the other run.
"""

from typing import Any

import polars as pl

from tasks.compare.release import Released
from tasks.compare.settings import settings_of

CAUSES = {
    "stage_off": "the stage ran in this release alone",
    "survivor_absent": "the row that survives it is not in the other run",
    "survivor_swapped": "of the two the other survives",
    "survivor_dropped": "the row that survives it was dropped in the other run",
    "earlier_release": "an earlier release holds it",
    "edited": "its record was edited in the source",
    "settings": "settings of the stage differ",
    "text": "its text is another, for other stages edited it",
    "versions": "the releases were made by other versions",
    "rows": "no setting of the stage differs; what decided are the other rows of the set",
}
"""Cause -> what it means, of the release that dropped the row. The first that holds is given."""

RELEASED = "dedup.released"
BEFORE_REDACTION, REDACTION = "validate.rows", "redact.pii"


def causes(lines: pl.DataFrame, side: str, away: Released, differ: dict[str, Any]) -> pl.DataFrame:
    """Columns key and cause, for the lines of rows that `side` dropped and `away` kept.

    Args:
        lines: Of both releases.
        side: Which of them dropped the row, `before` or `after`.
        away: The release that kept it.
        differ: What else differs, see `tasks.compare.settings`.
    """
    other = "before" if side == "after" else "after"
    dropped = lines.filter(
        pl.col(f"fate_{other}") == "kept", pl.col(f"stage_{side}").is_not_null()
    ).select(
        "key", "edited", stage=f"stage_{side}", twin=f"twin_of_{side}", id=f"id_{other}",
        is_other_text=_edits("before", side).ne(_edits("after", side)),
    )  # fmt: skip
    survivors = lines.filter(pl.col(f"id_{side}").is_not_null()).select(
        twin=f"id_{side}", their_id=f"id_{other}", their_fate=f"fate_{other}",
        their_twin=f"twin_of_{other}",
    )  # fmt: skip
    known = dropped.join(survivors, on="twin", how="left", nulls_equal=False)
    set_otherwise = [s for s in known["stage"].unique() if settings_of(s, differ["parameters"])]
    return known.select("key", _cause(away, set_otherwise, bool(differ["versions"])))


def _edits(end: str, side: str) -> pl.Expr:
    """Stages that had edited a row when the stage saw it that drops it on `side`."""
    edits = pl.col(f"edits_{end}")
    is_early = pl.col(f"stage_{side}") == BEFORE_REDACTION
    seen = pl.when(is_early).then(edits.list.set_difference([REDACTION])).otherwise(edits)
    return seen.list.unique().list.sort()


def _cause(away: Released, set_otherwise: list[str], other_versions: bool) -> pl.Expr:
    stage, fate = pl.col("stage"), pl.col("their_fate")
    # quarantine is not switched off
    ran = stage.is_in(sorted(away.stages)) | (stage == "ingest")
    return (
        pl.when(~ran).then(pl.lit("stage_off"))
        .when(stage == RELEASED).then(pl.lit("earlier_release"))
        .when(fate.is_not_null() & pl.col("their_id").is_null()).then(pl.lit("survivor_absent"))
        .when(pl.col("their_twin") == pl.col("id")).then(pl.lit("survivor_swapped"))
        .when(fate.is_not_null() & (fate != "kept")).then(pl.lit("survivor_dropped"))
        .when("edited").then(pl.lit("edited"))
        .when(stage.is_in(set_otherwise)).then(pl.lit("settings"))
        .when("is_other_text").then(pl.lit("text"))
        .when(pl.lit(other_versions)).then(pl.lit("versions"))
        .otherwise(pl.lit("rows"))
        .alias("cause")
    )  # fmt: skip
