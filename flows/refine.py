"""The stages of `curate` before it publishes, in their order; `scale` goes the same way."""

from typing import Any, NamedTuple

from flows.decide import Answered, answered, given
from flows.front import HEEDED, Decisions, Prepared, prepare
from flows.params import CurateParams
from flows.protect import guard, keep_apart, keep_sides_apart
from flows.remember import keep_new, recall
from flows.scoring import Bench, refused, score_rows, seat, seeded_split
from flows.stages import Course
from tasks.base.dataset import DatasetRef
from tasks.dedup.conflict import report_conflicts
from tasks.dedup.core import dedup_core
from tasks.dedup.exact import dedup_exact
from tasks.dedup.index.fragments import Known
from tasks.dedup.near import dedup_near
from tasks.dedup.semantic import dedup_semantic
from tasks.dedup.settle import settle_conflicts
from tasks.ingest.sources import SourceFile
from tasks.review.copies import drop_copies
from tasks.review.rows import drop_rejected
from tasks.select.split import split_rows


class Refined(NamedTuple):
    """Curated rows, and all that a release says of how they came to be."""

    prepared: Prepared
    kept: DatasetRef
    passports: tuple[dict[str, Any], ...]
    may_not: str | None  # why a judge may not drop rows
    answered: Answered | None = None  # what people said while the run waited


def refine(course: Course, files: list[SourceFile], params: CurateParams, out: str = "") -> Refined:
    """Everything that `curate` does before it publishes to `out`.

    A run that asks people goes its way once, waits, and goes it again with what they decided: a
    row that comes back must pass all that comes after the stage that had dropped it.
    """
    earlier = recall(params, files, out)  # what is wrong is told before anything runs
    decisions = given(params.review)
    refined = _refine(course, files, params, earlier, decisions)
    found = answered(course, refined.kept, params) if params.review.wait else None
    if found is None:
        return refined
    course.again()
    again = _refine(course, files, params, earlier, (*decisions, found.file))
    return again._replace(answered=found)


def _refine(
    course: Course, files: list[SourceFile], params: CurateParams, earlier: Known | None,
    decisions: Decisions,
) -> Refined:  # fmt: skip
    guarded = guard(course, params)
    prepared = prepare(course, files, params, decisions)
    new = keep_new(course, prepared.rows, params, earlier)
    sole = course.whole(drop_copies, new, HEEDED, on=bool(decisions))
    unique = _without_copies(course, sole, params)
    apart = keep_apart(course, unique, params, guarded)
    wanted = course.whole(drop_rejected, apart, HEEDED, on=bool(decisions))
    settled = _settled(course, wanted, params)
    bench = seat(course, params) if params.score.enabled else Bench()
    scored = score_rows(course, settled, params, bench) if params.score.enabled else settled
    core = params.dedup.core  # after all that drops: it says how many rows are released
    few = course.whole(dedup_core, scored, core, on=params.dedup.enabled and core.rows > 0)
    halved = course.whole(split_rows, few, seeded_split(params.split, params.seed))
    kept = keep_sides_apart(course, halved, params)
    may_not = refused(params.score, bench) if params.score.enabled else None
    return Refined(prepared, kept, bench.facts(course, params.score.bar), may_not)


def _without_copies(course: Course, rows: DatasetRef, params: CurateParams) -> DatasetRef:
    """`rows` without those that say what another row says."""
    how, on = params.dedup, params.dedup.enabled
    distinct = course.whole(dedup_exact, rows, how.exact, on=on)
    unique = course.whole(dedup_near, distinct, how.near, on=on)
    return course.whole(dedup_semantic, unique, how.semantic, on=on and how.semantic.enabled)


def _settled(course: Course, rows: DatasetRef, params: CurateParams) -> DatasetRef:
    """`rows` with their contradictions named, and without those that are not to stay."""
    on, settle = params.dedup.enabled, params.dedup.settle
    weighed = course.whole(report_conflicts, rows, params.dedup.conflict, on=on)
    decided = settle.enabled and settle.policy != "keep"
    return course.whole(settle_conflicts, weighed, settle, on=on and decided)
