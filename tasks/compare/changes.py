"""Rows that both releases hold and that are not what they were: other text, or another side."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from tasks.compare.fates import NO_SIDE
from tasks.compare.settings import settings_of, told

Facts = dict[str, Any]

IN_SOURCE = "edited in the source"
UNKNOWN = "by no stage: was a folder changed after its run?"
SPLIT = "select.split"
REFILLED = "sides are filled by family and source, and the set has other rows"


def released(lines: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Lines of the rows that either release holds, with what was measured on both sides.

    Args:
        lines: Of both releases.
        before: What was measured on the earlier release (`tasks.compare.measures.measured`).
        after: The same of the later one.

    Returns:
        Lines with `<column>_before` and `<column>_after`; `fate` (stayed, changed, lost, gained),
        `by` (what changed the text, see `changed_by`) and `is_other_field`: the text is the same,
        and what no model sees is not.
    """
    held = lines.filter(pl.col("went") != "never")
    for end, rows in (("before", before), ("after", after)):
        new = rows.select(
            pl.exclude("source", "origin").name.suffix(f"_{end}")
        )  # ledgers have them
        held = held.join(new, on=f"id_{end}", how="left", maintain_order="left")
    stays = pl.col("went") == "stayed"
    is_other = stays & (pl.col("text_before") != pl.col("text_after"))
    fate = pl.when(is_other).then(pl.lit("changed")).otherwise("went")
    is_other_field = stays & ~is_other & (pl.col("fields_before") != pl.col("fields_after"))
    found = held.with_columns(fate=fate, is_other_field=is_other_field)
    changed = found.filter(fate="changed").select("edited", "edits_before", "edits_after").unique()
    named = changed.with_columns(by=pl.Series([changed_by(*c) for c in changed.iter_rows()],
                                              dtype=pl.String))  # fmt: skip
    how = ("edited", "edits_before", "edits_after")
    with_by = found.join(named, on=how, how="left", maintain_order="left", nulls_equal=True)
    return with_by.with_columns(by=pl.when(fate="changed").then("by"))


def changed_by(edited: bool, before: Sequence[str], after: Sequence[str]) -> str:
    """What made the text of a row another.

    Args:
        edited: Whether its record was edited in the source.
        before: Stages that edited it in the earlier release.
        after: In the later one.
    """
    if edited:
        return IN_SOURCE
    now = [f"{stage} only now" for stage in after if stage not in before]
    once = [f"{stage} only before" for stage in before if stage not in after]
    if now or once:
        return "; ".join(dict.fromkeys([*now, *once]))
    # the stages are the same, so it was one of them
    both = list(dict.fromkeys(after))
    return f"{' or '.join(both)} with another result" if both else UNKNOWN


def changed(rows: pl.DataFrame, parameters: list[Facts]) -> list[Facts]:
    """Rows with another text by what changed it: by, told, rows; the most first.

    Args:
        rows: See `released`.
        parameters: Those that differ.
    """
    counted = rows.filter(fate="changed").group_by("by").agg(
        pl.len(), pl.col("edits_before").first(), pl.col("edits_after").first()
    )  # fmt: skip
    found = []
    for by, n, one, other in counted.sort("len", "by", descending=[True, False]).iter_rows():
        stages = [] if by == IN_SOURCE else dict.fromkeys([*one, *other])
        differing = [p for stage in stages for p in settings_of(stage, parameters)]
        found.append({"by": by, "told": told(differing), "rows": n})
    return found


def moved(rows: pl.DataFrame, parameters: list[Facts]) -> list[Facts]:
    """Rows of both releases that are on another side of the split: from, to, told, rows."""
    sides = [pl.col(f"split_{end}").fill_null(NO_SIDE) for end in ("before", "after")]
    both = rows.filter(went="stayed").select(before=sides[0], after=sides[1])
    counted = both.filter(pl.col("before") != pl.col("after")).group_by("before", "after").len()
    why = told(settings_of(SPLIT, parameters)) or REFILLED
    return [
        {"from": one, "to": other, "told": why, "rows": n}
        for one, other, n in counted.sort("len", "before", "after", descending=[True, False, False])
        .iter_rows()
    ]  # fmt: skip


def trained_before(rows: pl.DataFrame) -> Facts:
    """Rows of validation and test that the earlier release has in train."""
    held_out = rows.filter(pl.col("split_after").is_in(["validation", "test"]))
    return {
        "held_out": held_out.height,
        "rows": held_out.filter(split_before="train").height,
    }  # fmt: skip
