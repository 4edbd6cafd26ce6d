"""What rows are worth, who says so, and whether to believe it.

The order of stages: read, clean, validate, redact; cheap signals and the fit of answers to their
prompts; likelihoods, a reward model and a judge where one is named; a head that the judge has
taught; the judge again where the head is not sure; a verdict. Rows leave only for faults that the
run names. With a file of human labels (`gold`) the judge sits its exam first, and what it may
decide depends on that.
"""

import warnings
from functools import partial
from typing import Any

from prefect import flow

from flows.front import Asked, Call, conduct, prepare, release
from flows.notify import on_failure
from flows.params import CleanParams, Runner, ScoreParams, ScoreRunParams, Seed
from flows.plan import command_line
from flows.scoring import refused, score_rows, seat
from flows.stages import Course
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile
from tasks.llm.params import LlmParams
from tasks.publish.gates import GateParams
from tasks.publish.plan import Release
from tasks.redact.params import RedactParams
from tasks.validate.rows import ValidateParams

warnings.filterwarnings("ignore", 'Field name "validate" .* shadows', UserWarning)  # see curate


@flow(
    name="score",
    flow_run_name="score-{out}",
    persist_result=False,
    on_failure=[on_failure],
    on_crashed=[on_failure],
)
def score(
    sources: list[str],
    out: str,
    gold: str = "",
    runner: Runner = "threads",
    seed: Seed = 0,
    ingest: IngestParams = IngestParams(),
    clean: CleanParams = CleanParams(),
    validate: ValidateParams = ValidateParams(),
    redact: RedactParams = RedactParams(),
    llm: LlmParams = LlmParams(),
    score: ScoreParams = ScoreParams(),
    gates: GateParams = GateParams(),
) -> Release:
    """Score rows by rules, encoder and judge, and say how far to believe each.

    Args:
        sources: Files, folders or globs to read, on the machine that runs this (JSONL, JSON, CSV,
            TSV, Parquet, also packed).
        out: Folder to write to; the files of an earlier run in it are replaced.
        gold: File with human labels that calibrates the judge: pairs of answers with the better
            one named, or rows with a rating. Empty: the passport of an earlier exam counts.
        runner: Where row-wise stages run: threads, processes or ray (an extra).
        seed: Changes every choice made by chance.
        ingest: How files are read.
        clean: How damaged text is mended.
        validate: Which conversations are sound.
        redact: Which personal data is replaced before anything is sent to a model.
        llm: Which language model is asked, how fast, and what it may cost.
        score: How rows are scored, and which of them leave for it.
        gates: Limits that fail the run.
    """
    params = ScoreRunParams(
        ingest=ingest, validate_=validate, clean=clean, redact=redact, llm=llm, score=score,
        gates=gates, runner=runner, seed=seed,
    )  # fmt: skip
    command = command_line(sources, params, *(["--gold", gold] if gold else []))
    return conduct(partial(score_files, gold=gold), params, Asked(sources, out, command))


def score_files(
    course: Course, files: list[SourceFile], params: ScoreRunParams, call: Call, gold: str
) -> tuple[Release, dict[str, Any]]:
    """The stages in their order, whoever runs them; see `score`."""
    bench = seat(course, params, gold)
    prepared = prepare(course, files, params)
    kept = score_rows(course, prepared.rows, params, bench)
    may_not = refused(params.score, bench)
    passports = bench.facts(course, params.score.bar)
    return release(course, prepared, kept, params, call, passports, may_not)
