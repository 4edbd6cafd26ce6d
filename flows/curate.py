"""From raw instruction files to a training set, and the reason for every row that left.

The order of stages: read, clean, validate, redact, deduplicate, keep protected sets out, report
contradictions, score, keep a core set, split, publish. Rows are cleaned before they are judged, for
an answer of nothing but `<br>` is empty, and redacted before they are compared, so a copy with
another phone number in it is still a copy. Everything is read once, and only what changed since the
last run is computed.
"""

import warnings
from functools import partial
from typing import Any, NamedTuple

from prefect import flow

from flows.front import Asked, Call, Prepared, conduct, prepare, release
from flows.notify import on_failure
from flows.params import (
    CleanParams,
    CurateParams,
    DedupParams,
    ExportParams,
    Runner,
    ScoreParams,
)
from flows.plan import command_line
from flows.protect import guard, keep_apart, keep_sides_apart
from flows.remember import keep_new, recall, remember_release
from flows.scoring import Bench, refused, score_rows, seat, seeded_split
from flows.stages import Course
from tasks.base.dataset import DatasetRef
from tasks.dedup.conflict import report_conflicts
from tasks.dedup.core import dedup_core
from tasks.dedup.exact import dedup_exact
from tasks.dedup.near import dedup_near
from tasks.dedup.semantic import dedup_semantic
from tasks.dedup.settle import settle_conflicts
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile
from tasks.llm.params import LlmParams
from tasks.publish.gates import GateParams
from tasks.publish.plan import Release
from tasks.redact.params import RedactParams
from tasks.select.split import SplitParams, split_rows
from tasks.validate.rows import ValidateParams

# Prefect makes a Pydantic model of the signature; that its field hides a deprecated method of
# Pydantic's is harmless, and `validate` is the name that the contract gives the section.
warnings.filterwarnings("ignore", 'Field name "validate" .* shadows', UserWarning)


@flow(
    name="curate",
    flow_run_name="curate-{out}",
    persist_result=False,
    on_failure=[on_failure],
    on_crashed=[on_failure],
)
def curate(
    sources: list[str],
    out: str,
    ingest: IngestParams = IngestParams(),
    clean: CleanParams = CleanParams(),
    validate: ValidateParams = ValidateParams(),
    redact: RedactParams = RedactParams(),
    dedup: DedupParams = DedupParams(),
    llm: LlmParams = LlmParams(),
    score: ScoreParams = ScoreParams(),
    split: SplitParams = SplitParams(),
    export: ExportParams = ExportParams(),
    gates: GateParams = GateParams(),
    protect: tuple[str, ...] = (),
    index: str = "",
    runner: Runner = "threads",
    seed: int = 0,
) -> Release:
    """Refine raw instruction data into a training set and account for every row.

    Args:
        sources: Files, folders or globs to read (JSONL, JSON, CSV, TSV, Parquet, also packed).
        out: Folder to write to; the files of an earlier run in it are replaced.
        ingest: How files are read.
        clean: How damaged text is mended.
        validate: Which conversations are sound.
        redact: Which personal data is replaced, and by what.
        dedup: What counts as a repeat, and which copy survives.
        llm: Which language model is asked, how fast, and what it may cost.
        score: What rows are worth, and which of them leave for it; off unless enabled.
        split: How large validation and test are.
        export: Formats that are written.
        gates: Limits that fail the run.
        protect: Evaluation sets (files, folders or globs); rows that hold an item of one leave.
        index: Folder that remembers releases; rows that an earlier one holds leave.
        runner: Where row-wise stages run: threads, processes or ray (an extra).
        seed: Changes every choice made by chance; the split is the only one.
    """
    params = CurateParams(
        ingest=ingest, validate_=validate, clean=clean, redact=redact, dedup=dedup, llm=llm,
        score=score, split=split, export=export, gates=gates, protect=protect, index=index,
        runner=runner, seed=seed,
    )  # fmt: skip
    call = Asked(sources, out, command_line(sources, params))
    return conduct(curate_files, params, call)


def curate_files(
    course: Course, files: list[SourceFile], params: CurateParams, call: Call
) -> tuple[Release, dict[str, Any]]:
    """The stages in their order, whoever runs them; see `curate`."""
    done, report, kept = publish(course, files, params, call)
    if params.index and not done.failed_gates:
        add = partial(remember_release, params.index, kept, files, call.out)
        course.afterwards("index.add", kept.rows, add)
    return done, report


def publish(
    course: Course, files: list[SourceFile], params: CurateParams, call: Call
) -> tuple[Release, dict[str, Any], DatasetRef]:
    """Curate and write a release, and remember it nowhere; returns its rows, too."""
    refined = refine(course, files, params, call.out)
    kept = refined.kept
    done, report = release(
        course, refined.prepared, kept, params, call, refined.passports, refined.may_not
    )
    return done, report, kept


class Refined(NamedTuple):
    """Curated rows, and all that a release says of how they came to be."""

    prepared: Prepared
    kept: DatasetRef
    passports: tuple[dict[str, Any], ...]
    may_not: str | None  # why a judge may not drop rows


def refine(course: Course, files: list[SourceFile], params: CurateParams, out: str = "") -> Refined:
    """Everything that `curate` does before it publishes to `out`."""
    earlier = recall(params, files, out)  # what is wrong is told before anything runs
    guarded = guard(course, params)
    prepared = prepare(course, files, params)
    on = params.dedup.enabled
    new = keep_new(course, prepared.rows, params, earlier)
    distinct = course.whole(dedup_exact, new, params.dedup.exact, on=on)
    unique = course.whole(dedup_near, distinct, params.dedup.near, on=on)
    meaning = params.dedup.semantic
    sole = course.whole(dedup_semantic, unique, meaning, on=on and meaning.enabled)
    apart = keep_apart(course, sole, params, guarded)
    weighed = course.whole(report_conflicts, apart, params.dedup.conflict, on=on)
    settle = params.dedup.settle
    decided = settle.enabled and settle.policy != "keep"
    settled = course.whole(settle_conflicts, weighed, settle, on=on and decided)
    bench = seat(course, params) if params.score.enabled else Bench()
    scored = score_rows(course, settled, params, bench) if params.score.enabled else settled
    core = params.dedup.core  # after all that drops: it says how many rows are released
    few = course.whole(dedup_core, scored, core, on=on and core.rows > 0)
    halved = course.whole(split_rows, few, seeded_split(params.split, params.seed))
    kept = keep_sides_apart(course, halved, params)
    may_not = refused(params.score, bench) if params.score.enabled else None
    passports = bench.facts(course, params.score.bar)
    return Refined(prepared, kept, passports, may_not)
