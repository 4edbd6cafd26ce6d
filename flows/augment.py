"""What a set lacks is made from what it has, and held to account like any other row.

The order of stages: read, clean, validate, redact; evolve prompts and have them answered; write new
rows where the set is thin; make rows of records; redact once more, for a model may write a name of
its own; drop what failed, each row with its reason, what is wrong where that can be told, and what
comes too near to a real row; hold the mix within its bounds; score if the run asks for it; split,
with a made row on the side of its parent; publish.
"""

import warnings
from typing import Any

from prefect import flow

from flows.front import Asked, Call, conduct, prepare, release
from flows.home import store
from flows.notify import on_failure
from flows.params import (
    AugmentParams,
    AugmentRunParams,
    CleanParams,
    ExportParams,
    Runner,
    ScoreParams,
    Seed,
)
from flows.plan import command_line
from flows.redaction import seeded_redact
from flows.scoring import Bench, refused, score_rows, seat, seeded_split
from flows.stages import Course
from tasks.augment.balance import balance_mix
from tasks.augment.eliminate import eliminate_failed
from tasks.augment.evolve import evolve_prompts
from tasks.augment.privacy import drop_near
from tasks.augment.records import make_records
from tasks.augment.records_params import RecordsParams
from tasks.augment.synthesise import synthesise_rows
from tasks.augment.verify import drop_wrong
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile, find_sources
from tasks.llm.params import LlmParams
from tasks.publish.gates import GateParams
from tasks.publish.plan import Release
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact_pii
from tasks.select.split import SplitParams, split_rows
from tasks.validate.rows import ValidateParams

warnings.filterwarnings("ignore", 'Field name "validate" .* shadows', UserWarning)  # see curate


@flow(
    name="augment",
    flow_run_name="augment-{out}",
    persist_result=False,
    on_failure=[on_failure],
    on_crashed=[on_failure],
)
def augment(
    sources: list[str],
    out: str,
    runner: Runner = "threads",
    seed: Seed = 0,
    ingest: IngestParams = IngestParams(),
    clean: CleanParams = CleanParams(),
    validate: ValidateParams = ValidateParams(),
    redact: RedactParams = RedactParams(),
    llm: LlmParams = LlmParams(),
    augment: AugmentParams = AugmentParams(),
    score: ScoreParams = ScoreParams(),
    split: SplitParams = SplitParams(),
    export: ExportParams = ExportParams(),
    gates: GateParams = GateParams(),
) -> Release:
    """Evolve the prompts of a set, and account for every row that was made.

    Args:
        sources: Files, folders or globs to read, on the machine that runs this (JSONL, JSON, CSV,
            TSV, Parquet, also packed).
        out: Folder to write to; the files of an earlier run in it are replaced.
        runner: Where row-wise stages run: threads, processes or ray (an extra).
        seed: Changes every choice made by chance.
        ingest: How files are read.
        clean: How damaged text is mended.
        validate: Which conversations are sound.
        redact: Which personal data is replaced, before anything is sent to a model and in what
            comes back.
        llm: Which language model writes, how fast, and what it may cost.
        augment: What is made.
        score: What rows are worth; off unless enabled.
        split: How large validation and test are.
        export: Formats that are written.
        gates: Limits that fail the run.
    """
    params = AugmentRunParams(
        ingest=ingest, validate_=validate, clean=clean, redact=redact, llm=llm, augment=augment,
        score=score, split=split, export=export, gates=gates, runner=runner, seed=seed,
    )  # fmt: skip
    return conduct(augment_files, params, Asked(sources, out, command_line(sources, params)))


def augment_files(
    course: Course, files: list[SourceFile], params: AugmentRunParams, call: Call
) -> tuple[Release, dict[str, Any]]:
    """The stages in their order, whoever runs them; see `augment`."""
    prepared = prepare(course, files, params)
    given = params.augment
    bred = course.whole(
        evolve_prompts, prepared.rows, given.evolve,
        on=given.evolve.enabled and params.llm.endpoint != "none", llm=course.left(params.llm),
    )  # fmt: skip
    written = course.whole(
        synthesise_rows, bred, given.synthesise,
        on=bool(given.synthesise.rows) and params.llm.endpoint != "none",
        llm=course.left(params.llm),
    )  # fmt: skip
    tables = tables_of(given.records)
    wants_records = bool(tables or given.records.invent)
    filled = course.whole(
        make_records, written, given.records,
        on=wants_records, files=tables,
        llm=course.left(params.llm) if given.records.phrase else LlmParams(),
    )  # fmt: skip
    private = course.row_wise(redact_pii, filled, seeded_redact(params), on=params.redact.enabled)
    sound = course.whole(eliminate_failed, private, given.eliminate)
    right = course.whole(drop_wrong, sound, given.verify, llm=course.left(params.llm))
    apart = course.whole(drop_near, right, given.privacy)
    mixed = course.whole(balance_mix, apart, given.balance)
    bench = seat(course, params) if params.score.enabled else Bench()
    scored = score_rows(course, mixed, params, bench) if params.score.enabled else mixed
    kept = course.whole(split_rows, scored, seeded_split(params.split, params.seed))
    may_not = refused(params.score, bench) if params.score.enabled else None
    passports = bench.facts(course, params.score.bar)
    return release(course, prepared, kept, params, call, passports, may_not)


def tables_of(given: RecordsParams) -> list[SourceFile]:
    """The files of records that a run names; none if it names none."""
    return find_sources(given.tables, store() / "spool") if given.tables else []
