"""Rows for people to look at, with what is thought of them so far.

They are a draw of the made ones, and contradictions that were sent to people.
"""

from typing import Any

import polars as pl

from tasks.augment.recipe import recipe_field
from tasks.base.draw import draw

COLUMNS = (
    "id", "parent", "origin", "made_by", "prompt", "answer", "family", "pre_label", "label"
)  # fmt: skip
SHARE, FEWEST, MOST = 0.05, 5, 200


def review(rows: pl.DataFrame, sent: pl.DataFrame | None = None, seed: int = 0) -> pl.DataFrame:
    """A few of the made rows among `rows`, by a hash of their ids, from each source its share.

    Args:
        rows: Released rows.
        sent: Rows that contradict each other (`score_conflict`) and left for that; all are shown.
        seed: Of the draw.

    Returns:
        Columns id, parent, origin, made_by, prompt, answer, family (of contradictions, else null),
        pre_label (good, poor or review, where the run scored rows; else unchecked; contradiction)
        and label, which is empty and for people to fill in.
    """
    made = rows.filter(pl.col("origin") != "human")
    wanted = min(MOST, max(FEWEST, round(SHARE * made.height)), made.height)
    ids = draw(made.select("id", "source"), wanted, seed) if wanted else made["id"]
    has_verdict = "score_verdict" in rows.columns
    looked_at = made.filter(pl.col("id").is_in(ids.implode())).with_columns(
        made_by=recipe_field("operator").fill_null("")
    )
    verdict = pl.col("score_verdict") if has_verdict else pl.lit("unchecked")
    shown = looked_at.sort("id").with_columns(family=pl.lit(None, pl.String), pre_label=verdict)
    lines = [_line(one) for one in shown.iter_rows(named=True)]
    if sent is not None:
        contradictions = sent.sort("score_conflict", "id").with_columns(
            made_by=recipe_field("operator").fill_null(""), family="score_conflict",
            pre_label=pl.lit("contradiction"),
        )  # fmt: skip
        lines += [_line(one) for one in contradictions.iter_rows(named=True)]
    return pl.DataFrame(lines, schema=dict.fromkeys(COLUMNS, pl.String))


def _line(one: dict[str, Any]) -> dict[str, Any]:
    asked = "\n".join(t["content"] for t in one["messages"] if t["role"] == "user")
    told = one["messages"][-1]["content"] if one["messages"] else ""
    known = {"prompt": asked, "answer": told, "label": None}
    return {name: known[name] if name in known else one[name] for name in COLUMNS}
