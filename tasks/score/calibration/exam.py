"""The exam of a judge: answers that people have labelled are put before it.

Rows are dropped by their scores, so it is the scores that are tested: of points the judge gives the
score that `score.judge` would, of pairs it scores each answer by itself, and the higher one wins.
Pairs are also shown together, in both orders, to see whether the place of an answer sways it. A
demo model, which is slow and may decide nothing, only compares. What gets no reply is counted under
its reason.
"""

import logging
from collections import Counter
from typing import Literal, NamedTuple

import numpy as np
from prefect import task
from pydantic import Field, field_validator

from tasks.base.cache import is_transient, stage_key
from tasks.ingest.ingested import Store
from tasks.ingest.sources import SourceFile
from tasks.llm.params import LlmParams
from tasks.redact.params import RedactParams
from tasks.score.bar import Bar
from tasks.score.calibration.bias import family_of
from tasks.score.calibration.candidate import open_candidate
from tasks.score.calibration.examinee import Judge
from tasks.score.calibration.figures import agreement, leanings, order, steadiness
from tasks.score.calibration.gold import Gold, read_gold
from tasks.score.calibration.limits import Limits
from tasks.score.calibration.passport import GoldFacts, Passport
from tasks.score.calibration.people import ceiling
from tasks.score.calibration.prevalence import Confusion
from tasks.score.calibration.private import without_personal_data
from tasks.score.calibration.sheet import Sheet, fill_in
from tasks.score.calibration.wording import with_verdict
from tasks.score.panel import PanelParams

BAR, NO_REDACTION = Bar(), RedactParams(enabled=False)
FEW, MANY = 20, 400  # items asked if the run does not say: of a demo model, of a real one

logger = logging.getLogger(__name__)


class ExamParams(Limits):
    """How a judge is examined, and what it must reach."""

    rows: int | None = Field(
        default=None, ge=0, title="Gold rows",
        description=f"Items of the gold file that are asked, drawn by the seed; 0 for all. Empty: "
        f"{MANY}, or {FEW} of the local model.",
    )  # fmt: skip
    retest: int = Field(
        default=20, ge=0, title="Retest",
        description="Items that are asked once more, to see whether the judge says the same.",
    )  # fmt: skip
    pairs: Literal["auto", "compare", "score"] = Field(
        default="auto", title="Pairs",
        description="compare: show both answers at once, in both orders; it takes few calls, but a "
        "judge so examined drops no row, for its scores were not tested. score: also score each "
        "answer by itself, as rows are scored. auto: score, and of a demo model compare.",
    )  # fmt: skip
    labels: tuple[str, ...] = Field(
        default=(), title="Label columns",
        description="Columns of the gold file with people's labels. Empty: found by their names.",
    )  # fmt: skip
    scale: tuple[float, float] | None = Field(
        default=None, title="Scale",
        description="Lowest and highest rating that people could give. Empty: that they gave.",
    )  # fmt: skip
    family: str = Field(
        default="", title="Family",
        description="What the gold file calls the judge's family where it names who wrote an "
        "answer (llama of llama-7b). Empty: the first word of the model's name.",
    )  # fmt: skip
    seed: int = Field(
        default=0, ge=0, title="Seed", description="Other items, and other resamples."
    )

    @field_validator("scale")
    @classmethod
    def _rises(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and value[0] >= value[1]:
            raise ValueError("the lowest rating goes first, as in [1, 5]")
        return value


def sit_exam(gold: Gold, judge: Judge, params: ExamParams, bar: Bar = BAR) -> Passport:
    """The passport of `judge`.

    Args:
        gold: Items that people have labelled.
        judge: Who is examined.
        params: Which items, and what must be reached.
        bar: From its threshold on, as a share of the scale, people's rating and the judge's score
            mean a good row.
    """
    asked = gold.sample(size_of(params, judge), params.seed)
    sheet, orders, again = hold(asked, judge, params)
    good, seed = bar.threshold, params.seed
    people = ceiling(gold.labels, gold.groups, None if gold.kind == "pairs" else good, seed)
    figures = (
        *agreement(sheet, people, good, seed),
        *order(orders, seed),
        *leanings(sheet, params.family or family_of(judge.identity.model), seed),
        *steadiness(sheet, again, good, seed),
    )
    passport = Passport(
        judge=judge.identity, gold=_facts(gold), compared=is_compared(gold, judge, params),
        asked=asked.items.height, prompts=len(np.unique(sheet.groups)),
        unscored=dict(sorted(Counter(sheet.reasons).items())),
        figures=figures, ceiling=people, good=good, errors=_errors(sheet, good),
        cost=judge.cost, verdict="fail", why=(),
    )  # fmt: skip
    done = with_verdict(passport, params)
    logger.info("score.calibrate: %s, %d items, %d without a reply",
                done.verdict, done.asked, sum(done.unscored.values()))  # fmt: skip
    return done


class Sheets(NamedTuple):
    """What was asked in an exam."""

    exam: Sheet
    orders: Sheet | None  # pairs in both orders; the exam itself where answers are only compared
    again: Sheet | None  # some of the exam once more


def hold(asked: Gold, judge: Judge, params: ExamParams) -> Sheets:
    """Put `asked` before `judge`, and what got a reply once more in part."""
    compare = is_compared(asked, judge, params)
    sheet = fill_in(asked, judge, compare=compare)
    orders = sheet if compare else None
    if asked.kind == "pairs" and not compare:
        orders = fill_in(asked, judge, compare=True)
    if not params.retest or sheet.gold.items.is_empty():
        return Sheets(sheet, orders, None)
    few = sheet.gold.sample(retest_of(params, judge), params.seed)
    return Sheets(sheet, orders, fill_in(few, judge, compare=compare, sample=1))


def is_compared(gold: Gold, judge: Judge, params: ExamParams) -> bool:
    """Whether answers of pairs are compared and no score is tested."""
    if gold.kind == "points":
        return False
    is_demo = judge.identity.grade == "demo"
    return params.pairs == "compare" or (params.pairs == "auto" and is_demo)


def retest_of(params: ExamParams, judge: Judge) -> int:
    """Items that are asked once more: few of a demo model, which is slow and proves nothing."""
    return min(params.retest, FEW // 4) if judge.identity.grade == "demo" else params.retest


def size_of(params: ExamParams, judge: Judge) -> int:
    """How many items are asked; 0 for all."""
    if params.rows is not None:
        return params.rows
    return FEW if judge.identity.grade == "demo" else MANY


def _facts(gold: Gold) -> GoldFacts:
    return GoldFacts(
        name=gold.name, sha256=gold.sha256, kind=gold.kind, items=gold.items.height,
        people=gold.labels.shape[1], faults=gold.faults,
    )  # fmt: skip


def _errors(sheet: Sheet, good: float) -> Confusion | None:
    """Hits and errors at the threshold; pairs have none."""
    if sheet.gold.kind == "pairs":
        return None
    is_good, is_flagged = sheet.people >= good, sheet.judge < good
    return Confusion.of(is_good.astype(float), is_flagged.astype(float))


@task(
    name="score.calibrate", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def examine(
    gold: SourceFile, params: ExamParams, judge: PanelParams, llm: LlmParams, store: Store,
    bar: Bar = BAR, redact: RedactParams = NO_REDACTION,
) -> Passport:  # fmt: skip
    """The passport of the judge that `judge` and `llm` name, examined on the file `gold`."""
    read = read_gold(gold, params.labels, params.scale)
    read = without_personal_data(read, redact, store.path)
    with open_candidate(judge, llm, store.path) as candidate:
        return sit_exam(read, candidate, params, bar)
