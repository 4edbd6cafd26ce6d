"""The rows that a report shows: a few per reason, masked, beside what was decided on.

Text of rows that the redaction has passed is shown as it is released. All other text (records in
quarantine, rows dropped before the redaction) goes through the same engine, strictly, first, and
is cut only then: half a phone number is no pattern any more, but still personal.
"""

import re
from collections.abc import Callable
from typing import Any

import polars as pl

from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.report import StageResult
from tasks.base.text import conversation
from tasks.publish.plan import ReleasePlan

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]

SHOWN = 5  # rows per reason
CUT = 700  # characters of a row
READ = 4 * CUT  # characters that are masked, so that no value is cut before it is seen
REDACTION = "redact.pii"

_TAG = re.compile(r"<[A-Z][A-Z_]*_\d+>")


def examples(plan: ReleasePlan, mask: Mask) -> dict[str, list[Facts]]:
    """Up to five rows for every reason, as `stage/reason`; the same rows every time."""
    texts: dict[str, list[Facts]] = {}
    for line in _few(read_dataset(plan.quarantine), "reason").iter_rows(named=True):
        shown = {
            "id": line["id"], "source": line["source"], "source_row": line["source_row"],
            "line": line["line"], "text": line["raw"], "detail": line["detail"],
        }  # fmt: skip
        texts.setdefault(f"ingest/{line['reason']}", []).append(shown)
    for result in plan.results:
        if result.dropped.rows:
            _dropped(result, texts)
    _add_twins(texts, plan)
    raw = [e for key, es in texts.items() if _is_raw(key, plan) for e in es]
    mask_and_cut([*raw, *(e["twin"] for e in raw if e["twin"])], mask)
    clean = [e for key, es in texts.items() if not _is_raw(key, plan) for e in es]
    mask_and_cut([*clean, *(e["twin"] for e in clean if e["twin"])], list)
    return texts


def _is_raw(key: str, plan: ReleasePlan) -> bool:
    """Whether the rows behind this reason left before the redaction saw them."""
    order = [r.report.stage for r in plan.results]
    stage = key.split("/")[0]
    redacted_at = order.index(REDACTION) if REDACTION in order else len(order)
    return stage not in order or order.index(stage) < redacted_at


def _few(rows: pl.LazyFrame, by: str) -> pl.DataFrame:
    """The first rows of each reason by id, which is a hash and so as good as a draw."""
    return rows.sort("id").group_by(by, maintain_order=True).head(SHOWN).collect()


def _dropped(result: StageResult, texts: dict[str, list[Facts]]) -> None:
    rows = read_dataset(result.dropped).with_columns(text=conversation())
    for line in _few(rows, "drop_reason").iter_rows(named=True):
        shown = {
            "id": line["id"], "source": line["source"], "source_row": line["source_row"],
            "text": line["text"], "detail": line.get("drop_detail"),
            "score": line.get("drop_score"), "twin": line.get("drop_twin_of"),
        }  # fmt: skip
        texts.setdefault(f"{result.report.stage}/{line['drop_reason']}", []).append(shown)


def _add_twins(texts: dict[str, list[Facts]], plan: ReleasePlan) -> None:
    """Put the survivor's text beside its twin. A survivor may have left at a later stage."""
    wanted = {e["twin"] for es in texts.values() for e in es if e.get("twin")}
    found = text_of(wanted, plan)
    for shown in (e for es in texts.values() for e in es):
        twin = shown.get("twin")
        shown["twin"] = {"id": twin, "text": found.get(twin, "")} if twin else None


def text_of(ids: set[str], plan: ReleasePlan) -> dict[str, str]:
    """Conversations of these rows, wherever they ended."""
    places = [plan.kept, *(r.dropped for r in plan.results if r.dropped.rows)]
    found: dict[str, str] = {}
    for place in places:
        rows = read_dataset(place).filter(pl.col("id").is_in(list(ids)))
        found |= dict(rows.select("id", conversation()).collect().iter_rows())
    return found


def mask_and_cut(shown: list[Facts], mask: Mask, key: str = "text") -> None:
    """Mask the text under `key` of everything shown, and cut it to what a reader reads."""
    masked = mask([(e[key] or "")[:READ] for e in shown])
    for example, text in zip(shown, masked, strict=True):
        example[key] = text[:CUT]


def edits(plan: ReleasePlan, mask: Mask) -> list[Facts]:
    """What every edit stage changed, with a few rows before and after."""
    found: list[Facts] = []
    for before, result in zip(plan.stage_inputs, plan.results, strict=True):
        again = result.report.stage in {one["stage"] for one in found}
        if result.edits is None or (again and not result.report.edited):
            continue
        kinds = result.report.figures.get("kinds", {})
        found.append(
            {"stage": result.report.stage, "rows": result.report.edited, "kinds": kinds,
             "examples": _changes(before, result, mask)}
        )  # fmt: skip
    return found


def _changes(before: DatasetRef, result: StageResult, mask: Mask) -> list[Facts]:
    assert result.edits is not None
    ids = read_dataset(result.edits).select("id").sort("id").head(SHOWN).collect()["id"]
    if not len(ids):
        return []
    wanted = pl.col("id").is_in(ids.implode())
    columns = ("id", "source", conversation().alias("text"))
    one = read_dataset(before).filter(wanted).select(columns).collect()
    other = read_dataset(result.data).filter(wanted).select("id", after=conversation()).collect()
    pairs = one.join(other, on="id").sort("id").rows(named=True)
    around = [around_change(p["text"], p["after"], READ) for p in pairs]
    if result.report.stage == REDACTION:  # what was replaced is never shown
        around = [(_TAG.sub("█████", after), after) for _, after in around]
    masked = mask([text for pair in around for text in pair])
    shown = [around_change(masked[2 * i], masked[2 * i + 1], CUT) for i in range(len(pairs))]
    return [
        {"id": p["id"], "source": p["source"], "before": old, "after": new}
        for p, (old, new) in zip(pairs, shown, strict=True)
        if old != new  # what a mask hides as a whole cannot be shown
    ]


def around_change(before: str, after: str, size: int) -> tuple[str, str]:
    """Both texts cut to a window of `size` / 2 around the first change."""
    shorter = min(len(before), len(after))
    same = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    start = max(0, same - size // 4)
    lead = "…" if start else ""
    return lead + before[start : start + size // 2], lead + after[start : start + size // 2]
