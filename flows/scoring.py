"""Scores in their order, from the cheapest to the dearest, and what they may decide."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flows.home import store
from flows.params import RunParams, ScoreParams
from flows.redaction import seeded_redact
from flows.stages import Course
from tasks.base.dataset import DatasetRef
from tasks.base.errors import UsageError
from tasks.base.report import StageResult
from tasks.ingest.ingested import Store
from tasks.ingest.sources import find_sources
from tasks.score.bar import Bar
from tasks.score.calibration.candidate import identity_of, judges_of
from tasks.score.calibration.exam import examine
from tasks.score.calibration.limits import may_decide
from tasks.score.calibration.passport import Passport, load_passport
from tasks.score.classifier import score_classifier
from tasks.score.complexity import score_complexity
from tasks.score.drop import BY_JUDGE, drop_poor
from tasks.score.judge import JudgeParams, score_judge
from tasks.score.likelihood import score_likelihood
from tasks.score.margin import score_margin
from tasks.score.pairing import score_pairing
from tasks.score.panel import PanelParams
from tasks.score.reward import score_reward
from tasks.score.signals import score_signals
from tasks.score.verdict import score_verdict
from tasks.select.split import SplitParams


class Bench(NamedTuple):
    """The judges of a run, and what is known of them."""

    passports: tuple[Passport, ...] = ()
    refused: str | None = None  # why they may not decide over rows; None if they may

    def facts(self, course: Course, bar: Bar) -> tuple[dict[str, Any], ...]:
        """What the report says of them, and how often the one that decided was wrong about it."""
        found = [passport.facts() for passport in self.passports]
        decided = decided_by_judge(course.results)
        if len(found) == 1 and decided:
            rows, poor = sum(decided.values()), decided.get("poor", 0)
            found[0]["losses"] = self.passports[0].losses(rows, poor, bar.threshold).facts()
        return tuple(found)


def decided_by_judge(results: Sequence[StageResult]) -> dict[str, int]:
    """Rows by the verdict that the judge gave them."""
    figures = next((r.report.figures for r in results if r.report.stage == "score.verdict"), {})
    tiers: Any = figures.get("tiers", {})
    found: dict[str, int] = tiers.get("judge", {})
    return found


def seat(course: Course, params: RunParams, gold: str = "") -> Bench:
    """Find out what the judges are worth: by an exam on `gold`, else from an earlier one.

    Raises:
        UsageError: There is a gold file and no judge, or it cannot be read.
    """
    judges = judges_of(seeded_judge(params), params.llm)
    if not judges:
        if gold:
            raise UsageError(
                "--gold calibrates a judge, and none is named: set llm.endpoint=local, or a URL "
                "and llm.model"
            )
        return Bench(refused="no judge is named (llm.endpoint is none)")
    found: list[Passport | None]
    if gold:
        found = [_examined(course, judge, params, gold) for judge in judges]
    else:
        found = [load_passport(store(), identity_of(judge, params.llm)) for judge in judges]
    given = params.score
    refusals = [may_decide(passport, given.exam, given.bar) for passport in found]
    why = "; ".join(dict.fromkeys(str(refusal) for refusal in refusals if refusal))
    return Bench(tuple(p for p in found if p), None if given.force else why or None)


def seeded_judge(params: RunParams) -> JudgeParams:
    """The judge with the run's seed, unless it has its own."""
    given = params.score.judge
    return given if given.seed is not None else given.model_copy(update={"seed": params.seed})


def seeded_split(given: SplitParams, seed: int) -> SplitParams:
    """The split with the run's seed, unless it has its own."""
    own = given.seed
    return given.model_copy(update={"seed": seed if own is None else own})


def _examined(course: Course, judge: PanelParams, params: RunParams, gold: str) -> Passport:
    [file] = find_sources([gold], store() / "spool")
    place = Store(path=course.place)
    exam, llm = params.score.exam, course.left(params.llm)
    return course.exam(
        examine, gold=file, params=exam, judge=judge, llm=llm, store=place,
        bar=params.score.bar, redact=seeded_redact(params),
    )  # fmt: skip


def score_rows(course: Course, rows: DatasetRef, params: RunParams, bench: Bench) -> DatasetRef:
    """Every score that the run has a model for, the verdict, and the drops that it asks for."""
    given, llm, judge = params.score, params.llm, seeded_judge(params)
    is_judged = bool(judges_of(judge, llm))
    seen = course.row_wise(score_signals, rows, given.signals)
    weighed = course.row_wise(score_complexity, seen, given.complexity)
    paired = course.whole(score_pairing, weighed, given.pairing)
    likely = course.whole(
        score_likelihood, paired, given.likelihood, on=bool(given.likelihood.model)
    )
    rewarded = course.whole(
        score_reward, likely, given.reward, on=bool(given.reward.model), llm=course.left(llm)
    )
    judged = course.whole(score_judge, rewarded, judge, on=is_judged, llm=course.left(llm))
    bar = given.bar
    headed = course.whole(score_classifier, judged, given.classifier, on=is_judged, bar=bar)
    asked = course.whole(
        score_margin,
        headed,
        given.margin,
        on=is_judged,
        bar=bar,
        judge=judge,
        llm=course.left(llm),
    )
    trusted = bench.refused is None
    decided = course.whole(score_verdict, asked, given.verdict, bar=bar, trusted=trusted)
    return course.whole(drop_poor, decided, given.drop, on=bool(given.drop.reasons))


def refused(params: ScoreParams, bench: Bench) -> str | None:
    """Why the judge may not drop what it was told to: "" if it may, None if it was not told to."""
    wanted = [reason for reason in params.drop.reasons if reason in BY_JUDGE]
    if not wanted:
        return None
    if bench.refused is None:
        return ""
    return f"rows were to be dropped for {', '.join(wanted)}, and none was: {bench.refused}"
