"""Say of every row whether it is good, poor, for people to look at, or not known, and who says so.

Tiers are asked from the cheapest to the dearest, and the first that knows decides: rules, cheap
scores, the encoder's head, the judge. Rules and cheap scores can only find fault: an answer in the
right language that belongs to its prompt may still be wrong. Head and judge decide only when the
judge has passed its exam (`tasks.score.calibration`) or the run forces them; the head moreover only
where it was found to agree with the judge. People are asked where judges differ, where a trusted
judge contradicts a cheaper tier, and where a row speaks to its grader.

What no tier decides is `unscored`, with the reason. It is never good by default.
"""

from functools import partial
from typing import NamedTuple

import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.score.bar import Bar
from tasks.score.faults import TIERS

BAR = Bar()


class VerdictParams(StageParams):
    """When cheap scores find fault, and when people decide."""

    mismatch: float = Field(
        default=0.7, ge=0, le=1, title="Mismatch",
        description="An answer is taken for another prompt's from this probability on.",
    )  # fmt: skip
    disagreement: float = Field(
        default=0.4, ge=0, le=1, title="Disagreement",
        description="People decide where judges are further apart than this.",
    )  # fmt: skip


class _Finding(NamedTuple):
    """One way to decide: needs its columns, and holds where the expression does."""

    tier: str
    verdict: str
    why: str
    columns: tuple[str, ...]
    holds: pl.Expr


def _faults(params: VerdictParams) -> list[_Finding]:
    """What rules and cheap scores find, cheapest first."""

    def is_set(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.Float64) > 0

    return [
        _Finding("rules", "poor", "empty_answer", ("score_empty",), is_set("score_empty")),
        _Finding("rules", "poor", "echoed_prompt", ("score_echo",), is_set("score_echo")),
        _Finding("rules", "poor", "refusal", ("score_refusal",), is_set("score_refusal")),
        _Finding(
            "rules", "poor", "broken_format", ("score_format_valid",),
            pl.col("score_format_valid").cast(pl.Float64) == 0,
        ),
        _Finding(
            "cheap", "poor", "language_mismatch", ("score_language_match",),
            pl.col("score_language_match").cast(pl.Float64) == 0,
        ),
        _Finding(
            "cheap", "poor", "mismatched_answer", ("score_mismatch",),
            pl.col("score_mismatch") >= params.mismatch,
        ),
    ]  # fmt: skip


def _beliefs(params: VerdictParams, bar: Bar) -> list[_Finding]:
    """What a trusted head and judge find; the judge goes first where it was asked."""
    judged, headed = pl.col("score_judge"), pl.col("score_classifier")
    far = bar.distance(headed) >= bar.unsure
    return [
        _Finding("people", "review", "judges_differ", ("score_judge_disagreement",),
                 pl.col("score_judge_disagreement") > params.disagreement),
        _Finding("judge", "poor", "low_judge_score", ("score_judge",), judged < bar.threshold),
        _Finding("judge", "good", "", ("score_judge",), judged >= bar.threshold),
        _Finding("encoder", "poor", "low_quality", ("score_classifier",),
                 far & (headed < bar.threshold)),
        _Finding("encoder", "good", "", ("score_classifier",), far & (headed >= bar.threshold)),
    ]  # fmt: skip


def _decide(names: list[str], params: VerdictParams, bar: Bar, trusted: bool) -> list[_Finding]:
    """Every way to decide for which the columns are there, the one that wins first."""
    faults = [f for f in _faults(params) if set(f.columns) <= set(names)]
    beliefs = [f for f in _beliefs(params, bar) if trusted and set(f.columns) <= set(names)]
    found: list[_Finding] = []
    if "score_injection" in names:
        speaks = pl.col("score_injection").cast(pl.Float64) > 0
        found.append(_Finding("people", "review", "speaks_to_grader", ("score_injection",), speaks))
    if trusted and faults and "score_judge" in names:
        is_good = pl.col("score_judge") >= bar.threshold
        differ = pl.any_horizontal(f.holds.fill_null(value=False) for f in faults) & is_good
        found.append(_Finding("people", "review", "tiers_differ", ("score_judge",), differ))
    return [*found, *faults, *beliefs]


def decide(
    rows: pl.LazyFrame, params: VerdictParams, bar: Bar = BAR, trusted: bool = False
) -> Outcome:
    """Give every row its verdict.

    Args:
        rows: Rows with whatever `score_*` columns earlier stages left.
        params: When cheap scores find fault, and when people decide.
        bar: Where good begins for judge and head.
        trusted: Whether these two may decide: the judge has passed its exam, or is forced.

    Returns:
        All rows with `score_verdict` (good, poor, review, unscored), `score_tier` (who decided)
        and `score_why` (null for good rows). Figures: `tiers`, rows by tier and verdict; `whys`.
    """
    names = rows.collect_schema().names()
    found = _decide(names, params, bar, trusted)
    unknown = _why_unknown(names, trusted)
    verdict, tier, why = pl.lit("unscored"), pl.lit("none"), unknown
    for one in reversed(found):
        holds = one.holds.fill_null(value=False)
        verdict = pl.when(holds).then(pl.lit(one.verdict)).otherwise(verdict)
        tier = pl.when(holds).then(pl.lit(one.tier)).otherwise(tier)
        why = pl.when(holds).then(pl.lit(one.why or None, pl.String)).otherwise(why)
    decided = rows.with_columns(score_verdict=verdict, score_tier=tier, score_why=why)
    counted = decided.select("score_tier", "score_verdict", "score_why").collect()
    return Outcome(decided, _figures(counted))


def _why_unknown(names: list[str], trusted: bool) -> pl.Expr:
    """Why no tier knows: what kept the judge from it, or that it may not decide."""
    if "score_judge_reason" not in names:
        return pl.lit("no_judge")
    untrusted = pl.col("score_judge").is_not_null() & pl.lit(not trusted)
    return (
        pl.when(untrusted)
        .then(pl.lit("judge_not_trusted"))
        .otherwise(pl.col("score_judge_reason").fill_null("not_asked"))
    )


def _figures(counted: pl.DataFrame) -> dict[str, JsonValue]:
    by_tier = counted.group_by("score_tier", "score_verdict").len().sort(pl.all())
    tiers: dict[str, dict[str, JsonValue]] = {}
    for tier, verdict, n in by_tier.iter_rows():
        tiers.setdefault(tier, {})[verdict] = n
    whys = counted.drop_nulls("score_why")["score_why"].value_counts().sort("score_why")
    return {"tiers": {t: tiers[t] for t in TIERS if t in tiers}, "whys": dict(whys.iter_rows())}


@task(
    name="score.verdict", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_verdict(
    data: DatasetRef, params: VerdictParams, bar: Bar = BAR, trusted: bool = False
) -> StageResult:
    """Store `data` with a verdict on every row."""
    return run_score(data, partial(decide, bar=bar, trusted=trusted), params)
