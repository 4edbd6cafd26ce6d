"""Write new rows where the set is thin (Self-Instruct, arXiv 2212.10560, with aim).

Topics are clusters of people's prompts; each new row is asked for on the topic, the level of
difficulty and the form of answer that the set has least of by then, with a few of the topic's own
rows as examples, and on request in the manner of a persona. What comes back is held to the rules of
`tasks.augment.eliminate`, and to distance from everything there is: a prompt that shares more than
`max_similarity` of its words in order (ROUGE-L) with another one is no new row. What fails stays in
the set with its fault, for the next stage to drop.
"""

from collections import Counter
from functools import partial

import polars as pl
from prefect import task
from pydantic import JsonValue

from tasks.augment.answers import waiting
from tasks.augment.canary import is_planted, leak
from tasks.augment.gaps import Gap, form_of, gaps, spread
from tasks.augment.recipe import made_table
from tasks.augment.synthesise_params import FEW, SynthesiseParams
from tasks.augment.topics import levels_of, topics_of
from tasks.augment.writing import LEAK, STAGE, answered, held_to_rules, row_of, written
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_make
from tasks.base.text import answer, turns
from tasks.embed import encoders
from tasks.embed.encoders import encoder_of
from tasks.embed.vectors import memory
from tasks.llm.call import Model
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tasks.score.head import on_one_thread
from tasks.score.panel import cost_of

ENGINES = encoders.ENGINES


@on_one_thread
def synthesise(
    rows: pl.LazyFrame, params: SynthesiseParams, model: Model | None = None,
    memo: RowMemo | None = None,
) -> Outcome:  # fmt: skip
    """Write new rows.

    Args:
        rows: Rows of the table.
        params: How many, and what about.
        model: Who writes; without one nothing is made.
        memo: Vectors of earlier runs.

    Returns:
        The new rows: origin synthetic, no parent, the recipe in `meta`. Figures: `asked`, `made`,
        `survived`, `faults`, `thin` (rows by topic, level and form before), `unanswered`,
        `canaries`: how many of them came out.
    """
    table = rows.select(
        "id", "source", "origin", asked=turns("user").list.last(), answer=answer()
    ).drop_nulls(["asked", "answer"]).collect()  # fmt: skip
    if model is None or not params.rows or (table["origin"] != "human").all():
        return Outcome(made_table([]).lazy(), {"asked": 0})
    wanted = min(params.rows, FEW) if model.grade == "demo" else params.rows
    kinds = _kinds(table, params, memo)
    unanswered: Counter[str] = Counter()
    drafts = written(kinds, list(gaps(kinds, wanted)), params, model, unanswered)
    held = held_to_rules(drafts, table["asked"], params, memo)
    done = answered(held, params, model, unanswered)
    faults = Counter(one.fault for one in done if one.fault)
    planted = [one.fault == LEAK for one in drafts if is_planted(one.place, params.canaries)]
    figures: dict[str, JsonValue] = {
        "asked": wanted, "made": len(done), "survived": len(done) - faults.total(),
        "faults": dict(sorted(faults.items())),
        "thin": {name: spread(kinds[name].to_list()) for name in Gap._fields},
        "unanswered": dict(sorted(unanswered.items())), "model": model.identity,
        "canaries": leak(planted),
    }  # fmt: skip
    made = made_table([row_of(one, model) for one in done])
    return Outcome(made.lazy(), figures, unfinished=waiting(unanswered), cost=cost_of([model]))


def _kinds(table: pl.DataFrame, params: SynthesiseParams, memo: RowMemo | None) -> pl.DataFrame:
    """`table` with the topic, the level and the form of each row."""
    is_made = table["origin"] != "human"
    return table.with_columns(
        topic=pl.Series(topics_of(table["asked"], is_made, params.topics, params.seed, memo)),
        level=pl.Series(levels_of(table["asked"], is_made)),
        form=pl.Series([form_of(text) for text in table["answer"]]),
    )


@task(
    name=STAGE, cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def synthesise_rows(
    data: DatasetRef, params: SynthesiseParams, llm: LlmParams = LlmParams()
) -> StageResult:
    """Store `data` with new rows where it was thin."""
    if llm.endpoint == "none" or not params.rows:
        return run_make(data, synthesise, params)
    memo = memory(data.store, encoder_of("static"))
    with Door(llm, data.store, STAGE) as model:
        return run_make(data, partial(synthesise, model=model, memo=memo), params)
