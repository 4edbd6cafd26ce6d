"""What a release is made of: all that the publishing stage needs to know of a run."""

from typing import Any

from pydantic import BaseModel, JsonValue

from tasks.base.dataset import DatasetRef
from tasks.base.report import Cost, StageResult
from tasks.ingest.ingested import SourceReport
from tasks.ingest.sources import SourceFile
from tasks.publish.gates import GateParams
from tasks.publish.names import NamesLeft
from tasks.publish.risk import Risk
from tasks.redact.canaries.recall import Recall


class StageTiming(BaseModel, frozen=True):
    """How long a stage took in this run."""

    stage: str
    seconds: float  # wall, as the flow saw it; from cache, the cost of looking
    cpu_seconds: float  # of the computation itself, whenever that was
    rows: int
    cached: bool


class Scaling(BaseModel, frozen=True):
    """What an experiment on size found."""

    points: DatasetRef
    facts: dict[str, Any]  # see tasks.scale.findings


class ReleasePlan(BaseModel, frozen=True):
    """A finished run, about to be written."""

    out: str  # folder to write to
    name: str  # of the release
    kept: DatasetRef
    raw: DatasetRef  # rows as they were read
    quarantine: DatasetRef
    results: tuple[StageResult, ...]  # of every stage, in the order they ran
    stage_inputs: tuple[DatasetRef, ...]  # what each of them read
    sources: tuple[SourceReport, ...]
    files: tuple[SourceFile, ...]
    formats: tuple[str, ...]
    gates: GateParams
    residues: dict[str, int] | None  # personal data that the audit found; None: not looked for
    canaries: Recall | None = None  # what redaction found of planted values; None: none planted
    risk: Risk | None = None  # what a second detector found in a sample; None: not asked
    names: NamesLeft | None = None  # names that stay, in a sample; None: not looked for
    parameters: dict[str, JsonValue]
    timings: tuple[StageTiming, ...]
    skipped: tuple[tuple[str, str, str], ...]  # check, why it did not run, what unlocks it
    command: str
    models: tuple[dict[str, str], ...]  # name, version, sha256 and used_for of every model used
    passports: tuple[dict[str, Any], ...] = ()  # of the judges, see tasks.score.calibration
    judge_refused: str | None = None  # why a judge may not drop rows; None: none was told to
    scaling: Scaling | None = None  # None: there was no experiment
    parent: str | None = None  # the release before this one, where there is a store of them
    identity: str | None = None  # hash of the sources and settings, where there is such a store
    cost: Cost = Cost()  # of this run; what came from cache costs nothing
    versions: dict[str, str]

    def result(self, stage: str) -> StageResult | None:
        """The result of the stage of this name, if it ran."""
        return next((r for r in self.results if r.report.stage == stage), None)


class Release(BaseModel, frozen=True):
    """What a run left behind."""

    out: str
    read: int  # rows and quarantined records that came in
    kept: int
    dropped: int
    quarantined: int
    made: int
    failed_gates: tuple[str, ...]
    sentence: str
