"""What a report says of scores: who decided, how scores lie, which rows are worst."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.base.text import conversation
from tasks.publish.evidence import READ, mask_and_cut
from tasks.publish.measures import MEASURES, TIERS, WHYS
from tasks.publish.plan import ReleasePlan

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]

BINS = 10
NO_HEAD = {
    "too_few_judged": "the judge scored too few rows to teach it",
    "low_agreement": "it agrees too little with the judge on prompts that did not teach it",
}
WORST = 3  # rows shown for a score


def quality(plan: ReleasePlan, mask: Mask) -> Facts:
    """Verdicts by tier, distributions and worst rows of all scores; empty where none was given.

    Args:
        plan: A finished run.
        mask: What hides personal data in the rows shown.
    """
    names = read_dataset(plan.kept).collect_schema().names()
    columns = [name for name in MEASURES if name in names]
    if not columns:
        return {}
    kept, dropped = _scored(plan, columns)
    before = pl.concat([kept, dropped])
    return {
        "tiers": _tiers(plan),
        "whys": _whys(plan),
        "heads": _heads(plan),
        "scores": [
            _distribution(name, before, kept)
            for name in columns
            if before[name].count() and not _is_flag(before[name])
        ],
        "flags": [_flag(name, before[name]) for name in columns if _is_flag(before[name])],
        "worst": _worst(plan, before, mask),
        "unscored": _unscored(before),
    }


def verdicts(plan: ReleasePlan) -> dict[str, int] | None:
    """Rows by verdict; None where there is no verdict."""
    result = plan.result("score.verdict")
    if result is None:
        return None
    tiers: Any = result.report.figures.get("tiers", {})
    counted: Counter[str] = Counter()
    for by_verdict in tiers.values():
        counted.update(by_verdict)
    return dict(sorted(counted.items()))


def answered(plan: ReleasePlan) -> tuple[int, int] | None:
    """Rows that the judge scored, of those that it was asked about; None where there is none."""
    result = plan.result("score.judge")
    if result is None:
        return None
    figures: Any = result.report.figures
    judged = figures.get("judged", 0)
    return judged, judged + sum(figures.get("unscored", {}).values())


def _scored(plan: ReleasePlan, columns: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Scores of the kept rows, and of those that left for their scores."""
    present = read_dataset(plan.kept).collect_schema().names()
    wanted = ["id", *(c for c in (*columns, "score_judge_reason") if c in present)]
    kept = read_dataset(plan.kept).select(wanted).collect()
    result = plan.result("score.drop")
    if result is None or not result.dropped.rows:
        return kept, kept.clear()
    return kept, read_dataset(result.dropped).select(wanted).collect()


def _tiers(plan: ReleasePlan) -> list[Facts]:
    """A line per tier: how many rows it decided and how, and what that cost."""
    result = plan.result("score.verdict")
    if result is None:
        return []
    decided: Any = result.report.figures.get("tiers", {})
    spent = {tier: [r for r in plan.results if r.report.stage in stages]
             for tier, (_, stages) in TIERS.items()}  # fmt: skip
    lines = []
    for tier, (what, _) in TIERS.items():
        costs = [r.report.cost for r in spent[tier] if r.report.cost]
        counts = decided.get(tier, {})
        if not counts and not spent[tier]:
            continue
        lines.append(
            {"tier": tier, "what": what, "rows": sum(counts.values()),
             **{v: counts.get(v, 0) for v in ("good", "poor", "review", "unscored")},
             "answers": sum(c.answers for c in costs),
             "tokens": sum(c.answer_tokens for c in costs),
             "money": round(sum(c.answer_money for c in costs), 6)}
        )  # fmt: skip
    return lines


def _whys(plan: ReleasePlan) -> list[Facts]:
    result, judged = plan.result("score.verdict"), plan.result("score.judge")
    counted: Any = result.report.figures.get("whys", {}) if result else {}
    told: Any = judged.report.figures.get("told", {}) if judged else {}
    return [
        {
            "why": why,
            "what": WHYS.get(why, why.replace("_", " ")),
            "rows": rows,
            "told": told.get(why, ""),
        }
        for why, rows in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    ]


def _heads(plan: ReleasePlan) -> list[str]:
    """What the head that the judge taught is worth, in a sentence."""
    result = plan.result("score.classifier")
    if result is None:
        return []
    figures: Any = result.report.figures
    why = NO_HEAD.get(figures.get("why_not"), "")
    if not figures.get("spearman"):
        return [f"There is no head on the encoder: {why}."]
    told = [
        f"{name} {value:.2f} ({low:.2f} to {high:.2f})"
        for name in ("spearman", "auc", "kappa")
        if None
        not in (value := figures[name][0], low := figures[name][1], high := figures[name][2])
    ]
    verdict = "It scores every row." if figures["usable"] else f"It scores none: {why}."
    return [
        f"The head was taught by {figures['judged']:,} judged rows and agrees with the judge, on "
        f"prompts that did not teach it, by {', '.join(told)}. {verdict}"
    ]


def _is_flag(values: pl.Series) -> bool:
    """Whether a score says yes or no and nothing between."""
    return values.dtype == pl.Int8


def _flag(name: str, values: pl.Series) -> Facts:
    """How many rows have a sign that is there or not."""
    measure, yes = MEASURES[name], int(values.sum())
    return {
        "name": name, "title": measure.title, "what": measure.what, "blind": measure.blind,
        "yes": yes, "no": values.count() - yes, "unscored": values.null_count(),
    }  # fmt: skip


def _distribution(name: str, before: pl.DataFrame, kept: pl.DataFrame) -> Facts:
    """How one score lies, over all rows that were scored and over those kept."""
    measure = MEASURES[name]
    values = before[name].cast(pl.Float64).drop_nans().drop_nulls()
    low, high = span(values)
    step = (high - low) / BINS
    edges = [low + step * i for i in range(1, BINS)]
    digits = 2 if step < 1 else 0
    bins = [
        f"{low + step * i:.{digits}f} to {low + step * (i + 1):.{digits}f}" for i in range(BINS)
    ]
    return {
        "name": name, "title": measure.title, "what": measure.what, "blind": measure.blind,
        "rows": len(values), "unscored": before.height - len(values),
        "median": values.median(), "mean": values.mean(),
        "bins": bins,
        "raw": _binned(values, edges),
        "kept": _binned(kept[name].cast(pl.Float64).drop_nans().drop_nulls(), edges),
    }  # fmt: skip


def span(values: pl.Series) -> tuple[float, float]:
    """0 to 1 if that holds all; else the 1st to the 99th percentile, what is beyond at the ends."""
    if values.is_empty() or (values.min() >= 0 and values.max() <= 1):  # type: ignore[operator]
        return 0.0, 1.0
    low, high = values.quantile(0.01) or 0.0, values.quantile(0.99) or 0.0
    return (low, high) if high > low else (low, low + 1)


def _binned(values: pl.Series, edges: list[float]) -> list[int]:
    places = values.cut(edges, labels=[str(i) for i in range(BINS)]).cast(pl.String)
    counted = dict(places.value_counts().iter_rows())
    return [int(counted.get(str(i), 0)) for i in range(BINS)]


def _worst(plan: ReleasePlan, before: pl.DataFrame, mask: Mask) -> list[Facts]:
    """For each score whose low end is bad, the few rows that have least of it."""
    found: list[Facts] = []
    for name, measure in MEASURES.items():
        if measure.worst == "none" or name not in before.columns:
            continue
        ordered = before.drop_nulls(name).sort(
            [name, "id"], descending=[measure.worst == "high", False]
        )
        few = ordered.select("id", pl.col(name).cast(pl.Float64)).head(WORST)
        found.append({"name": name, "title": measure.title, "rows": dict(few.iter_rows())})
    ids = {i for one in found for i in one["rows"]}
    texts = _texts(ids, plan)
    mask_and_cut(list(texts.values()), mask)
    for one in found:
        one["rows"] = [{**texts[i], "score": s} for i, s in one["rows"].items() if i in texts]
    return [one for one in found if one["rows"]]


def _texts(ids: set[str], plan: ReleasePlan) -> dict[str, Facts]:
    result = plan.result("score.drop")
    places = [plan.kept, *([result.dropped] if result and result.dropped.rows else [])]
    wanted = pl.col("id").is_in(sorted(ids))
    shown = ("id", "source", "source_row", conversation("\n\n").str.head(READ).alias("text"))
    rows = [read_dataset(p).filter(wanted).select(shown).collect() for p in places]
    return {line["id"]: line for line in pl.concat(rows).sort("id").iter_rows(named=True)}


def _unscored(before: pl.DataFrame) -> dict[str, int]:
    """Rows without the judge's score, by reason."""
    if "score_judge_reason" not in before.columns:
        return {}
    counted = before.drop_nulls("score_judge_reason")["score_judge_reason"].value_counts()
    return dict(counted.sort("score_judge_reason").iter_rows())
