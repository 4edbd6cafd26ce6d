"""From raw instruction files to a training set, and the reason for every row that left.

The order of stages: read, clean, validate, redact, deduplicate, keep protected sets out, report
contradictions, score, keep a core set, split, publish. Rows are cleaned before they are judged, for
an answer of nothing but `<br>` is empty, and redacted before they are compared, so a copy with
another phone number in it is still a copy. Everything is read once, and only what changed since the
last run is computed.
"""

import warnings
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow

from flows.front import Asked, Call, conduct, release
from flows.notify import on_failure
from flows.params import (
    CleanParams,
    CurateParams,
    DedupParams,
    ExportParams,
    Runner,
    ScoreParams,
    Seed,
)
from flows.plan import command_line
from flows.refine import refine
from flows.remember import remember_release
from flows.reviewing import conclude
from flows.stages import Course
from tasks.base.dataset import DatasetRef
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile
from tasks.llm.params import LlmParams
from tasks.publish.gates import GateParams
from tasks.publish.plan import Release
from tasks.redact.params import RedactParams
from tasks.review.params import ReviewParams
from tasks.select.split import SplitParams
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
    protect: tuple[str, ...] = (),
    index: str = "",
    runner: Runner = "threads",
    seed: Seed = 0,
    ingest: IngestParams = IngestParams(),
    clean: CleanParams = CleanParams(),
    validate: ValidateParams = ValidateParams(),
    redact: RedactParams = RedactParams(),
    dedup: DedupParams = DedupParams(),
    review: ReviewParams = ReviewParams(),
    llm: LlmParams = LlmParams(),
    score: ScoreParams = ScoreParams(),
    split: SplitParams = SplitParams(),
    export: ExportParams = ExportParams(),
    gates: GateParams = GateParams(),
) -> Release:
    """Refine raw instruction data into a training set and account for every row.

    Args:
        sources: Files, folders or globs to read, on the machine that runs this (JSONL, JSON, CSV,
            TSV, Parquet, also packed).
        out: Folder to write to; the files of an earlier run in it are replaced.
        protect: Evaluation sets (files, folders or globs); rows that hold an item of one leave.
        index: Folder that remembers releases; rows that an earlier one holds leave.
        runner: Where row-wise stages run: threads, processes or ray (an extra).
        seed: Changes every choice made by chance.
        ingest: How files are read.
        clean: How damaged text is mended.
        validate: Which conversations are sound.
        redact: Which personal data is replaced, and by what.
        dedup: What counts as a repeat, and which copy survives.
        review: What people decided over rows, and whether the run asks them.
        llm: Which language model is asked, how fast, and what it may cost.
        score: What rows are worth, and which of them leave for it; off unless enabled.
        split: How large validation and test are.
        export: Formats that are written.
        gates: Limits that fail the run.
    """
    params = CurateParams(
        ingest=ingest, validate_=validate, clean=clean, redact=redact, dedup=dedup, llm=llm,
        score=score, review=review, split=split, export=export, gates=gates, protect=protect,
        index=index, runner=runner, seed=seed,
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
    if refined.answered:
        keep = partial(conclude, Path(call.out), refined.answered.votes, refined.answered.asked)
        course.afterwards("review.report", len(refined.answered.asked), keep)
    return done, report, kept
