"""The experiment as tasks: one for the whole battery, for a task takes longer than a fit."""

import time
from collections.abc import Iterable
from typing import Any

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, read_dataset, write_dataset
from tasks.base.progress import Progress, announce
from tasks.base.report import Cost
from tasks.embed import encoders
from tasks.embed.static import static_encoder
from tasks.embed.vectors import memory
from tasks.scale.params import PlanParams
from tasks.scale.plan import Cell, cells
from tasks.scale.points import train_all
from tasks.scale.pool import Pool, pool_of
from tasks.scale.proxies import BATTERY
from tasks.scale.trainer import Trainer
from tasks.score.head import on_one_thread

ENGINES = encoders.ENGINES
NAME = "scale.battery"


class Experiment(BaseModel, frozen=True):
    """Points that were trained for, and what they were trained on."""

    points: DatasetRef
    facts: dict[str, Any]  # of the plan: held-out rows, arms, rows near to held-out ones
    cost: Cost = Cost()
    unfinished: int = 0  # points that could not be had for now


def run_experiment(
    raw: DatasetRef, kept: DatasetRef, dropped: dict[str, DatasetRef], params: PlanParams,
    seed: int, trainers: Iterable[Trainer],
) -> Experiment:  # fmt: skip
    """Train on every cell of the plan.

    Args:
        raw: Rows before anything was judged.
        kept: Curated rows.
        dropped: Rows that each stage dropped.
        params: The plan.
        seed: Of every draw.
        trainers: Who trains.

    Raises:
        UsageError: There are too few rows.
    """
    started = time.process_time()
    ids = {stage: _ids(ref) for stage, ref in dropped.items()}
    pool = pool_of(
        read_dataset(raw), _ids(kept), ids, params, seed, memory(raw.store, static_encoder())
    )
    planned = list(cells(pool, params, seed))

    def tell(done: int) -> None:
        announce(Progress(NAME, done, len(planned), kept.rows))

    points = train_all(planned, pool, list(trainers), raw.store, tell)
    facts = {**_plan(pool, planned), "cpu_seconds": round(time.process_time() - started, 1)}
    return Experiment(points=write_dataset(points, raw.store), facts=facts)


def _ids(ref: DatasetRef) -> pl.Series:
    return read_dataset(ref).select("id").collect()["id"]


def _plan(pool: Pool, planned: list[Cell]) -> dict[str, Any]:
    return {
        "held_out": len(pool.held.rows),
        "near": pool.near,
        "arms": {name: len(rows) for name, rows in pool.arms.items()},
        "sizes": list(planned[0].subset.sizes),
        "seeds": 1 + max(cell.seed for cell in planned),
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
    return run_experiment(raw, kept, dropped, params, seed, BATTERY)
