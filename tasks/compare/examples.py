"""Rows that came, went and changed, a few for each reason, without personal data.

Every text is masked strictly, though it was released: a release may hold what the other redacted,
and side by side the one would say what the other hides. For the same reason the words of a changed
row that face a tag, and all words in which a redacted row differs, are shown as blocks.
"""

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

import polars as pl

from tasks.base.text import conversation
from tasks.compare.absence import ABSENT
from tasks.compare.changes import IN_SOURCE
from tasks.compare.fates import NO_SIDE
from tasks.compare.lines import SIDES as ENDS
from tasks.compare.release import Released
from tasks.publish.evidence import CUT, READ, around_change
from tasks.publish.fate import fate

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]

BLOCK = "█████"
REDACTION = "redact.pii"
_TAG = re.compile(r"<[A-Z][A-Z_]*_\w+>")
_PIECES = re.compile(r"<[A-Z][A-Z_]*_\w+>|\s+|\w+|[^\w\s]")


def examples(
    rows: pl.DataFrame, before: Released, after: Released, most: int, mask: Mask
) -> dict[str, list[Facts]]:
    """Up to `most` rows for every reason: `lost/…`, `gained/…`, `changed/…`; the same every time.

    Args:
        rows: See `tasks.compare.changes.released`.
        before: The earlier release.
        after: The later one.
        most: Rows for each reason; 0: none.
        mask: What hides personal data.

    Returns:
        Key of the reason -> rows with `id`, `source`, `before` and `after` (what became of it in
        each release) and `text`, or for changed rows `texts`, both of them.
    """
    if not most:
        return {}
    chosen = _chosen(rows, most)
    texts = [_texts(one, chosen[f"id_{end}"]) for one, end in ((before, ENDS[0]), (after, ENDS[1]))]
    fates = [_fates(one, chosen, end) for one, end in ((before, ENDS[0]), (after, ENDS[1]))]
    found: dict[str, list[Facts]] = {}
    for row in chosen.iter_rows(named=True):
        own = [text.get(row[f"id_{end}"], "") for text, end in zip(texts, ENDS, strict=True)]
        is_changed = row["fate"] == "changed"
        last = "after" if row["id_after"] else "before"
        shown = {
            "id": row[f"id_{last}"], "was": row["id_before"], "is_changed": is_changed,
            "source": row[f"source_{last}"], "source_row": row[f"source_row_{last}"],
            "before": fates[0][row["key"]], "after": fates[1][row["key"]],
            "texts": _hidden(own[0], own[1], row["by"]) if is_changed else [own[0] or own[1]],
        }  # fmt: skip
        found.setdefault(row["shown_as"], []).append(shown)
    _mask([one for some in found.values() for one in some], mask)
    return found


def _chosen(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """The first rows of each reason by id, which is a hash and so as good as a draw."""
    is_moved = pl.col("split_before").ne_missing(pl.col("split_after"))
    moves = rows.filter(is_moved, went="stayed").with_columns(
        shown_as=pl.format("moved/{}/{}", *(pl.col(f"split_{e}").fill_null(NO_SIDE) for e in ENDS))
    )
    others = rows.filter(pl.col("fate") != "stayed").with_columns(
        shown_as=pl.when(fate="changed").then(pl.format("changed/{}", "by")).otherwise("reason_key")
    )
    every = pl.concat([others, moves]).sort("key")
    return every.group_by("shown_as", maintain_order=True).head(most)


def _texts(release: Released, ids: pl.Series) -> dict[str, str]:
    rows = release.rows.filter(pl.col("id").is_in(ids.drop_nulls().unique().implode()))
    return dict(rows.select("id", conversation("\n\n")).collect().iter_rows())


def _fates(release: Released, chosen: pl.DataFrame, end: str) -> dict[str, str]:
    """What `finery explain` says of the row's fate in one release, by key."""
    wanted = chosen.select("key", f"absent_{end}", id=f"id_{end}").unique()
    lines = wanted.join(release.ledger, on="id", how="left")
    return {line["key"]: _fate(line, line[f"absent_{end}"]) for line in lines.iter_rows(named=True)}


def _fate(line: Facts, absent: str | None) -> str:
    if absent is not None:
        return f"not in this run: {ABSENT[absent]}"
    twin = f"; its survivor is {line['twin_of']}" if line["twin_of"] else ""
    edits = f"; text changed by {', '.join(line['edits'])}" if line["edits"] else ""
    return fate(line) + twin + edits


def _hidden(one: str, other: str, by: str) -> list[str]:
    """Both texts around their first difference, and blocks for what one may have redacted."""
    windows = around_change(one, other, READ)
    pieces = [_PIECES.findall(window) for window in windows]
    shown: list[list[str]] = [[], []]
    matcher = SequenceMatcher(None, pieces[0], pieces[1], autojunk=False)
    for how, *places in matcher.get_opcodes():
        parts = [pieces[0][places[0] : places[1]], pieces[1][places[2] : places[3]]]
        has_tag = any(_TAG.fullmatch(piece) for part in parts for piece in part)
        hide = how != "equal" and (has_tag or (by != IN_SOURCE and REDACTION in by))
        for side, part in zip(shown, parts, strict=True):
            side += _blocked(part) if hide else part
    return ["".join(side) for side in shown]


def _blocked(part: list[str]) -> list[str]:
    """Tags stay; each run of anything else is one block."""
    found: list[str] = []
    for piece in part:
        if _TAG.fullmatch(piece) or not piece.strip():
            found.append(piece)
        elif not found or found[-1] != BLOCK:
            found.append(BLOCK)
    return found


def _mask(shown: list[Facts], mask: Mask) -> None:
    """Mask what is shown, all texts at once, and cut it to what a reader reads."""
    masked = iter(mask([text[:READ] for one in shown for text in one["texts"]]))
    for one in shown:
        texts = [next(masked) for _ in one["texts"]]
        one["texts"] = (
            list(around_change(texts[0], texts[1], 2 * CUT))
            if one["is_changed"]
            else [texts[0][:CUT]]
        )
