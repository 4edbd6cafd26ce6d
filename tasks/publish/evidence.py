"""The rows that a report shows: a few per reason, masked, beside what was decided on.

Text of rows that the redaction has passed is shown as it is released. All other text (records in
quarantine, rows dropped before the redaction) goes through the same engine, strictly, first.
"""

import re
from collections.abc import Callable
from typing import Any

import polars as pl

from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.report import StageResult
from tasks.base.text import answer, conversation, prompt
from tasks.publish.plan import ReleasePlan

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]

SHOWN = 5  # rows per reason
CUT = 700  # characters of a row
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
    _mask_all([e for key, es in texts.items() if _is_raw(key, plan) for e in es], mask)
    for shown in (e for es in texts.values() for e in es):
        shown["text"] = (shown["text"] or "")[:CUT]
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
        shown["twin"] = {"id": twin, "text": found.get(twin, "")[:CUT]} if twin else None


def text_of(ids: set[str], plan: ReleasePlan) -> dict[str, str]:
    """Conversations of these rows, wherever they ended."""
    places = [plan.kept, *(r.dropped for r in plan.results if r.dropped.rows)]
    found: dict[str, str] = {}
    for place in places:
        rows = read_dataset(place).filter(pl.col("id").is_in(list(ids)))
        found |= dict(rows.select("id", conversation()).collect().iter_rows())
    return found


def _mask_all(shown: list[Facts], mask: Mask) -> None:
    masked = mask([(e["text"] or "")[:CUT] for e in shown])
    for example, text in zip(shown, masked, strict=True):
        example["text"] = text


def edits(plan: ReleasePlan, mask: Mask) -> list[Facts]:
    """What every edit stage changed, with a few rows before and after."""
    found = []
    for before, result in zip(plan.stage_inputs, plan.results, strict=True):
        if result.edits is None:
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
    cut = [_around_change(p["text"], p["after"]) for p in pairs]
    if result.report.stage == REDACTION:  # what was replaced is never shown
        cut = [(_TAG.sub("█████", after), after) for _, after in cut]
    masked = mask([text for pair in cut for text in pair])
    return [
        {"id": p["id"], "source": p["source"], "before": masked[2 * i], "after": masked[2 * i + 1]}
        for i, p in enumerate(pairs)
    ]


def _around_change(before: str, after: str) -> tuple[str, str]:
    """Both texts cut to a window around the first change."""
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, same - CUT // 4)
    lead = "…" if start else ""
    return lead + before[start : start + CUT // 2], lead + after[start : start + CUT // 2]


def duplicates(plan: ReleasePlan) -> Facts:
    """Families, similarities and the pairs nearest to the decision."""
    near, exact = plan.result("dedup.near"), plan.result("dedup.exact")
    dropped = [read_dataset(r.dropped) for r in (exact, near) if r is not None and r.dropped.rows]
    if near is None or near.evidence is None or not dropped:
        return {}
    twins = pl.concat([d.select(twin="drop_twin_of") for d in dropped]).collect()["twin"]
    sizes = twins.value_counts(name="rows").with_columns(size=pl.col("rows") + 1)
    biggest = sizes.sort("size", "twin", descending=[True, False]).head(SHOWN)
    pairs = read_dataset(near.evidence).collect()
    named = text_of({*biggest["twin"]}, plan)
    return {
        "families": dict(sizes["size"].value_counts().sort("size").iter_rows()),
        "biggest": [
            {"size": size, "survivor": id, "text": named.get(id, "")[:CUT]}
            for id, size in biggest.select("twin", "size").iter_rows()
        ],
        "similarity": _similarity(pairs),
        "threshold": _threshold(plan),
        "at": _at(near),
        "nearest": _nearest(pairs, plan),
    }


def _threshold(plan: ReleasePlan) -> float | None:
    dedup: Any = plan.parameters.get("dedup", {})
    threshold: float | None = dedup.get("near", {}).get("threshold")
    return threshold


def _similarity(pairs: pl.DataFrame) -> list[Facts]:
    edges = [i / 20 for i in range(4, 21)]
    return [
        {"from": low, "to": high, "pairs": n}
        for low, high in zip(edges[:-1], edges[1:], strict=True)
        if (
            n := pairs.filter(
                pl.col("jaccard").ge(low), pl.col("jaccard").lt(high + (high == 1))
            ).height
        )
    ]


def _at(near: StageResult) -> list[Facts]:
    """Rows that would go at other thresholds, the guard's verdict being what it is."""
    score = read_dataset(near.dropped).select("drop_score").collect()["drop_score"]
    return [{"threshold": t, "rows": int((score >= t).sum())} for t in (0.5, 0.6, 0.7, 0.8, 0.9)]


def _nearest(pairs: pl.DataFrame, plan: ReleasePlan) -> list[Facts]:
    """Twins that are least alike, and the most alike that are none: where a rule would err first."""
    is_twin = pl.col("verdict") == "same"
    shown = pl.concat(
        [
            pairs.filter(is_twin).sort("jaccard", "a", "b").head(SHOWN),
            pairs.filter(~is_twin)
            .sort("jaccard", "a", "b", descending=[True, False, False])
            .head(SHOWN),
        ]
    )
    texts = text_of({*shown["a"], *shown["b"]}, plan)
    return [
        {"a": p["a"], "b": p["b"], "a_text": texts.get(p["a"], "")[:CUT],
         "b_text": texts.get(p["b"], "")[:CUT], "score": p["jaccard"], "verdict": p["verdict"]}
        for p in shown.iter_rows(named=True)
    ]  # fmt: skip


def contradictions(plan: ReleasePlan) -> Facts:
    """Families of rows that ask the same and answer differently; all of them are still there."""
    result = plan.result("dedup.conflict")
    if result is None:
        return {}
    rows = read_dataset(result.data).filter(pl.col("score_conflict").is_not_null())
    listed = rows.select(
        "id", "source", "score_conflict", asked=prompt(), told=answer()
    ).sort("score_conflict", "id").collect()  # fmt: skip
    shown = []
    for (_,), family in list(listed.group_by("score_conflict", maintain_order=True))[: 2 * SHOWN]:
        answers = [
            {"id": id, "source": source, "text": told[:CUT]}
            for id, source, told in family.select("id", "source", "told").head(4).iter_rows()
        ]
        shown.append({"prompt": family["asked"][0][:CUT], "answers": answers})
    return {**result.report.figures, "examples": shown}
