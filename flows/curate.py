"""From raw instruction files to a training set, and the reason for every row that left.

The order of stages: read, clean, validate, redact, deduplicate, report contradictions, split,
publish. Rows are cleaned before they are judged, for an answer of nothing but `<br>` is empty, and
redacted before they are compared, so a copy with another phone number in it is still a copy.
Everything is read once, and only what changed since the last run is computed.
"""

import warnings
from typing import Any, NamedTuple

from prefect import flow, get_run_logger
from prefect.runtime import flow_run

from flows.artifacts import progress_artifact, publish_artifacts
from flows.home import store
from flows.params import CleanParams, CurateParams, DedupParams, ExportParams, Runner
from flows.plan import command_line, models_used, skipped_checks
from flows.stages import Course, task_runner
from flows.versions import versions
from tasks.base.errors import UsageError
from tasks.clean.encoding import clean_encoding
from tasks.clean.markup import clean_markup
from tasks.dedup.conflict import report_conflicts
from tasks.dedup.exact import dedup_exact
from tasks.dedup.near import dedup_near
from tasks.ingest.ingested import Ingested, Store
from tasks.ingest.merge import Merged, merge_rows
from tasks.ingest.params import IngestParams
from tasks.ingest.read import ingest_file
from tasks.ingest.sources import SourceFile, find_sources, ignored_files
from tasks.publish.audit import audit_rows
from tasks.publish.folder import refuse_foreign
from tasks.publish.gates import GateParams
from tasks.publish.plan import Release, ReleasePlan
from tasks.publish.release import publish_release
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact_pii
from tasks.select.split import SplitParams, split_rows
from tasks.validate.rows import ValidateParams, validate_rows

# Prefect makes a Pydantic model of the signature; that its field hides a deprecated method of
# Pydantic's is harmless, and `validate` is the name that the contract gives the section.
warnings.filterwarnings("ignore", 'Field name "validate" .* shadows', UserWarning)


@flow(name="curate", flow_run_name="curate-{out}", persist_result=False)
def curate(
    sources: list[str],
    out: str,
    ingest: IngestParams = IngestParams(),
    clean: CleanParams = CleanParams(),
    validate: ValidateParams = ValidateParams(),
    redact: RedactParams = RedactParams(),
    dedup: DedupParams = DedupParams(),
    split: SplitParams = SplitParams(),
    export: ExportParams = ExportParams(),
    gates: GateParams = GateParams(),
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
        split: How large validation and test are.
        export: Formats that are written.
        gates: Limits that fail the run.
        runner: Where row-wise stages run: threads, processes or ray (an extra).
        seed: Changes every choice made by chance; the split is the only one.
    """
    params = CurateParams(
        ingest=ingest, validate_=validate, clean=clean, redact=redact, dedup=dedup, split=split,
        export=export, gates=gates, runner=runner, seed=seed,
    )  # fmt: skip
    refuse_foreign(out)
    files = find_sources(sources, store() / "spool")
    command = command_line(sources, params)
    with progress_artifact(), task_runner(runner) as tasks_on:
        course = Course(tasks_on)
        ignored = ignored_files(sources)
        release, report = curate_files(course, files, params, Call(out, command, ignored))
    publish_artifacts(report, out, str(flow_run.get_name() or ""))
    get_run_logger().info(release.sentence)
    return release


class Call(NamedTuple):
    """How a run was called."""

    out: str
    command: str
    ignored: list[str]  # files in the sources' folders that are no sources


def curate_files(
    course: Course, files: list[SourceFile], params: CurateParams, call: Call
) -> tuple[Release, dict[str, Any]]:
    """The stages in their order, whoever runs them; see `curate`."""
    read, raw = _read(course, files, params)
    legible = course.row_wise(
        clean_encoding, raw.data, params.clean.encoding, on=params.clean.enabled
    )
    plain = course.row_wise(clean_markup, legible, params.clean.markup, on=params.clean.enabled)
    sound = course.row_wise(validate_rows, plain, params.validate_, on=params.validate_.enabled)
    private = course.row_wise(redact_pii, sound, params.redact, on=params.redact.enabled)
    distinct = course.whole(dedup_exact, private, params.dedup.exact, on=params.dedup.enabled)
    unique = course.whole(dedup_near, distinct, params.dedup.near, on=params.dedup.enabled)
    weighed = course.whole(report_conflicts, unique, params.dedup.conflict, on=params.dedup.enabled)
    kept = course.whole(split_rows, weighed, _seeded(params))
    residues = course.audit(audit_rows, kept, params.redact) if params.redact.enabled else None
    plan = ReleasePlan(
        out=call.out, name=kept.sha256[:12], kept=kept, raw=raw.data, quarantine=raw.quarantine,
        results=tuple(course.results), stage_inputs=tuple(course.inputs),
        sources=tuple(one.report for one in read), files=tuple(files),
        formats=params.export.formats, gates=params.gates, residues=residues,
        parameters=params.model_dump(mode="json", by_alias=True),
        timings=tuple(course.timings), skipped=skipped_checks(params, read, call.ignored),
        command=call.command, models=models_used(params), versions=versions(), cost=course.cost,
    )  # fmt: skip
    return course.release(publish_release, plan)


def _seeded(params: CurateParams) -> SplitParams:
    """The split with the run's seed, unless it has its own."""
    own = params.split.seed
    return params.split.model_copy(update={"seed": params.seed if own is None else own})


def _read(
    course: Course, files: list[SourceFile], params: CurateParams
) -> tuple[list[Ingested], Merged]:
    """Read every file, and join them to one set with an id per row.

    Raises:
        UsageError: Not one file could be read, or there is no row in any.
    """
    place = Store(path=str(store()))
    found = course.read(ingest_file, files, store=place, params=params.ingest)
    if not any(one.data.rows for one in found):
        raise UsageError("\n".join(["no row could be read:", *(_why(one) for one in found)]))
    merged = course.merge(merge_rows, found, params.ingest)
    return found, merged


def _why(one: Ingested) -> str:
    reasons = ", ".join(f"{n} {reason}" for reason, n in one.report.quarantined.items())
    return f"  {one.report.name}: {reasons or 'no record in it'}"
