"""How much data a set needs, answered by an experiment on the set itself.

The order of stages: those of `curate`, as they stand there; then sets of many sizes are drawn from
the curated rows and from what they are compared with, small models are trained on each, and a curve
is laid through what they make of rows that none of them has seen; publish.
"""

import warnings
from typing import Any

from prefect import flow

from flows.curate import refine
from flows.front import Asked, Call, conduct, release
from flows.params import (
    CleanParams,
    DedupParams,
    ExportParams,
    Runner,
    ScaleRunParams,
    ScoreParams,
)
from flows.plan import command_line
from flows.stages import Course
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile
from tasks.llm.params import LlmParams
from tasks.publish.gates import GateParams
from tasks.publish.plan import Release, Scaling
from tasks.redact.params import RedactParams
from tasks.scale.experiment import Experiment, run_battery
from tasks.scale.findings import findings
from tasks.scale.params import ScaleParams
from tasks.scale.proxies import BATTERY
from tasks.select.split import SplitParams
from tasks.validate.rows import ValidateParams

warnings.filterwarnings("ignore", 'Field name "validate" .* shadows', UserWarning)  # see curate


@flow(name="scale", flow_run_name="scale-{out}", persist_result=False)
def scale(
    sources: list[str],
    out: str,
    ingest: IngestParams = IngestParams(),
    clean: CleanParams = CleanParams(),
    validate: ValidateParams = ValidateParams(),
    redact: RedactParams = RedactParams(),
    dedup: DedupParams = DedupParams(),
    llm: LlmParams = LlmParams(),
    score: ScoreParams = ScoreParams(),
    scale: ScaleParams = ScaleParams(),
    split: SplitParams = SplitParams(),
    export: ExportParams = ExportParams(),
    gates: GateParams = GateParams(),
    runner: Runner = "threads",
    seed: int = 0,
) -> Release:
    """Curate a set, and find out by experiment how much data it needs.

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
        scale: Which sets are trained on, and what more data must bring.
        split: How large validation and test are.
        export: Formats that are written.
        gates: Limits that fail the run.
        runner: Where row-wise stages run: threads, processes or ray (an extra).
        seed: Changes every choice made by chance.
    """
    params = ScaleRunParams(
        ingest=ingest, validate_=validate, clean=clean, redact=redact, dedup=dedup, llm=llm,
        score=score, scale=scale, split=split, export=export, gates=gates, runner=runner, seed=seed,
    )  # fmt: skip
    return conduct(scale_files, params, Asked(sources, out, command_line(sources, params)))


def scale_files(
    course: Course, files: list[SourceFile], params: ScaleRunParams, call: Call
) -> tuple[Release, dict[str, Any]]:
    """The stages in their order, whoever runs them; see `scale`."""
    refined = refine(course, files, params)
    found = course.experiment(
        run_battery, raw=refined.prepared.rows, kept=refined.kept, dropped=_dropped(course),
        params=params.scale.plan, seed=params.seed,
    )  # fmt: skip
    return release(
        course, refined.prepared, refined.kept, params, call, refined.passports, refined.may_not,
        _scaling(found, params),
    )  # fmt: skip


def _dropped(course: Course) -> dict[str, DatasetRef]:
    """Sound rows that a stage dropped, by its name."""
    return {
        result.report.stage: result.dropped
        for result in course.results
        if result.report.kind == "filter" and not result.report.stage.startswith("validate.")
    }


def _scaling(found: Experiment | None, params: ScaleRunParams) -> Scaling | None:
    if found is None:
        return None
    points = read_dataset(found.points).collect()
    metrics = [metric for trainer in BATTERY for metric in trainer.metrics]
    said = findings(points, metrics, params.scale.verdict)
    return Scaling(points=found.points, facts={**found.facts, **said})
