"""How a flow runs its stages: from cache when it may be, in parallel where rows allow it."""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from prefect import unmapped
from prefect.client.schemas.objects import State
from prefect.task_runners import TaskRunner
from prefect.tasks import Task
from pydantic import BaseModel

from flows.home import store
from tasks.base.cache import code_of
from tasks.base.dataset import DatasetRef, join_datasets, split_dataset
from tasks.base.params import StageParams
from tasks.base.progress import Progress, announce
from tasks.base.report import Cost, StageResult, join_reports
from tasks.dedup.items.read import Protected
from tasks.ingest.ingested import Ingested
from tasks.ingest.merge import Merged
from tasks.ingest.params import IngestParams
from tasks.ingest.sources import SourceFile
from tasks.llm.params import LlmParams
from tasks.publish.audit import Audited
from tasks.publish.folder import sole_writer
from tasks.publish.plan import Release, ReleasePlan, StageTiming
from tasks.review.items import Item
from tasks.review.params import ReviewParams
from tasks.review.votes import Vote
from tasks.scale.experiment import Experiment
from tasks.score.calibration.passport import Passport, store_passport

logger = logging.getLogger(__name__)

Stage = Task[..., StageResult]
Merger = Task[..., Merged]
Publisher = Task[..., tuple[Release, dict[str, Any]]]
Arguments = dict[str, object]
R = TypeVar("R", bound=BaseModel)
STAGE = "stage: "  # begins the note that says in which stage an error arose
CACHED = "Cached"  # Prefect's name for the state of a task that it did not have to run


class Course:
    """The way of one run through its stages: runs them and keeps what they report."""

    def __init__(self, runner: TaskRunner[Any] | None, place: str = "") -> None:
        self.runner = runner
        self.place = place or str(store())  # folder of the store
        self.results: list[StageResult] = []
        self.inputs: list[DatasetRef] = []  # what the stage of each result read
        self.timings: list[StageTiming] = []
        self.cost = Cost()  # of what was computed, not of what came from cache
        self.skipped: list[tuple[str, str, str]] = []  # check, why not, what unlocks it

    def whole(
        self, stage: Stage, data: DatasetRef, params: StageParams, on: bool = True, **more: object
    ) -> DatasetRef:
        """Run a stage that must see all rows at once; returns the rows that go on.

        Args:
            stage: The stage's task.
            data: What it reads.
            params: Its settings.
            on: Whether it runs at all.
            more: Further arguments of the stage, such as the door to a language model.
        """
        if not on:
            return data
        started = time.perf_counter()
        announce(Progress(stage.name, 0, 1, data.rows))
        result, cached = self._one(stage, data=data, params=params, **more)
        return self._keep(stage.name, data, [result], [cached], started)

    def row_wise(
        self, stage: Stage, data: DatasetRef, params: StageParams, on: bool = True
    ) -> DatasetRef:
        """Run a stage part by part, in parallel; returns the rows that go on."""
        if not on:
            return data
        started = time.perf_counter()
        done = self._each(stage, data.rows, "data", split_dataset(data), {"params": params})
        return self._keep(stage.name, data, [r for r, _ in done], [c for _, c in done], started)

    def read(
        self, reader: Task[..., Ingested], file: list[SourceFile], **fixed: object
    ) -> list[Ingested]:
        """Read every file, in parallel."""
        started = time.perf_counter()
        done = self._each(reader, len(file), "file", file, fixed)
        self._time(reader.name, len(file), started, 0.0, all(cached for _, cached in done))
        return [result for result, _ in done]

    def merge(
        self, merger: Task[..., Merged], files: list[Ingested], params: IngestParams
    ) -> Merged:
        """Join what was read to one set."""
        started, rows = time.perf_counter(), sum(one.data.rows for one in files)
        announce(Progress(merger.name, 0, 1, rows))
        result, cached = self._one(merger, files=files, params=params)
        self._time(merger.name, rows, started, 0.0, cached)
        return result

    def items(self, reader: Task[..., Protected], **call: object) -> Protected:
        """Read the sets that a run protects."""
        started = time.perf_counter()
        found, cached = self._one(reader, **call)
        self._time(reader.name, found.data.rows, started, 0.0, cached)
        return found

    def audit(
        self, auditor: Task[..., Audited], data: DatasetRef, params: StageParams
    ) -> dict[str, int]:
        """Count personal data in what is about to be released, part by part."""
        started = time.perf_counter()
        done = self._each(auditor, data.rows, "data", split_dataset(data), {"params": params})
        self._time(auditor.name, data.rows, started, 0.0, all(cached for _, cached in done))
        return dict(sum((Counter(one.found) for one, _ in done), Counter()))

    def check(self, checker: Task[..., R], data: DatasetRef, rows: int, **call: object) -> R | None:
        """Look at `rows` rows of `data`, without changing any; None where nothing is known yet."""
        started = time.perf_counter()
        announce(Progress(checker.name, 0, 1, rows))
        found, cached = self._one(checker, data=data, **call)
        self._time(checker.name, rows, started, 0.0, cached)
        return found

    def exam(self, examiner: Task[..., Passport], **call: object) -> Passport:
        """Let a judge sit its exam, and keep the passport for runs to come."""
        started = time.perf_counter()
        announce(Progress(examiner.name, 0, 1, 0))
        passport, cached = self._one(examiner, **call)
        store_passport(passport, self.place)
        self.cost = self.cost if cached else self.cost + passport.cost
        self._time(examiner.name, passport.asked, started, 0.0, cached)
        return passport

    def experiment(self, trainer: Task[..., Experiment], **call: object) -> Experiment | None:
        """Train on many subsets; None where nothing is known yet."""
        started = time.perf_counter()
        found, cached = self._one(trainer, **call)
        self.cost = self.cost if cached else self.cost + found.cost
        self._time(trainer.name, found.points.rows, started, found.facts["cpu_seconds"], cached)
        return found

    def left(self, llm: LlmParams) -> LlmParams:
        """The door's settings with what the run has left of its budget."""
        spent = self.cost
        budget = llm.budget.left(spent.tokens_in + spent.tokens_out, spent.money)
        return llm.model_copy(update={"budget": budget})

    def release(self, publish: Publisher, plan: ReleasePlan) -> tuple[Release, dict[str, Any]]:
        """Write what came of the run; never from cache."""
        announce(Progress(publish.name, 0, 1, plan.kept.rows))
        with sole_writer(plan.out):
            released = publish(plan)
        announce(Progress(publish.name, 1, 1, plan.kept.rows))
        return released

    def ask(
        self, choose: Callable[[], list[Item]], params: ReviewParams
    ) -> tuple[list[Item], list[Vote]]:
        """Show people the rows that `choose` finds, and wait for what they say."""
        from flows.asking import ask

        started, items = time.perf_counter(), choose()
        announce(Progress("review.ask", 0, 1, len(items)))
        votes = ask(items, params) if items else []
        self._time("review.ask", len(items), started, 0.0, cached=False)
        return items, votes

    def again(self) -> None:
        """Forget what the stages said: they run once more, over what people decided."""
        self.results, self.inputs, self.timings = [], [], []

    def afterwards(self, name: str, rows: int, act: Callable[[], object]) -> None:
        """Do what a release has for a consequence; never from cache."""
        announce(Progress(name, 0, 1, rows))
        act()
        announce(Progress(name, 1, 1, rows))

    def _each(
        self, stage: Task[..., R], rows: int, over: str, items: Sequence[object], fixed: Arguments
    ) -> list[tuple[R, bool]]:
        """Run a task with each of `items` as its argument `over`; say which came from cache."""
        announce(Progress(stage.name, 0, len(items), rows))
        calls: list[Arguments] = [{**fixed, over: item} for item in items]
        if self.runner is None or len(items) == 1:  # not worth a detour over the runner
            return [self._one(stage, **call) for call in calls]
        code_of(stage.fn.__module__)  # once, here: a key that fails in a thread is only logged
        kept = {name: unmapped(value) for name, value in fixed.items()}
        futures = self.runner.map(stage, {**kept, over: items})  # type: ignore[arg-type]
        done = []
        for future, call in zip(futures, calls, strict=True):
            future.wait()
            done.append(self._sound(stage, future.state, call))
            announce(Progress(stage.name, len(done), len(items), rows, done[-1][1]))
        return done

    def _one(self, stage: Task[..., R], **call: object) -> tuple[R, bool]:
        state: State[R] = stage(**call, return_state=True)  # type: ignore[assignment]
        return self._sound(stage, state, call)

    def _sound(self, stage: Task[..., R], state: State[R], call: Arguments) -> tuple[R, bool]:
        """The result of a finished task; computed anew if it is not all there.

        Files that it points at may be gone, or a stage may not have come to all rows, because a
        budget was spent or an endpoint was down.
        """
        try:
            result: R = state.result()
        except Exception as error:
            error.add_note(f"{STAGE}{stage.name}")  # for who is told of it, see flows.notify
            raise
        cached = state.name == CACHED
        if cached:
            _note_use(state)
        if cached and not is_whole(result):
            logger.info("%s: what an earlier run found is not all there; computed anew", stage.name)
            return stage.with_options(refresh_cache=True)(**call), False
        return result, cached

    def _keep(
        self,
        name: str,
        data: DatasetRef,
        done: list[StageResult],
        cached: list[bool],
        started: float,
    ) -> DatasetRef:
        result = join_results(done)
        fresh = [r.report.cost for r, known in zip(done, cached, strict=True) if not known]
        self.cost = sum((cost for cost in fresh if cost), self.cost)
        self.results.append(result)
        self.inputs.append(data)
        self._time(name, data.rows, started, result.report.cpu_seconds, all(cached))
        return result.data

    def _time(self, name: str, rows: int, started: float, cpu: float, cached: bool) -> None:
        took = round(time.perf_counter() - started, 3)
        self.timings.append(
            StageTiming(stage=name, seconds=took, cpu_seconds=cpu, rows=rows, cached=cached)
        )
        announce(Progress(name, 1, 1, rows, cached))


def _note_use(state: State[Any]) -> None:
    """Date the file that a result came from, so that `finery maintain` leaves what is in use."""
    key = getattr(getattr(state.data, "metadata", state.data), "storage_key", None)
    if key and Path(key).exists():  # results may also lie in an object store
        os.utime(key)


def join_results(results: list[StageResult]) -> StageResult:
    """One result for the parts of a row-wise stage."""
    if len(results) == 1:
        return results[0]
    return StageResult(
        data=join_datasets(r.data for r in results),
        dropped=join_datasets(r.dropped for r in results),
        edits=_join(r.edits for r in results),
        evidence=_join(r.evidence for r in results),
        spared=_join(r.spared for r in results),
        report=join_reports([r.report for r in results]),
    )


def _join(references: Iterator[DatasetRef | None]) -> DatasetRef | None:
    there = [ref for ref in references if ref is not None]
    return join_datasets(there) if there else None


def is_whole(result: BaseModel) -> bool:
    """Whether a result from cache can stand for the computation."""
    own = result.report if isinstance(result, StageResult) else result
    left = getattr(own, "unfinished", 0)
    return not left and all(ref.exists() for ref in references(result))


def references(result: BaseModel) -> list[DatasetRef]:
    """Every dataset that a result points at."""
    return [value for value in dict(result).values() if isinstance(value, DatasetRef)]
