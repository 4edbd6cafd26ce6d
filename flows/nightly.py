"""Every night: curate what the sources hold now into a release beside the earlier ones.

Sources may grow, change or lose rows. Only what is new or changed is read, redacted, embedded and
judged; the release is the one that a run from nothing would make. If nothing changed there is
nothing to do, and the run says so. A release that fails a gate is kept beside the others, but does
not become the latest.
"""

import json
import warnings
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from prefect import flow, get_run_logger
from pydantic import Field

from flows.compare import publish_comparison
from flows.front import Asked, conduct
from flows.home import store
from flows.night import (
    Evening,
    Night,
    check_apart,
    identity_of,
    index_of,
    manifest_of,
    night,
    remember_all,
)
from flows.notify import on_failure
from flows.params import (
    CleanParams,
    DedupParams,
    ExportParams,
    NightlyParams,
    Runner,
    ScoreParams,
    Seed,
)
from flows.plan import command_line
from tasks.compare.folder import NUMBERS
from tasks.compare.params import ShiftGates
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import find_sources
from tasks.llm.params import LlmParams
from tasks.publish.gates import GateParams
from tasks.publish.listed import Listed
from tasks.publish.releases import Releases
from tasks.redact.params import RedactParams
from tasks.review.params import ReviewParams
from tasks.select.split import SplitParams
from tasks.validate.rows import ValidateParams

warnings.filterwarnings("ignore", 'Field name "validate" .* shadows', UserWarning)  # see curate


@flow(
    name="nightly",
    flow_run_name="nightly-{releases}",
    persist_result=False,
    on_failure=[on_failure],
    on_crashed=[on_failure],
)
def nightly(
    sources: list[str],
    releases: str,
    each: Literal["whole", "new"] = "whole",
    keep: Annotated[int, Field(ge=1, le=100_000)] = 30,
    protect: tuple[str, ...] = (),
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
    shift: ShiftGates = ShiftGates(),
) -> Night:
    """Curate what the sources hold now into a release beside the earlier ones.

    Args:
        sources: Files, folders or globs to read; they may have grown, changed or lost rows.
        releases: Folder of the releases, one folder each; made if there is none. `latest` in it
            leads to the last release that passed its gates.
        each: whole: a release holds everything; new: only what no earlier release holds.
        keep: How many releases are kept; older ones are removed.
        protect: Evaluation sets (files, folders or globs); rows that hold an item of one leave.
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
        gates: Limits; a release that breaks one does not become the latest.
        shift: Limits on what may change since the latest release.
    """
    params = NightlyParams(
        each=each, keep=keep, ingest=ingest, validate_=validate, clean=clean, redact=redact,
        dedup=dedup, review=review, llm=llm, score=score, split=split, export=export, gates=gates,
        protect=protect, runner=runner, seed=seed, shift=shift,
    )  # fmt: skip
    place = Releases(releases)
    files = find_sources(sources, store() / "spool")
    check_apart(place, sources, files)
    with place.alone():
        remember_all(place, params)  # what a killed night did not come to
        evening = Evening(place, params, files, identity_of(files, params), place.latest())
        for one in (evening.last, *place.present[-1:]):  # the second may have failed a gate
            if one and one.identity == evening.identity:
                return _unchanged(one, place)
        draft = place.draft(datetime.now(UTC).date().isoformat())
        way = partial(night, evening=evening, draft=draft)
        curating = params.curating(index_of(place, params))
        asked = Asked(sources, str(place.folder(draft.name)), command_line(sources, curating))
        done = conduct(way, curating, asked, files)
        changes = Path(done.out, NUMBERS)
        if changes.exists():
            publish_comparison(json.loads(changes.read_bytes()), Path(done.out))
        return done


def _unchanged(last: Listed, place: Releases) -> Night:
    out = place.folder(last.name)
    counts = manifest_of(out)["counts"]
    failed = f", which failed a gate ({', '.join(last.failed_gates)})" if last.failed_gates else ""
    sentence = f"Nothing changed since the release {last.name}{failed}: nothing was done."
    get_run_logger().info(sentence)
    return Night(
        out=str(out), **{k: counts[k] for k in ("read", "kept", "dropped", "quarantined", "made")},
        failed_gates=last.failed_gates, sentence=sentence, name=last.name, parent=last.parent,
        unchanged=True,
    )  # fmt: skip
