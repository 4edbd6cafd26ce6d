"""Decisions of people in a run: those it was given, and those that it asks for."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from flows.front import Decisions
from flows.params import CurateParams
from flows.reviewing import Asked, lines_of
from flows.stages import Course
from tasks.base.dataset import DatasetRef
from tasks.redact.mask import mask_texts
from tasks.review.choose import Choice, choose
from tasks.review.decided import DecisionFile, decided
from tasks.review.items import Item
from tasks.review.params import ReviewParams
from tasks.review.record import record_of
from tasks.review.tally import tally
from tasks.review.votes import Vote

UNANSWERED = ("review", "nobody answered in time, and the rules' word stands",
              "--set review.patience=HOURS, or finery review push")  # fmt: skip


class Answered(NamedTuple):
    """What people said while a run waited."""

    votes: list[Vote]
    asked: Asked
    file: DecisionFile


def given(params: ReviewParams) -> Decisions:
    """The files of decisions that a run names.

    Raises:
        UsageError: One is missing, or is no file of decisions.
    """
    if not params.enabled:
        return ()
    files = tuple(DecisionFile(path=path) for path in params.decisions)
    decided(files)
    return files


def answered(course: Course, kept: DatasetRef, params: CurateParams) -> Answered | None:
    """Ask people about what the run would release, and wait; None where nobody has answered."""
    how = params.review
    choice = Choice(
        rows=how.rows, random_share=how.random_share, wanted=1, names=False, seed=params.seed
    )

    def find() -> list[Item]:
        named = params.model_dump(mode="json", by_alias=True)
        return choose(record_of(kept, course.results, named), choice, mask_texts).items

    items, votes = course.ask(find, how)
    if not votes:
        course.skipped.append(UNANSWERED)
        return None
    asked = lines_of(kept.sha256[:12], items)
    return Answered(votes, asked, _stored(votes, asked, course.place))


def _stored(votes: Sequence[Vote], asked: Asked, place: str) -> DecisionFile:
    """Keep decisions in the store, where a run that is started again finds them."""
    decisions = tally(votes, asked, mask_texts).decisions
    name = hashlib.sha256(decisions.write_json().encode()).hexdigest()
    file = Path(place, "reviews", f"{name}.parquet")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    decisions.write_parquet(draft, statistics=False)
    draft.replace(file)
    return DecisionFile(path=str(file))
