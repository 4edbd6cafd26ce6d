"""The way that every flow begins: read, clean, validate, redact; and the way that it ends."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from prefect import get_run_logger
from prefect.runtime import flow_run

from flows.artifacts import progress_artifact, publish_artifacts
from flows.faults import faults_told
from flows.home import store
from flows.notify import check_block, gates_failed
from flows.params import RunParams
from flows.plan import models_used, skipped_checks
from flows.redaction import seeded_redact
from flows.runners import task_runner
from flows.stages import Course
from flows.versions import versions
from tasks.base.dataset import DatasetRef
from tasks.base.errors import UsageError
from tasks.base.locks import at_work
from tasks.clean.encoding import clean_encoding
from tasks.clean.markup import clean_markup
from tasks.ingest.ingested import Ingested, Store
from tasks.ingest.merge import Merged, merge_rows
from tasks.ingest.read import ingest_file
from tasks.ingest.sources import SourceFile, find_sources, ignored_files
from tasks.publish.audit import audit_rows
from tasks.publish.folder import refuse_foreign
from tasks.publish.names import sample_names
from tasks.publish.plan import Release, ReleasePlan, Scaling
from tasks.publish.release import publish_release
from tasks.publish.risk import sample_risk
from tasks.redact.canaries.recall import Recall, recall_canaries
from tasks.redact.params import check_keys
from tasks.redact.pii import redact_pii
from tasks.review.decided import DecisionFile
from tasks.review.edits import edit_answers
from tasks.review.params import DecideParams
from tasks.review.told import tell_decisions
from tasks.validate.rows import validate_rows

Decisions = tuple[DecisionFile, ...]
HEEDED = DecideParams()


class Call(NamedTuple):
    """How a run was called."""

    out: str
    command: str
    ignored: list[str]  # files in the sources' folders that are no sources
    parent: str | None = None  # see `ReleasePlan`
    identity: str | None = None


class Asked(NamedTuple):
    """What a flow was asked for, beside its parameters."""

    sources: list[str]
    out: str
    command: str  # that asks for the same again


R = TypeVar("R", bound=Release)
Way = Callable[[Course, list[SourceFile], Any, Call], tuple[R, dict[str, Any]]]
"""The stages of a flow in their order."""


def conduct(
    way: Way[R], params: RunParams, asked: Asked, found: list[SourceFile] | None = None
) -> R:
    """Run a flow's stages inside Prefect, and leave its artifacts.

    Args:
        way: The stages.
        params: The run's.
        asked: How it was called.
        found: Its sources, where the caller has looked for them: they are hashed once.

    Raises:
        UsageError: A source or a key is missing, or the folder holds something other than a run.
    """
    refuse_foreign(asked.out)
    check_keys(params.redact)
    check_block()
    files = find_sources(asked.sources, store() / "spool") if found is None else found
    call = Call(asked.out, asked.command, ignored_files(asked.sources))
    name = str(flow_run.get_flow_name())
    with faults_told(), at_work(store(), str(flow_run.get_id())):
        with progress_artifact(name), task_runner(params.runner) as tasks_on:
            done, report = way(Course(tasks_on), files, params, call)
        publish_artifacts(report, asked.out, name)
    gates_failed(done)
    get_run_logger().info(done.sentence)
    return done


class Prepared(NamedTuple):
    """What all stages before the first judgement left."""

    files: list[SourceFile]
    read: list[Ingested]
    raw: Merged
    rows: DatasetRef  # sound, and without personal data
    canaries: Recall | None = None  # what the redaction found of what was planted; None: not asked


def prepare(
    course: Course, files: list[SourceFile], params: RunParams, decisions: Decisions = ()
) -> Prepared:
    """Read `files`, and make of their records sound rows without personal data.

    Args:
        course: Runs the stages.
        files: What is read.
        params: The run's.
        decisions: Files of what people decided over rows; filters heed them from here on.

    Raises:
        UsageError: Not one file could be read, or there is no row in any.
    """
    read, raw = _read(course, files, params)
    told = course.whole(tell_decisions, raw.data, HEEDED, on=bool(decisions), decisions=decisions)
    legible = course.row_wise(clean_encoding, told, params.clean.encoding, on=params.clean.enabled)
    plain = course.row_wise(clean_markup, legible, params.clean.markup, on=params.clean.enabled)
    sound = course.row_wise(validate_rows, plain, params.validate_, on=params.validate_.enabled)
    private = course.row_wise(redact_pii, sound, seeded_redact(params), on=params.redact.enabled)
    written = course.whole(edit_answers, private, HEEDED, on=bool(decisions), decisions=decisions)
    return Prepared(files, read, raw, written, _self_test(course, sound, params))


def _self_test(course: Course, sound: DatasetRef, params: RunParams) -> Recall | None:
    """Plant canaries in copies of some rows, and see how many the redaction takes out."""
    count = params.redact.audit.canaries
    if not (params.redact.enabled and count):
        return None
    planted = count * len(params.redact.entities)
    return course.check(
        recall_canaries, sound, planted, params=seeded_redact(params), count=count, seed=params.seed
    )


def release(
    course: Course, prepared: Prepared, kept: DatasetRef, params: RunParams, call: Call,
    passports: tuple[dict[str, Any], ...] = (), judge_refused: str | None = None,
    scaling: Scaling | None = None,
) -> tuple[Release, dict[str, Any]]:  # fmt: skip
    """Audit what is left, and write every file of the run."""
    redacted = params.redact.enabled
    residues = course.audit(audit_rows, kept, params.redact) if redacted else None
    plan = ReleasePlan(
        out=call.out, name=kept.sha256[:12], kept=kept, raw=prepared.raw.data,
        quarantine=prepared.raw.quarantine,
        results=tuple(course.results), stage_inputs=tuple(course.inputs),
        sources=tuple(one.report for one in prepared.read), files=tuple(prepared.files),
        formats=params.formats, gates=params.gates, residues=residues,
        canaries=prepared.canaries, **_samples(course, kept, params),
        parameters=params.model_dump(mode="json", by_alias=True),
        timings=tuple(course.timings),
        skipped=(*skipped_checks(params, prepared.read, call.ignored), *course.skipped),
        command=call.command, models=models_used(params), versions=versions(),
        passports=passports, judge_refused=judge_refused, cost=course.cost,
        scaling=scaling, parent=call.parent, identity=call.identity,
    )  # fmt: skip
    return course.release(publish_release, plan)


def _samples(course: Course, kept: DatasetRef, params: RunParams) -> dict[str, Any]:
    """What is seen in a few rows of what is left; nothing where redaction is off."""
    asked = params.redact.audit
    found: dict[str, Any] = {}
    for name, look, size in (
        ("names", sample_names, asked.names),
        ("risk", sample_risk, asked.sample),
    ):
        rows = min(size, kept.rows)
        if params.redact.enabled and rows:
            call = {"params": params.redact, "size": rows, "seed": params.seed}
            found[name] = course.check(look, kept, rows, **call)
    return found


def _read(
    course: Course, files: list[SourceFile], params: RunParams
) -> tuple[list[Ingested], Merged]:
    """Read every file, and join them to one set with an id per row."""
    place = Store(path=course.place)
    found = course.read(ingest_file, files, store=place, params=params.ingest)
    if not any(one.data.rows for one in found):
        raise UsageError("\n".join(["no row could be read:", *(_why(one) for one in found)]))
    merged = course.merge(merge_rows, found, params.ingest)
    return found, merged


def _why(one: Ingested) -> str:
    reasons = ", ".join(f"{n} {reason}" for reason, n in one.report.quarantined.items())
    return f"  {one.report.name}: {reasons or 'no record in it'}"
