"""Rows before one or more judges; what becomes of their answers is told in `tasks.score.grades`."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
from pydantic import JsonValue

from tasks.llm.call import PASSING, Model
from tasks.score.backends.asking import Item
from tasks.score.backends.choose import decide
from tasks.score.case import Case, case_of, pair_of
from tasks.score.grades import Heard, Line, columns_of, opinion_of, order, schema, summary, told
from tasks.score.pairwise import compare
from tasks.score.panel import PanelParams, grade_of
from tasks.score.rubric import Rubric


class Judged(NamedTuple):
    """Scores of rows that were put before the judges."""

    scores: pl.DataFrame  # id and the columns of `schema`, a line per row, in the order given
    figures: dict[str, JsonValue]
    unfinished: int  # rows on which some judge may say more another time


class Docket(NamedTuple):
    """What is put before each judge, by the id of its row."""

    rubric: Rubric
    cases: dict[str, Case]
    pairs: dict[str, Case]  # with two answers


def judge_rows(models: Sequence[Model], rows: pl.DataFrame, params: PanelParams) -> Judged:
    """Put every one of `rows` before every judge.

    Args:
        models: The judges; at least one.
        rows: Rows of the table, in an order that does not depend on chance: where a cap on the
            budget is reached, the last ones go without.
        params: Rubric, and how to ask.

    Returns:
        A line for every row. `score_judge` and the column of each criterion go from 0, worst, to
        1; `score_judge_disagreement` is how far the judges' scores lie apart, null with fewer
        than two; `score_judge_preferred` is how likely the answer that won a preference row is
        the better one. `score_judge_reason` is null where there is a score.

    Raises:
        UsageError: The rubric cannot be read, or has no such criterion.
    """
    docket = _docket(rows, params, params.limit(grade_of(models)))
    heard = [_hear(model, docket, params) for model in models]
    graded = {"score_judge_grade": grade_of(models)}
    lines: list[Line] = [
        {"id": name, **graded, **columns_of(name, docket.rubric, heard)}
        if name in docket.cases
        else {"id": name, "score_judge_reason": "no_answer"}
        for name in rows["id"]
    ]
    scores = pl.DataFrame(lines, schema={"id": pl.String, **schema(docket.rubric)})
    figures: dict[str, JsonValue] = {
        "rubric": docket.rubric.identity,
        "judges": [model.identity for model in models],
        "backends": [one.backend for one in heard],
        "cut": sum(case.is_cut for case in docket.cases.values()),
    }
    # where every row was rejected it is the endpoint that is wrong, and may be right next time
    none_scored = not scores["score_judge"].count()
    passing = (*PASSING, "call_rejected") if none_scored else PASSING
    waiting = sum(any(one.is_waiting(name, passing) for one in heard) for name in docket.cases)
    return Judged(scores, figures | summary(scores) | told(heard) | order(heard), waiting)


def _docket(rows: pl.DataFrame, params: PanelParams, limit: int) -> Docket:
    cases: dict[str, Case] = {}
    pairs: dict[str, Case] = {}
    field = params.reference_field
    # a Python loop: each row costs at least a call to a model
    for row in rows.select("id", "messages", "rejected", "meta").iter_rows(named=True):
        case = case_of(row, field, limit)
        pair = pair_of(row, field, limit) if params.pairs else None
        cases |= {row["id"]: case} if case else {}
        pairs |= {row["id"]: pair} if pair else {}
    return Docket(params.questions(), cases, pairs)


def _hear(model: Model, docket: Docket, params: PanelParams) -> Heard:
    """Ask one judge everything; the questions about one case stand together."""
    rubric, cases, pairs = docket
    items = [Item(case, criterion) for case in cases.values() for criterion in rubric.criteria]
    found, backend = decide(model, items, params.asking(), params.name)
    named = backend or params.name
    preferences, _ = compare(model, list(pairs.values()), params.asking(), named)
    each = zip(*[iter(found)] * len(rubric.criteria), strict=True)
    opinions = {name: opinion_of(mine, rubric) for name, mine in zip(cases, each, strict=True)}
    return Heard(opinions, dict(zip(pairs, preferences, strict=True)), backend)
