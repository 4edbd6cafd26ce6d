"""The repeats and contradictions that a report shows, and the pairs nearest to the decision."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.base.report import StageResult
from tasks.base.text import answer, prompt
from tasks.dedup.whatif import PAIRS
from tasks.publish.evidence import SHOWN, Facts, Mask, mask_and_cut, text_of
from tasks.publish.plan import ReleasePlan


def duplicates(plan: ReleasePlan, mask: Mask) -> Facts:
    """Families, similarities and the pairs nearest to the decision."""
    near, exact = plan.result("dedup.near"), plan.result("dedup.exact")
    meaning = plan.result("dedup.semantic")
    ran = [r for r in (exact, near, meaning) if r is not None]
    dropped = [read_dataset(r.dropped) for r in ran if r.dropped.rows]
    if not dropped:
        return {}
    twins = pl.concat([d.select(twin="drop_twin_of") for d in dropped]).collect()["twin"]
    sizes = twins.value_counts(name="rows").with_columns(size=pl.col("rows") + 1)
    biggest = sizes.sort("size", "twin", descending=[True, False]).head(SHOWN)
    named = text_of({*biggest["twin"]}, plan)
    largest = [
        {"size": size, "survivor": survivor, "text": named.get(survivor, "")}
        for survivor, size in biggest.select("twin", "size").iter_rows()
    ]
    mask_and_cut(largest, mask)
    families = dict(sizes["size"].value_counts().sort("size").iter_rows())
    facts: Facts = {"families": families, "biggest": largest}
    if meaning is not None and meaning.evidence is not None:
        facts["meaning"] = _meaning_facts(meaning, plan, mask)
    return facts if near is None else facts | _near_facts(near, plan, mask)


def _meaning_facts(meaning: StageResult, plan: ReleasePlan, mask: Mask) -> Facts:
    """What the search by vectors saw."""
    assert meaning.evidence is not None
    pairs = read_dataset(meaning.evidence).collect()
    verdicts = pairs["verdict"].value_counts().sort("count", "verdict", descending=[True, False])
    lesser = pl.min_horizontal("prompt_cosine", "answer_cosine").alias("score")
    return {
        **meaning.report.figures,
        "verdicts": dict(verdicts.iter_rows()),
        "nearest": _nearest(pairs.with_columns(lesser), plan, mask),
    }


def _near_facts(near: StageResult, plan: ReleasePlan, mask: Mask) -> Facts:
    """What the join over shingles saw."""
    assert near.evidence is not None
    pairs = read_dataset(near.evidence).collect()
    return {
        "similarity": _similarity(pairs),
        "threshold": _threshold(plan),
        "at": near.report.figures["at"],
        "nearest": _nearest(pairs.rename({"jaccard": "score"}), plan, mask),
    }


def _threshold(plan: ReleasePlan) -> float | None:
    dedup: Any = plan.parameters.get("dedup", {})
    threshold: float | None = dedup.get("near", {}).get("threshold")
    return threshold


def _similarity(pairs: pl.DataFrame) -> list[Facts]:
    edges = [i / 20 for i in range(4, 21)]
    return [
        {"from": low, "to": high, "pairs": n}
        for low, high in pairwise(edges)
        if (
            n := pairs.filter(
                pl.col("jaccard").ge(low), pl.col("jaccard").lt(high + (high == 1))
            ).height
        )
    ]


def _nearest(pairs: pl.DataFrame, plan: ReleasePlan, mask: Mask) -> list[Facts]:
    """Twins least alike, and the most alike that are none: where a rule would err first."""
    is_twin, by = pl.col("verdict") == "same", ("score", "a", "b")
    shown = pl.concat(
        [
            pairs.filter(is_twin).bottom_k(SHOWN, by=by).sort(by),
            pairs.filter(~is_twin)
            .bottom_k(SHOWN, by=by, reverse=[True, False, False])
            .sort(by, descending=[True, False, False]),
        ]
    )
    texts = text_of({*shown["a"], *shown["b"]}, plan)
    nearest = [
        {"a": p["a"], "b": p["b"], "a_text": texts.get(p["a"], ""),
         "b_text": texts.get(p["b"], ""), "score": p["score"], "verdict": p["verdict"]}
        for p in shown.iter_rows(named=True)
    ]  # fmt: skip
    mask_and_cut(nearest, mask, "a_text")
    mask_and_cut(nearest, mask, "b_text")
    return nearest


def similar(results: Sequence[StageResult]) -> pl.DataFrame:
    """Every pair of similar rows that a stage saw (`tasks.dedup.whatif.PAIRS`)."""
    found = [pl.DataFrame(schema=PAIRS)]
    for result in results:
        stage = result.report.stage
        if stage not in ("dedup.near", "dedup.semantic") or result.evidence is None:
            continue
        pairs = read_dataset(result.evidence)
        if stage == "dedup.near":
            pairs = pairs.rename({"jaccard": "score"})
        else:
            lesser = pl.min_horizontal("prompt_cosine", "answer_cosine")
            pairs = pairs.with_columns(score=lesser, by=pl.lit("meaning"), ratio=None)
        named = pairs.with_columns(stage=pl.lit(stage))
        found.append(named.select(pl.col(n).cast(kind) for n, kind in PAIRS.items()).collect())
    return pl.concat(found).sort("stage", "a", "b")


def contradictions(plan: ReleasePlan, mask: Mask) -> Facts:
    """Families of rows that ask the same and answer differently, and how many rows left for it."""
    result = plan.result("dedup.conflict")
    if result is None:
        return {}
    rows = read_dataset(result.data)
    families = rows.select(pl.col("score_conflict").drop_nulls().unique().bottom_k(2 * SHOWN))
    listed = rows.filter(
        pl.col("score_conflict").is_in(families.collect().to_series().implode())
    ).select(
        "id", "source", "score_conflict", asked=prompt(), told=answer()
    ).sort("score_conflict", "id").collect()  # fmt: skip
    shown = []
    for _, family in listed.group_by("score_conflict", maintain_order=True):
        answers = [
            {"id": line["id"], "source": line["source"], "text": line["told"]}
            for line in family.head(4).iter_rows(named=True)
        ]
        mask_and_cut(answers, mask)
        shown.append({"prompt": family["asked"][0], "answers": answers})
    mask_and_cut(shown, mask, "prompt")
    settled = plan.result("dedup.settle")
    left = settled.dropped.rows if settled else 0
    return {**result.report.figures, "left": left, "examples": shown}


def core_set(plan: ReleasePlan) -> Facts:
    """How near rows had to be to go from a core set, and what became of those that went."""
    result = plan.result("dedup.core")
    return {} if result is None else {**result.report.figures}


def released(plan: ReleasePlan) -> Facts:
    """How many rows earlier releases hold."""
    result = plan.result("dedup.released")
    if result is None or not result.report.figures:  # the first of all
        return {}
    return {**result.report.figures, "left": result.dropped.rows}
