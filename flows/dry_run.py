"""What a run would do: per stage whether it runs and why, from the cache alone. Writes nothing."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flows.augment import augment_files
from flows.curate import curate_files
from flows.front import Call
from flows.params import (
    AugmentRunParams,
    CurateParams,
    RunParams,
    ScaleRunParams,
    ScoreRunParams,
)
from flows.planned import PlannedCourse
from flows.price import Priced, rows_as_read, total
from flows.price_augment import price_evolve, price_records, price_synthesis, price_verify
from flows.price_scale import price_jobs
from flows.price_score import price_exam, price_judge, price_reward
from flows.scale import scale_files
from flows.score import score_files
from tasks.base.dataset import DatasetRef
from tasks.ingest.sources import SourceFile

PRICES: tuple[tuple[tuple[str, ...], Callable[[DatasetRef, Any], list[Priced]]], ...] = (
    (("augment.evolve",), price_evolve), (("augment.synthesise",), price_synthesis),
    (("augment.records",), price_records), (("augment.verify",), price_verify),
    (("scale.jobs",), price_jobs), (("score.reward",), price_reward),
    (("score.judge", "score.margin"), price_judge),
)  # fmt: skip
"""Stages that ask a model about rows, and what tells how much."""


def plan_run(files: list[SourceFile], params: RunParams, as_json: bool, gold: str = "") -> int:
    """Print what a run over `files` would do, and what it would pay; returns the exit code."""
    course = PlannedCourse()
    ways: dict[type[RunParams], Callable[..., object]] = {
        CurateParams: curate_files, AugmentRunParams: augment_files, ScaleRunParams: scale_files,
        ScoreRunParams: partial(score_files, gold=gold),
    }  # fmt: skip
    ways[type(params)](course, files, params, Call("", "", []))
    priced = _price(course, files, params, gold)
    if as_json:
        sys.stdout.write(json.dumps({"steps": course.steps, "cost": total(priced)}) + "\n")
        return 0
    megabytes = sum(f.bytes for f in files) / 1e6
    sys.stdout.write(f"{len(files)} files, {megabytes:.1f} MB\n")
    for step in course.steps:
        rows = f"{step['rows']:,} rows" if step.get("rows") else ""
        sys.stdout.write(f"  {step['stage']:<16} {step['will']:<22} {rows:<14} {step['why']}\n")
    for line in priced:
        sys.stdout.write(_bill(line) + "\n")
    sys.stdout.write(
        ("" if priced else "cost: no paid model is called. ") + "Nothing was written.\n"
    )
    return 0


def _price(
    course: PlannedCourse, files: list[SourceFile], params: RunParams, gold: str
) -> list[Priced]:
    """What the stages that would run ask of models."""
    to_run = {s["stage"] for s in course.steps if s["will"] not in ("reuse", "skip")}
    priced = price_exam(gold, params) if "score.calibrate" in to_run else []
    asking = [price for stages, price in PRICES if to_run & set(stages)]
    if asking:
        with _rows(course, files, params) as rows:
            priced += [line for price in asking for line in price(rows, params)]
    return priced


@contextmanager
def _rows(
    course: PlannedCourse, files: list[SourceFile], params: RunParams
) -> Iterator[DatasetRef]:
    """The rows that would be scored: those of an earlier run, or as they are read now."""
    if course.scored and course.scored.sha256:
        yield course.scored
    else:
        with rows_as_read(files, params) as rows:
            yield rows


def _bill(line: Priced) -> str:
    tokens = f"{line.tokens_in:,} tokens in, {line.tokens_out:,} out at most"
    money = "no price known (llm.prices)" if line.money is None else f"{line.money:.4g} in money"
    again = f" ({line.recalled:,} more are remembered)" if line.recalled else ""
    return (
        f"cost: {line.stage} asks {line.model} {line.calls:,} times{again}: {tokens}, {money}; "
        f"{line.note}"
    )
