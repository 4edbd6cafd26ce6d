"""Sentences in which the policy left a name, by the reason why; the name itself is a block."""

import re
from collections.abc import Callable
from typing import Any

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.base.report import StageResult
from tasks.base.table import TEXT_COLUMNS
from tasks.publish.plan import ReleasePlan
from tasks.redact.fields import texts_of
from tasks.redact.kept import WHYS

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]

BLOCK = "█████"
SHOWN = 4  # sentences per reason
AROUND = 120  # characters on each side that are shown
READ = 4 * AROUND  # that are masked, so that no name is cut before it is seen
_PART = re.compile(r"[^\W\d_]{3,}")


def kept_names(plan: ReleasePlan, result: StageResult, mask: Mask) -> list[Facts]:
    """For each reason how many released rows it left a name in, and a few of their sentences.

    Args:
        plan: A finished run.
        result: That of the redaction; its evidence says where names were kept.
        mask: Hides every other name in what is shown.
    """
    if result.evidence is None or not result.evidence.rows:
        return []
    released = read_dataset(plan.kept).select("id")
    places = read_dataset(result.evidence).join(released, on="id", how="semi").collect()
    rows = dict(places["why"].value_counts().iter_rows())
    few = places.sort("id").group_by("why", maintain_order=True).head(SHOWN)
    shown = _sentences(few, result, mask)
    return [
        {"why": why, "what": WHYS[why], "rows": rows[why],
         "examples": [one for at, one in shown if at == why]}
        for why in sorted(rows, key=lambda why: (-rows[why], why))
    ]  # fmt: skip


def _sentences(places: pl.DataFrame, result: StageResult, mask: Mask) -> list[tuple[str, Facts]]:
    wanted = pl.col("id").is_in(places["id"].unique().implode())
    texts = read_dataset(result.data).filter(wanted).select("id", "source", *TEXT_COLUMNS)
    rows = {row["id"]: row for row in texts.collect().iter_rows(named=True)}
    lines = places.rows(named=True)
    blocked = [_blocked(rows[p["id"]], p["text"], p["start"], p["end"]) for p in lines]
    masked = mask(blocked)
    return [
        (p["why"], {"id": p["id"], "source": rows[p["id"]]["source"], "text": _cut(text)})
        for p, text in zip(lines, masked, strict=True)
    ]


def _blocked(row: dict[str, Any], text: int, start: int, end: int) -> str:
    """The text around a name, with a block wherever the name or a part of it stands."""
    piece = texts_of(row)[text]
    body = f"{piece.label}: {piece.text}" if piece.label else piece.text
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
