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
from typing import Annotated, Any, Literal, NamedTuple

import polars as pl
from prefect import flow, get_run_logger
from pydantic import Field

from flows.compare import publish_comparison
from flows.curate import publish
from flows.front import Asked, Call, conduct
from flows.home import store
from flows.notify import on_failure
from flows.params import (
    CleanParams,
    CurateParams,
    DedupParams,
    ExportParams,
    NightlyParams,
    Runner,
    ScoreParams,
    Seed,
)
from flows.plan import command_line, models_used
from flows.protect import protected_files
from flows.remember import identity, remember
from flows.stages import Course
from flows.versions import versions
from tasks.base.cache import key_of
from tasks.base.errors import UsageError
from tasks.compare.compare import compare
from tasks.compare.folder import NUMBERS, write_comparison
from tasks.compare.params import CompareParams, ShiftGates
from tasks.dedup.index.fragments import fragments
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile, find_sources
from tasks.llm.params import LlmParams
from tasks.publish.folder import MANIFEST
from tasks.publish.gates import GateParams
from tasks.publish.plan import Release
from tasks.publish.release import publish_release
from tasks.publish.releases import INDEX, Listed, Releases
from tasks.redact.params import RedactParams
from tasks.review.params import ReviewParams
from tasks.select.split import SplitParams
from tasks.validate.rows import ValidateParams

warnings.filterwarnings("ignore", 'Field name "validate" .* shadows', UserWarning)  # see curate


class Night(Release):
    """What a night left behind."""

    name: str  # of the release; of the latest one, where nothing changed
    parent: str | None  # the release before it
    unchanged: bool = False  # there was nothing to do
    pruned: tuple[str, ...] = ()  # releases that were removed to make room


class Evening(NamedTuple):
    """What is known before anything runs."""

    releases: Releases
    params: NightlyParams
    files: list[SourceFile]
    identity: str  # of sources and settings
    last: Listed | None  # the latest release


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
    keep: Annotated[int, Field(ge=1)] = 30,
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
    _check_apart(place, files)
    with place.alone():
        _remember(place, params)  # what a killed night did not come to
        evening = Evening(place, params, files, identity_of(files, params), place.latest())
        if evening.last and evening.last.identity == evening.identity:
            return _unchanged(evening.last, place)
        draft = place.draft(datetime.now(UTC).date().isoformat())
        way = partial(night, evening=evening, draft=draft)
        curating = params.curating(_index(place, params))
        asked = Asked(sources, str(place.folder(draft.name)), command_line(sources, curating))
        done = conduct(way, curating, asked)
        changes = Path(done.out, NUMBERS)
        if changes.exists():
            publish_comparison(json.loads(changes.read_bytes()), Path(done.out))
        return done


def night(
    course: Course, files: list[SourceFile], params: CurateParams, call: Call,
    evening: Evening, draft: Path,
) -> tuple[Night, dict[str, Any]]:  # fmt: skip
    """The stages of `curate`, and then the release takes its place among the others."""
    releases, last = evening.releases, evening.last
    parent = last.name if last else None
    to_draft = call._replace(out=str(draft), parent=parent, identity=evening.identity)
    done, report, _ = publish(course, files, params, to_draft)
    changes = _compare(evening, draft)
    listed = releases.publish(draft)
    _remember(releases, evening.params)
    told = {"out": str(releases.folder(listed.name)), "failed_gates": listed.failed_gates,
            "sentence": f"{done.sentence} {_told(listed)} {changes}".rstrip()}  # fmt: skip
    return Night(
        **done.model_dump() | told,
        name=listed.name, parent=parent, pruned=tuple(releases.prune(evening.params.keep)),
    ), report  # fmt: skip


def _compare(evening: Evening, draft: Path) -> str:
    """Write what changed since the latest release beside the files of the new one; in a sentence.

    The manifest does not list it: the release is the same whatever came before it.
    """
    releases, last = evening.releases, evening.last
    if last is None:
        return ""
    try:
        gates = CompareParams(gates=evening.params.shift)
        found = compare(releases.folder(last.name), draft, gates)
    except UsageError as error:  # a release of an older version, for instance
        return f"Not compared with {last.name}: {error}"
    found.facts["after"]["folder"] = str(releases.folder(draft.name))
    write_comparison(found, draft)
    return f"Beside {last.name}: {found.sentence}"


def _told(listed: Listed) -> str:
    after = f"after {listed.parent}" if listed.parent else "the first of them"
    if listed.passed:
        return f"Released as {listed.name}, {after}."
    stays = f"{listed.parent} stays the latest release" if listed.parent else "nothing is released"
    return f"Kept as {listed.name}, but {stays}: a gate failed ({', '.join(listed.failed_gates)})."


def identity_of(files: list[SourceFile], params: NightlyParams) -> str:
    """Hash of all that a release follows from: sources, protected sets, settings, versions."""
    made_of: dict[str, Any] = {
        "files": files, "params": params, "protected": protected_files(params),
        "versions": versions(), "models": list(models_used(params)),
    }  # fmt: skip
    return key_of(publish_release, made_of).rpartition("-")[2]


def _check_apart(place: Releases, files: list[SourceFile]) -> None:
    inside = [one.name for one in files if one.path.resolve().is_relative_to(place.path.resolve())]
    if inside:
        raise UsageError(
            f"the releases {str(place.path)!r} are in a folder of sources, and {inside[0]} was "
            "taken for one; name another folder for the releases"
        )


def _unchanged(last: Listed, place: Releases) -> Night:
    out = place.folder(last.name)
    counts = _manifest(out)["counts"]
    sentence = f"Nothing changed since the release {last.name}: nothing was done."
    get_run_logger().info(sentence)
    return Night(
        out=str(out), **{k: counts[k] for k in ("read", "kept", "dropped", "quarantined", "made")},
        failed_gates=(), sentence=sentence, name=last.name, parent=last.parent, unchanged=True,
    )  # fmt: skip


def _index(place: Releases, params: NightlyParams) -> str:
    return str(place.path / INDEX) if params.each == "new" else ""


def _remember(place: Releases, params: NightlyParams) -> None:
    """Add every release to the index that passed its gates and is not in it yet."""
    path = _index(place, params)
    if not path:
        return
    there = {one.run for one in fragments(path)}
    for one in place.present:
        folder = place.folder(one.name)
        hashes = [str(source["sha256"]) for source in _manifest(folder)["sources"]]
        if one.passed and identity(hashes, str(folder)) not in there:
            rows = pl.scan_parquet(folder / "data.parquet", glob=False)
            remember(path, rows, hashes, str(folder))


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    return found
