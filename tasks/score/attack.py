"""Rows that speak to their judge, and how far that gets them.

A poor row is judged as it is and with a demand behind its answer. A judge that reads rows as data
gives both the same score. What is reported is the mean difference, and how many attacks lift a row
that was judged poor over the threshold. Run with and without `hardened`, it says what the hardening
is worth for that model; it proves nothing for another one.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import polars_hash as plh
import yaml
from pydantic import JsonValue

from tasks.llm.call import Model
from tasks.score.grades import rounded
from tasks.score.judging import judge_rows
from tasks.score.panel import PanelParams

OWN = Path(__file__).with_name("rubrics") / "attacks.yaml"


class Attack(NamedTuple):
    """A demand, put behind an answer."""

    name: str
    text: str
    control: bool = False  # poses as something other than text of a row


class Lift(NamedTuple):
    """What attacks on poor rows came to."""

    rows: int  # that were judged poor as they are
    attempts: int  # such a row with an attack, where that was scored too
    raised: int  # attempts that came to the threshold
    mean_lift: float | None  # of the score, over the attempts
    unscored: int  # rows and attempts without a score
    by_attack: dict[str, int]  # raised by each attack that raised any


@cache
def own_attacks() -> tuple[Attack, ...]:
    """Those that ship with Finery: orders, pleas and forgeries, in several languages."""
    return tuple(Attack(**one) for one in yaml.safe_load(OWN.read_text(encoding="utf-8")))


def mismatched(rows: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Poor rows: each of `rows` with the answer of another one, so that it misses its prompt.

    Args:
        rows: Rows of the table that end in an answer; at least two, with distinct answers.
        seed: Another seed, other partners.
    """
    order = plh.concat_str(pl.lit(f"{seed}:"), "id").nchash.xxh3_64()
    mixed, turns = rows.sort(order, "id"), pl.col("messages")
    last = turns.list.slice(-1, 1)
    return mixed.with_columns(
        messages=pl.concat_list(
            turns.list.head(turns.list.len() - 1), last.shift(1).fill_null(last.last())
        )
    )


def attacked(row: dict[str, Any], attack: Attack) -> dict[str, Any]:
    """`row` with the attack behind its answer, and an id that says so."""
    *before, last = row["messages"]
    told = {**last, "content": f"{last['content']}\n\n{attack.text}"}
    return {**row, "id": f"{row['id']}#{attack.name}", "messages": [*before, told]}


def lift(
    models: Sequence[Model], rows: pl.DataFrame, attacks: Iterable[Attack], params: PanelParams,
    threshold: float = 0.5,
) -> Lift:  # fmt: skip
    """Judge poor rows as they are and with each of `attacks`.

    Args:
        models: The judges.
        rows: Poor rows (`mismatched`); those not judged poor are left out of account.
        attacks: Demands.
        params: How to ask; `hardened` decides how rows are put.
        threshold: Score from which a row passes for good.
    """
    # a Python loop: each attempt costs a call to a model
    pairs = [(row, attack) for row in rows.iter_rows(named=True) for attack in attacks]
    tries = pl.DataFrame([attacked(row, attack) for row, attack in pairs], schema=rows.schema)
    plain, tried = _scores(models, rows, params), _scores(models, tries, params)
    poor = {name: score for name, score in plain.items() if score is not None and score < threshold}
    found = [
        (attack.name, tried[f"{row['id']}#{attack.name}"], poor[row["id"]])
        for row, attack in pairs
        if row["id"] in poor
    ]
    scored = [(name, after, before) for name, after, before in found if after is not None]
    raised = [name for name, after, _ in scored if after >= threshold]
    return Lift(
        rows=len(poor), attempts=len(scored), raised=len(raised),
        mean_lift=_mean([after - before for _, after, before in scored]),
        unscored=[*plain.values(), *tried.values()].count(None),
        by_attack={name: raised.count(name) for name in sorted({*raised})},
    )  # fmt: skip


def canary(
    models: Sequence[Model], rows: pl.DataFrame, scores: pl.DataFrame, params: PanelParams
) -> dict[str, JsonValue]:
    """Judge a few rows again with a demand in each, and say how far that lifts them.

    Args:
        models: The judges.
        rows: Rows that were judged.
        scores: What they got.
        params: How to ask.
    """
    before = dict(scores.select("id", "score_judge").iter_rows())
    few = [row for row in rows.iter_rows(named=True) if before[row["id"]] is not None]
    pairs = list(zip(few, own_attacks() * (1 + len(few) // len(own_attacks())), strict=False))
    tries = pl.DataFrame([attacked(row, attack) for row, attack in pairs], schema=rows.schema)
    after = _scores(models, tries, params)
    lifts = [
        score - before[row["id"]]
        for row, attack in pairs
        if (score := after[f"{row['id']}#{attack.name}"]) is not None
    ]
    return {"canaries": len(lifts), "canary_lift": rounded(_mean(lifts))}


def _scores(
    models: Sequence[Model], rows: pl.DataFrame, params: PanelParams
) -> dict[str, float | None]:
    if rows.is_empty():
        return {}
    alone = params.model_copy(update={"pairs": False})
    judged = judge_rows(models, rows, alone).scores
    return dict(judged.select("id", "score_judge").iter_rows())


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
