"""What a stage says about itself: rows in and out, why rows left, what it changed, how long."""

from typing import Literal, Self

from pydantic import BaseModel, JsonValue, model_validator

from tasks.base.dataset import DatasetRef
from tasks.base.errors import RowsChangedError

Kind = Literal["filter", "edit", "score", "make"]


class Cost(BaseModel, frozen=True):
    """What a stage asked of language models: what it paid now, and what the answers are worth.

    The second is the same whether an answer was paid for now or remembered.
    """

    calls: int = 0  # sent, each attempt counted
    recalled: int = 0  # answered from memory, so not sent
    tokens_in: int = 0
    tokens_out: int = 0
    money: float = 0.0  # in the currency of the price table; 0 where the model has no price
    batched: int = 0  # of `calls`, handed in as a batch
    answers: int = 0  # sent now or remembered
    answer_tokens: int = 0  # in and out, of all of them
    answer_money: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(**{name: value + getattr(other, name) for name, value in dict(self).items()})


class StageReport(BaseModel, frozen=True):
    """Row counts of one stage. Rows in and rows made always equal rows out plus rows dropped."""

    stage: str  # family and module, as in dedup.exact
    kind: Kind
    rows_in: int
    rows_out: int
    made: int = 0
    dropped: dict[str, int] = {}  # reason -> rows
    edited: int = 0  # rows whose text changed
    unfinished: int = 0  # rows that the stage did not come to; the next run tries them again
    figures: dict[str, JsonValue] = {}  # a handful of numbers of the stage's own
    cost: Cost | None = None  # when it was computed, not when it came from cache
    seconds: float = 0.0  # wall time of the computation, also when served from cache later
    cpu_seconds: float = 0.0

    @model_validator(mode="after")
    def _rows_are_conserved(self) -> Self:
        if self.rows_in + self.made != self.rows_out + sum(self.dropped.values()):
            raise RowsChangedError(
                f"{self.stage}: {self.rows_in} rows in and {self.made} made, but {self.rows_out} "
                f"out and {sum(self.dropped.values())} dropped"
            )
        return self


class StageResult(BaseModel, frozen=True):
    """All that crosses from one task to the next."""

    data: DatasetRef
    dropped: DatasetRef  # rows with their `drop_*` columns
    edits: DatasetRef | None = None  # id and edit_* columns of the rows that an edit changed
    evidence: DatasetRef | None = None  # what the stage wants to show beside its marks
    spared: DatasetRef | None = None  # marks of the rows that stay because people want them kept
    report: StageReport


def join_reports(reports: list[StageReport]) -> StageReport:
    """One report for the parts of a row-wise stage: counts and numeric figures add up."""
    dropped: dict[str, int] = {}
    figures: dict[str, JsonValue] = {}
    for report in reports:
        for reason, rows in report.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + rows
        figures = add_figures(figures, report.figures)
    return reports[0].model_copy(
        update={
            "rows_in": sum(r.rows_in for r in reports),
            "rows_out": sum(r.rows_out for r in reports),
            "made": sum(r.made for r in reports),
            "dropped": dict(sorted(dropped.items())),
            "edited": sum(r.edited for r in reports),
            "unfinished": sum(r.unfinished for r in reports),
            "figures": dict(sorted(figures.items())),
            "cost": sum((r.cost for r in reports if r.cost), Cost()) if reports[0].cost else None,
            "seconds": sum(r.seconds for r in reports),
            "cpu_seconds": sum(r.cpu_seconds for r in reports),
        }
    )


def add_figures(one: dict[str, JsonValue], other: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Figures of two parts as those of both: numbers, and counts by name, add up."""
    return {**one, **{name: _add(one.get(name), value) for name, value in other.items()}}


def _add(one: JsonValue, other: JsonValue) -> JsonValue:
    """Sum of two figures; counts by name are added name by name."""
    if one is None:
        return other
    if isinstance(one, dict) and isinstance(other, dict):
        return {k: _add(one.get(k), other.get(k, 0)) for k in sorted({*one, *other})}
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one + other
    return other
