"""How much data a set needs, answered by an experiment on the set itself.

The order of stages: those of `curate`, as they stand there; then sets of many sizes are drawn from
the curated rows and from what they are compared with, small models are trained on each, and a curve
is laid through what they make of rows that none of them has seen; publish.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import polars as pl
from prefect import flow

from flows.front import Asked, Call, conduct, release
from flows.notify import on_failure
from flows.params import (
    CleanParams,
    DedupParams,
    ExportParams,
    Runner,
    ScaleRunParams,
    ScoreParams,
    Seed,
)
from flows.plan import command_line
from flows.refine import refine
from flows.stages import Course
from tasks.base.dataset import DatasetRef, read_dataset, write_dataset
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile
from tasks.llm.params import LlmParams
from tasks.publish.gates import GateParams
from tasks.publish.plan import Release, Scaling
from tasks.redact.params import RedactParams
from tasks.review.params import ReviewParams
from tasks.scale.command import NAME, Command, metrics_of
from tasks.scale.experiment import Experiment, run_battery, run_command, run_jobs, run_lora
from tasks.scale.findings import findings
from tasks.scale.jobs import METRICS, Jobs
from tasks.scale.lora import METRIC, Lora
from tasks.scale.params import ScaleParams
from tasks.scale.proxies import BATTERY
from tasks.select.split import SplitParams
from tasks.validate.rows import ValidateParams

warnings.filterwarnings("ignore", 'Field name "validate" .* shadows', UserWarning)  # see curate


@flow(
    name="scale",
    flow_run_name="scale-{out}",
    persist_result=False,
    on_failure=[on_failure],
    on_crashed=[on_failure],
)
def scale(
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
    scale: ScaleParams = ScaleParams(),
    split: SplitParams = SplitParams(),
    export: ExportParams = ExportParams(),
    gates: GateParams = GateParams(),
) -> Release:
    """Curate a set, and find out by experiment how much data it needs.

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
        scale: Which sets are trained on, and what more data must bring.
        split: How large validation and test are.
        export: Formats that are written.
        gates: Limits that fail the run.
    """
    params = ScaleRunParams(
        ingest=ingest, validate_=validate, clean=clean, redact=redact, dedup=dedup, llm=llm,
        score=score, review=review, scale=scale, split=split, export=export, gates=gates,
        protect=protect, index=index, runner=runner, seed=seed,
    )  # fmt: skip
    return conduct(scale_files, params, Asked(sources, out, command_line(sources, params)))


def scale_files(
    course: Course, files: list[SourceFile], params: ScaleRunParams, call: Call
) -> tuple[Release, dict[str, Any]]:
    """The stages in their order, whoever runs them; see `scale`."""
    given = params.scale
    if given.lora.enabled:
        Lora(given.lora)  # what is missing is told before anything is computed
    if given.jobs.model:
        Jobs(given.jobs, params.llm)
    refined = refine(course, files, params, call.out)
    on: dict[str, Any] = {
        "raw": refined.prepared.rows, "kept": refined.kept, "dropped": _dropped(course),
        "params": params.scale.plan, "seed": params.seed,
    }  # fmt: skip
    found = [course.experiment(run_battery, **on)]
    if given.lora.enabled:
        found.append(course.experiment(run_lora, **on, lora=given.lora))
    if given.command.run:
        found.append(course.experiment(run_command, **on, command=given.command,
                                       version=Command(given.command).version))  # fmt: skip
    if given.jobs.model:
        found.append(course.experiment(run_jobs, **on, jobs=given.jobs, llm=params.llm))
    return release(
        course, refined.prepared, refined.kept, params, call, refined.passports, refined.may_not,
        _scaling([one for one in found if one], params, course.place),
    )  # fmt: skip


def _dropped(course: Course) -> dict[str, DatasetRef]:
    """Sound rows that a stage dropped, by its name."""
    return {
        result.report.stage: result.dropped
        for result in course.results
        if result.report.kind == "filter" and not result.report.stage.startswith("validate.")
    }


def _scaling(found: Sequence[Experiment], params: ScaleRunParams, place: str) -> Scaling | None:
    """All experiments as one; what the user's own training says comes first."""
    if not found:
        return None
    # what was remembered is no fact of the rows, and would differ from run to run
    points = pl.concat([read_dataset(one.points).collect() for one in found]).drop("remembered")
    own = points.filter(trainer=NAME)["metric"].unique(maintain_order=True).to_list()
    metrics = [*METRICS, *metrics_of(own, params.scale.command), METRIC]
    metrics += [metric for trainer in BATTERY for metric in trainer.metrics]
    failures = [why for one in found for why in one.facts["failures"]]
    facts = {**found[0].facts, "failures": failures,
             "unfinished": sum(one.unfinished for one in found)}  # fmt: skip
    del facts["cpu_seconds"]  # stands with the timings
    said = findings(points, metrics, params.scale.verdict, facts["have"])
    return Scaling(points=write_dataset(points, place), facts={**facts, **said})
