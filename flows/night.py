"""One night: the stages of `curate`, and then a release that takes its place among the others."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from flows.curate import publish
from flows.front import Call
from flows.params import CurateParams, NightlyParams
from flows.plan import models_used
from flows.protect import protected_files
from flows.remember import identity, remember
from flows.stages import Course
from flows.versions import versions
from tasks.base.cache import key_of
from tasks.base.errors import StageError, UsageError
from tasks.compare.compare import compare
from tasks.compare.folder import write_comparison
from tasks.compare.params import CompareParams, ShiftGates
from tasks.dedup.index.fragments import fragments
from tasks.ingest.sources import SourceFile
from tasks.publish.folder import MANIFEST
from tasks.publish.listed import Listed
from tasks.publish.plan import Release
from tasks.publish.release import publish_release
from tasks.publish.releases import INDEX, Releases


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
    remember_all(releases, evening.params)
    curated = done.sentence if listed.passed else done.sentence.replace("; all gates passed", "")
    told = {"out": str(releases.folder(listed.name)), "failed_gates": listed.failed_gates,
            "sentence": f"{curated} {_told(listed)} {changes}".rstrip()}  # fmt: skip
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
        if evening.params.shift != ShiftGates():
            raise StageError(
                f"what changed since {last.name} cannot be told, so the limits of `shift` cannot "
                f"be kept: {error}. To release this night unmeasured, leave them out"
            ) from None
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


def check_apart(place: Releases, sources: list[str], files: list[SourceFile]) -> None:
    """See that no release is taken for a source, tonight or tomorrow.

    Raises:
        UsageError: The folder of the releases is in a folder of sources.
    """
    own = place.path.resolve()
    for source in (Path(one).resolve() for one in sources if Path(one).is_dir()):
        if own.is_relative_to(source) and not any(
            part.startswith(".") for part in own.relative_to(source).parts
        ):
            raise UsageError(
                f"the releases {str(place.path)!r} would be in the folder of sources "
                f"{str(source)!r}, and be taken for sources; name another folder for the releases"
            )
    inside = [one.name for one in files if one.path.resolve().is_relative_to(place.path.resolve())]
    if inside:
        raise UsageError(
            f"the releases {str(place.path)!r} are in a folder of sources, and {inside[0]} was "
            "taken for one; name another folder for the releases"
        )


def index_of(place: Releases, params: NightlyParams) -> str:
    """Folder of the index of a store of releases; empty where none is kept."""
    return str(place.path / INDEX) if params.each == "new" else ""


def remember_all(place: Releases, params: NightlyParams) -> None:
    """Add every release to the index that passed its gates and is not in it yet."""
    path = index_of(place, params)
    if not path:
        return
    there = {one.run for one in fragments(path)}
    for one in place.present:
        folder = place.folder(one.name)
        hashes = [str(source["sha256"]) for source in manifest_of(folder)["sources"]]
        if one.passed and identity(hashes, str(folder)) not in there:
            rows = pl.scan_parquet(folder / "data.parquet", glob=False)
            remember(path, rows, hashes, str(folder))


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a release."""
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    return found
