"""The way of a run by the cache alone: which stages it holds, and which would be computed."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from prefect.tasks import Task
from pydantic import BaseModel

from flows.home import store
from flows.stages import Course, Publisher, Stage, is_whole
from tasks.base.cache import key_of
from tasks.base.dataset import DatasetRef, split_dataset
from tasks.base.params import StageParams
from tasks.base.report import Cost, StageReport, StageResult
from tasks.dedup.items.read import Protected
from tasks.ingest.ingested import Ingested, SourceReport
from tasks.ingest.merge import Merged
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile
from tasks.publish.audit import Audited
from tasks.publish.plan import Release, ReleasePlan
from tasks.review.items import Item
from tasks.review.params import ReviewParams
from tasks.review.votes import Vote
from tasks.scale.experiment import Experiment
from tasks.score.calibration.candidate import identity_of
from tasks.score.calibration.passport import GoldFacts, Passport

R = TypeVar("R", bound=BaseModel)
ASKING = ("augment.evolve", "augment.synthesise", "score.reward", "score.judge")
"""Stages that ask a model about rows."""


class PlannedCourse(Course):
    """Goes the way of a run, but looks stages up in the cache instead of running them."""

    def __init__(self) -> None:
        super().__init__(runner=None)
        self.steps: list[dict[str, Any]] = []
        self.unknown = DatasetRef(store=str(store()), sha256="", rows=1)
        self.scored: DatasetRef | None = None  # what the first stage that asks a model reads

    def whole(
        self, stage: Stage, data: DatasetRef, params: StageParams, on: bool = True, **more: object
    ) -> DatasetRef:
        """Look a stage up that sees all rows at once."""
        if on and stage.name in ASKING and self.scored is None:
            self.scored = data
        return self._stage(stage, [data], params, on, **more)

    def exam(self, examiner: Task[..., Passport], **call: object) -> Passport:
        """Look an exam up; one that was never held is failed."""
        found = self._recall(examiner, call, Passport)
        self._say(examiner.name, 1, 0 if found else 1, "")
        return found or _unexamined(call)

    def experiment(self, trainer: Task[..., Experiment], **call: object) -> Experiment | None:
        """Look an experiment up."""
        kept = call["kept"]
        known = isinstance(kept, DatasetRef) and bool(kept.sha256)
        found = self._recall(trainer, call, Experiment) if known else None
        self._say(trainer.name, 1, 0 if found else 1, "" if known else "its input changes")
        return found

    def row_wise(
        self, stage: Stage, data: DatasetRef, params: StageParams, on: bool = True
    ) -> DatasetRef:
        """Look a stage up part by part."""
        return self._stage(stage, split_dataset(data) if data.sha256 else [data], params, on)

    def read(
        self, reader: Task[..., Ingested], file: list[SourceFile], **fixed: object
    ) -> list[Ingested]:
        """Look every file up."""
        found = [self._recall(reader, {"file": one, **fixed}, Ingested) for one in file]
        new = [one.name for one, result in zip(file, found, strict=True) if result is None]
        self._say(reader.name, len(file), len(new), f"new or changed: {', '.join(new[:5])}")
        return [result or self._unread(one) for one, result in zip(file, found, strict=True)]

    def merge(
        self, merger: Task[..., Merged], files: list[Ingested], params: IngestParams
    ) -> Merged:
        """Look merging up."""
        known = all(one.data.sha256 for one in files)
        call: dict[str, object] = {"files": files, "params": params}
        found = self._recall(merger, call, Merged) if known else None
        self._say(merger.name, 1, 0 if found else 1, "" if known else "its input changes")
        return found or Merged(data=self.unknown, quarantine=self.unknown)

    def items(self, reader: Task[..., Protected], **call: object) -> Protected:
        """Look the protected sets up."""
        found = self._recall(reader, call, Protected)
        self._say(reader.name, 1, 0 if found else 1, "")
        return found or Protected(data=self.unknown, items={})

    def audit(
        self, auditor: Task[..., Audited], data: DatasetRef, params: StageParams
    ) -> dict[str, int]:
        """Look the audit up."""
        parts = split_dataset(data) if data.sha256 else []
        calls = [{"data": part, "params": params} for part in parts]
        missing = sum(self._recall(auditor, call, Audited) is None for call in calls)
        self._say(auditor.name, len(parts) or 1, missing if parts else 1,
                  "" if parts else "its input changes")  # fmt: skip
        return {}

    def check(self, checker: Task[..., R], data: DatasetRef, rows: int, **call: object) -> R | None:
        """Look a check up."""
        del rows
        known: dict[str, object] = {"data": data, **call}
        # what a check finds is one of the models that pydantic reads by its annotation
        model = checker.fn.__annotations__["return"]
        found = self._recall(checker, known, model) if data.sha256 else None
        self._say(checker.name, 1, 0 if found else 1, "" if data.sha256 else "its input changes")
        return found

    def release(self, publish: Publisher, plan: ReleasePlan) -> tuple[Release, dict[str, Any]]:
        """Publishing always runs, and here it does not: of the plan nothing is written."""
        why = f"always runs; {plan.out or 'the folder'} may have changed"
        self._say(publish.name, 1, 1, why)
        nothing = dict.fromkeys(("read", "kept", "dropped", "quarantined", "made"), 0)
        return Release(out=plan.out, **nothing, failed_gates=(), sentence=""), {}

    def ask(
        self, _choose: Callable[[], list[Item]], params: ReviewParams
    ) -> tuple[list[Item], list[Vote]]:
        """Nobody is asked; what comes after an answer cannot be foreseen."""
        self._say("review.ask", 1, 1, f"waits for people, {params.patience:g} hours at most")
        return [], []

    def afterwards(self, name: str, _rows: int, _act: Callable[[], object]) -> None:
        """Nothing is written."""
        self._say(name, 1, 1, "always runs, unless a gate fails")

    def _stage(
        self, stage: Task[..., StageResult], parts: list[DatasetRef], params: StageParams, on: bool,
        **more: object,
    ) -> DatasetRef:  # fmt: skip
        if not on:
            self.steps.append({"stage": stage.name, "will": "skip", "why": "switched off"})
            return parts[0] if len(parts) == 1 else self.unknown
        known = all(part.sha256 for part in parts)
        found = [
            self._recall(stage, {"data": part, "params": params, **more}, StageResult)
            if known
            else None
            for part in parts
        ]
        missing = sum(result is None for result in found)
        why = "" if known else "its input changes"
        self._say(
            stage.name, len(parts), missing, why, sum(p.rows for p in parts) if known else None
        )
        there = [result for result in found if result is not None]
        if missing or not there:
            self.results.append(self._nothing(stage.name))
            self.inputs.append(self.unknown)
            return self.unknown
        return self._keep(stage.name, self.unknown, there, [True], 0.0)

    def _say(self, stage: str, parts: int, missing: int, why: str, rows: int | None = None) -> None:
        will = "run" if missing else "reuse"
        reason = why or ("params, code, engines or input are new" if missing else "from cache")
        some = f" {missing} of {parts} parts" if missing and parts > 1 else ""
        self.steps.append(
            {
                "stage": stage,
                "will": will + some,
                "why": reason if missing else "from cache",
                "rows": rows,
            }
        )

    def _recall(self, stage: Task[..., Any], inputs: dict[str, Any], model: type[R]) -> R | None:
        """What the cache holds for this call, if its files are still there."""
        record = store() / ".results" / key_of(stage, inputs)
        try:
            found = model.model_validate(
                json.loads(json.loads(record.read_text())["result"])["data"]
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return found if is_whole(found) else None

    def _nothing(self, stage: str) -> StageResult:
        report = StageReport(stage=stage, kind="edit", rows_in=0, rows_out=0)
        return StageResult(data=self.unknown, dropped=self.unknown, report=report)

    def _unread(self, file: SourceFile) -> Ingested:
        report = SourceReport(
            name=file.name, format="", encoding="", layouts={}, records=0, rows=0, quarantined={},
            notes=(), unread={}, seconds=0,
        )  # fmt: skip
        return Ingested(data=self.unknown, quarantine=self.unknown, report=report)


def _unexamined(call: dict[str, Any]) -> Passport:
    """The passport of a judge that has not sat its exam."""
    gold: SourceFile = call["gold"]
    facts = GoldFacts(
        name=gold.name, sha256=gold.sha256, kind="pairs", items=0, people=0, faults={}
    )
    return Passport(
        judge=identity_of(call["judge"], call["llm"]), gold=facts, compared=True, asked=0,
        unscored={}, figures=(), ceiling={}, good=0.5, errors=None, cost=Cost(), verdict="fail",
        why=(),
    )  # fmt: skip
