"""A draw of the made rows for people to look at, with what is thought of them so far."""

import polars as pl

from tasks.augment.recipe import recipe_field
from tasks.base.draw import draw

SHARE, FEWEST, MOST = 0.05, 5, 200


def review(rows: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """A few of the made rows among `rows`, by a hash of their ids, from each source its share.

    Args:
        rows: Released rows.
        seed: Of the draw.

    Returns:
        Columns id, parent, origin, made_by, prompt, answer, pre_label (good, poor or review, where
        the run scored rows; else unchecked) and label, which is empty and for people to fill in.
    """
    made = rows.filter(pl.col("origin") != "human")
    wanted = min(MOST, max(FEWEST, round(SHARE * made.height)), made.height)
    ids = draw(made.select("id", "source"), wanted, seed) if wanted else made["id"]
    has_verdict = "score_verdict" in rows.columns
    looked_at = made.filter(pl.col("id").is_in(ids.implode())).with_columns(
        made_by=recipe_field("operator").fill_null("")
    )
    lines = [
        {"id": one["id"], "parent": one["parent"], "origin": one["origin"],
         "made_by": one["made_by"],
         "prompt": "\n".join(t["content"] for t in one["messages"] if t["role"] == "user"),
         "answer": one["messages"][-1]["content"] if one["messages"] else "",
         "pre_label": one["score_verdict"] if has_verdict else "unchecked", "label": None}
        for one in looked_at.sort("id").iter_rows(named=True)
    ]  # fmt: skip
    schema = dict.fromkeys(
        ("id", "parent", "origin", "made_by", "prompt", "answer", "pre_label", "label"), pl.String
    )
    return pl.DataFrame(lines, schema=schema)
