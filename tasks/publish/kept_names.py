"""Sentences in which the policy left a name, by the reason why; the name itself is a block."""

import re
from collections.abc import Callable
from typing import Any

import polars as pl

from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.report import StageResult
from tasks.base.table import TEXT_COLUMNS
from tasks.publish.plan import ReleasePlan
from tasks.redact.fields import bodies
from tasks.redact.kept import WHYS, kept_places

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]

BLOCK = "█████"
SHOWN = 4  # sentences per reason
AROUND = 120  # characters on each side that are shown
READ = 4 * AROUND  # that are masked, so that no name is cut before it is seen
_PART = re.compile(r"[^\W\d_]{3,}")


def kept_names(plan: ReleasePlan, result: StageResult, mask: Mask) -> list[Facts]:
    """For each reason how many released rows hold a name that stays, and a few of their sentences.

    Args:
        plan: A finished run.
        result: That of the redaction; its evidence says where it saw a name and left it.
        mask: Hides every other name in what is shown.
    """
    seen = _seen(plan, result)
    sampled = plan.names.holding if plan.names else {}
    rows = dict(seen["why"].value_counts().iter_rows())
    drawn = [one._asdict() for one in plan.names.places] if plan.names else []
    # each where its places were taken, which an edit in between may have moved
    shown = _sentences(pl.DataFrame(drawn, schema=seen.schema), plan.kept, mask)
    shown = {**_sentences(seen, result.data, mask), **shown}
    return [
        {"why": why, "what": WHYS[why], "rows": rows.get(why, 0), "sampled": sampled.get(why, 0),
         "examples": [one for (at, _), one in shown.items() if at == why][:SHOWN]}
        for why in sorted({*rows, *sampled}, key=lambda why: (-sampled.get(why, 0), why))
    ]  # fmt: skip


def _seen(plan: ReleasePlan, result: StageResult) -> pl.DataFrame:
    """Where the redaction itself saw a name in a released row, and left it."""
    if result.evidence is None:
        return kept_places([], [])
    released = read_dataset(plan.kept).select("id")
    return read_dataset(result.evidence).join(released, on="id", how="semi").collect()


def _sentences(places: pl.DataFrame, data: DatasetRef, mask: Mask) -> dict[tuple[str, str], Facts]:
    """A few for each reason, by reason and row."""
    few = places.sort("id").group_by("why", maintain_order=True).head(SHOWN)
    wanted = pl.col("id").is_in(few["id"].unique().implode())
    texts = read_dataset(data).filter(wanted).select("id", "source", *TEXT_COLUMNS)
    rows = {row["id"]: row for row in texts.collect().iter_rows(named=True)}
    lines = few.rows(named=True)
    masked = mask([_blocked(rows[p["id"]], p["text"], p["start"], p["end"]) for p in lines])
    return {
        (p["why"], p["id"]): {"id": p["id"], "source": rows[p["id"]]["source"], "text": _cut(text)}
        for p, text in zip(lines, masked, strict=True)
    }


def _blocked(row: dict[str, Any], text: int, start: int, end: int) -> str:
    """The text around a name, with a block wherever the name or a part of it stands."""
    _, body = bodies(row)[text]
    parts = sorted({body[start:end], *_PART.findall(body[start:end])}, key=len, reverse=True)
    name = re.compile("|".join(rf"(?<!\w){re.escape(part)}(?!\w)" for part in parts), re.IGNORECASE)
    before, after = body[max(0, start - READ) : start], body[end : end + READ]
    # the place itself is doubled, to be found again after masking
    return name.sub(BLOCK, before) + 2 * BLOCK + name.sub(BLOCK, after)


def _cut(text: str) -> str:
    """A window around the place, ending between words."""
    at = text.find(2 * BLOCK)
    at = at if at >= 0 else text.find(BLOCK)
    before, after = text[:at], text[at + 2 * len(BLOCK) :]
    if len(before) > AROUND:
        before = "… " + before[-AROUND:].partition(" ")[2]
    if len(after) > AROUND:
        after = after[:AROUND].rpartition(" ")[0] + " …"
    return before + BLOCK + after
