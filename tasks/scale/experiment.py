"""The experiment as tasks: one for the whole battery, for a task takes longer than a fit."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, read_dataset, write_dataset
from tasks.base.errors import StageError
from tasks.base.progress import Progress, announce
from tasks.base.report import Cost
from tasks.embed import encoders
from tasks.embed.static import static_encoder
from tasks.embed.vectors import memory
from tasks.llm.params import LlmParams
from tasks.scale.command import Command
from tasks.scale.jobs import Jobs
from tasks.scale.lora import Lora
from tasks.scale.params import PlanParams
from tasks.scale.plan import Cell, cells, dear_cells
from tasks.scale.points import train_all
from tasks.scale.pool import Pool, pool_of
from tasks.scale.proxies import BATTERY
from tasks.scale.trainer import Trainer
from tasks.scale.trainer_params import CommandParams, JobsParams, LoraParams
from tasks.score.head import on_one_thread

ENGINES = encoders.ENGINES
NAME = "scale.battery"


class Experiment(BaseModel, frozen=True):
    """Points that were trained for, and what they were trained on."""

    points: DatasetRef
    facts: dict[str, Any]  # of the plan: held-out rows, arms, rows near to held-out ones
    cost: Cost = Cost()
    unfinished: int = 0  # points that could not be had for now


class Rows(NamedTuple):
    """What an experiment is held on."""

    raw: DatasetRef  # rows before anything was judged
    kept: DatasetRef  # curated rows
    dropped: dict[str, DatasetRef]  # by the stage that dropped them


def run_experiment(
    rows: Rows, plan: PlanParams, seed: int, name: str, trainers: Sequence[Trainer],
    choose: Callable[[Pool], Iterable[Cell]],
) -> Experiment:  # fmt: skip
    """Train on every chosen cell.

    Args:
        rows: What is trained on.
        plan: Who is held out, and which arms there are.
        seed: Of every draw.
        name: Stage that progress is told under.
        trainers: Who trains.
        choose: The cells of a pool.

    Raises:
        UsageError: There are too few rows.
    """
    started = time.process_time()
    ids = {stage: _ids(ref) for stage, ref in rows.dropped.items()}
    store = rows.raw.store
    pool = pool_of(
        read_dataset(rows.raw), _ids(rows.kept), ids, plan, seed, memory(store, static_encoder())
    )
    planned = list(choose(pool))

    def tell(done: int) -> None:
        announce(Progress(name, done, len(planned), rows.kept.rows))

    done = train_all(planned, pool, trainers, store, tell)
    facts: dict[str, Any] = {
        **_plan(pool, planned), "failures": done.failures,
        "cpu_seconds": round(time.process_time() - started, 1),
    }  # fmt: skip
    return Experiment(
        points=write_dataset(done.points, store), facts=facts, cost=Cost(money=done.spent),
        unfinished=done.missing,
    )  # fmt: skip


def _ids(ref: DatasetRef) -> pl.Series:
    return read_dataset(ref).select("id").collect()["id"]


def _plan(pool: Pool, planned: list[Cell]) -> dict[str, Any]:
    return {
        "held_out": len(pool.held.rows),
        "held_out_made": int((~pool.rows["is_human"].gather(pool.held.rows)).sum()),
        "have": pool.curated,
        "near": pool.near,
        "arms": {name: len(rows) for name, rows in pool.arms.items()},
        "sizes": list(planned[0].subset.sizes) if planned else [],
        "seeds": 1 + max((cell.seed for cell in planned), default=-1),
    }


@task(
    name=NAME, cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
@on_one_thread
def run_battery(
    raw: DatasetRef, kept: DatasetRef, dropped: dict[str, DatasetRef], params: PlanParams,
    seed: int = 0,
) -> Experiment:  # fmt: skip
    """Train all proxies of this machine on every arm, size and seed."""
    return run_experiment(
        Rows(raw, kept, dropped), params, seed, NAME, BATTERY,
        lambda pool: cells(pool, params, seed),
    )  # fmt: skip


@task(name="scale.lora", cache_key_fn=stage_key)
@on_one_thread
def run_lora(
    raw: DatasetRef, kept: DatasetRef, dropped: dict[str, DatasetRef], params: PlanParams,
    lora: LoraParams, seed: int = 0,
) -> Experiment:  # fmt: skip
    """Train an adapter of the local model on the sets of a few arms."""
    small = params.model_copy(update={"most_rows": lora.most_rows})
    return run_experiment(
        Rows(raw, kept, dropped), params, seed, "scale.lora", [Lora(lora)],
        lambda pool: dear_cells(pool, small, lora, seed),
    )  # fmt: skip


@task(name="scale.jobs", cache_key_fn=stage_key)
def run_jobs(
    raw: DatasetRef, kept: DatasetRef, dropped: dict[str, DatasetRef], params: PlanParams,
    jobs: JobsParams, llm: LlmParams, seed: int = 0,
) -> Experiment:  # fmt: skip
    """Have a model fine-tuned on the largest sets of a few arms."""
    return run_experiment(
        Rows(raw, kept, dropped), params, seed, "scale.jobs", [Jobs(jobs, llm, raw.store)],
        lambda pool: dear_cells(pool, params, jobs, seed),
    )  # fmt: skip


@task(name="scale.command", cache_key_fn=stage_key)
def run_command(
    raw: DatasetRef, kept: DatasetRef, dropped: dict[str, DatasetRef], params: PlanParams,
    command: CommandParams, version: str, seed: int = 0,
) -> Experiment:  # fmt: skip
    """Run the user's own training, of this `version`, on the largest sets of a few arms."""
    own = Command(command, raw.store)
    if own.version != version:
        raise StageError("the training has changed since the run began; run again")
    return run_experiment(
        Rows(raw, kept, dropped), params, seed, "scale.command", [own],
        lambda pool: dear_cells(pool, params, command, seed),
    )  # fmt: skip
