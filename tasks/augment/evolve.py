"""Evolve prompts of the set, and have the new ones answered (Evol-Instruct, arXiv 2304.12244).

Seeds are rows of people's with one question and one answer, drawn by a hash of their ids, from each
source its share. In every generation each prompt of the pool is rewritten by an operator; what
passes the rules of `tasks.augment.eliminate` is answered, and if the answer passes too it takes its
parent's place in the pool. What fails stays in the set as a row with its fault in the recipe, so
that the next stage can drop it before everyone's eyes; its parent is tried again.

Whether an evolution asks for more is measured, not assumed: by `tasks.score.complexity` before and
after, for each operator, and by the model itself where it is no demo (which of the two is harder,
in both orders).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial

import numpy as np
import polars as pl
from prefect import task
from pydantic import JsonValue

from tasks.augment.answers import waiting
from tasks.augment.breeding import STAGE, Member, Offspring, grow, row_of
from tasks.augment.evolve_params import FEW, MANY, EvolveParams
from tasks.augment.gain import harder
from tasks.augment.recipe import made_table
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.draw import draw
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_make
from tasks.base.text import WORD, fold
from tasks.llm.call import Model
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tasks.score.calibration.resample import estimate
from tasks.score.complexity import complexity
from tasks.score.panel import cost_of


def evolve(rows: pl.LazyFrame, params: EvolveParams, model: Model | None = None) -> Outcome:
    """Make rows of evolved prompts, sound and failed ones.

    Args:
        rows: Rows of the table.
        params: Which prompts, and how far.
        model: Who rewrites and answers; without one nothing is made.

    Returns:
        The new rows: origin augmented, parent the row that was rewritten, the recipe in `meta`.
        Figures: `seeds`, `not_eligible`, `operators` (for each: asked, made, survived, `faults`,
        `gain`, `harder`), `unanswered` by reason.
    """
    eligible, other = _eligible(rows, params)
    if model is None or not params.enabled:
        return Outcome(made_table([]).lazy(), {"seeds": 0, "not_eligible": other})
    many = FEW if model.grade == "demo" else MANY
    size = many if params.seeds is None else params.seeds
    seeds = draw(eligible.select("id", "source"), size, params.seed)
    chosen = seeds.to_frame().join(eligible, on="id", how="left", maintain_order="left")
    known = set(eligible.select(fold(pl.col("prompt"))).to_series())
    born, unanswered = grow([Member(i, i, *rest) for i, *rest in chosen.iter_rows()],
                             known, params, model)  # fmt: skip
    figures: dict[str, JsonValue] = {
        "seeds": len(seeds), "not_eligible": other, "model": model.identity,
        "operators": _by_operator(born, params, model),
        "unanswered": dict(sorted(unanswered.items())),
    }  # fmt: skip
    made = made_table([row_of(one, model) for one in born])
    return Outcome(made.lazy(), figures, unfinished=waiting(unanswered), cost=cost_of([model]))


def _eligible(rows: pl.LazyFrame, params: EvolveParams) -> tuple[pl.DataFrame, int]:
    """Rows of people's with one question and one answer, and how many others there are."""
    turns = pl.col("messages")
    roles = turns.list.eval(pl.element().struct.field("role")).list.join(" ")
    content = turns.list.eval(pl.element().struct.field("content"))
    words = content.list.get(-2, null_on_oob=True).str.count_matches(WORD)
    table = rows.select(
        "id", "source",
        system=pl.when(turns.list.len() == 3).then(content.list.first()),
        prompt=content.list.get(-2, null_on_oob=True),
        answer=content.list.last(),
        fits=(pl.col("origin") == "human")
        & roles.is_in(["user assistant", "system user assistant"])
        & pl.col("tools").is_null() & pl.col("rejected").is_null()
        & words.is_between(params.min_words, params.max_words),
    ).collect()  # fmt: skip
    chosen = table.filter("fits")
    return chosen.drop("fits"), table.height - chosen.height


def _by_operator(
    born: Sequence[Offspring], params: EvolveParams, model: Model
) -> dict[str, JsonValue]:
    """For each operator what came of it, and whether its survivors ask for more."""
    grouped: dict[str, list[Offspring]] = defaultdict(list)
    for one in born:
        grouped[one.operator.name].append(one)
    found: dict[str, JsonValue] = {}
    for name in (name for name in params.operators if name in grouped):
        mine = grouped[name]
        good = [one for one in mine if one.fault is None]
        faults = Counter(one.fault for one in mine if one.fault)
        pairs = [(one.member.prompt, one.prompt) for one in good]
        found[name] = {
            "made": len(mine), "survived": len(good),
            "faults": dict(sorted(faults.items())),
            "gain": _gain([(complexity(after) - complexity(before)) for before, after in pairs],
                          [one.member.seed for one in good]),
            "harder": harder(model, pairs) if model.grade != "demo" else None,
        }  # fmt: skip
    return found


def _gain(differences: Sequence[float], seeds: Sequence[str]) -> JsonValue:
    """Mean difference of complexity with its interval over seeds."""
    if not differences:
        return None
    _, groups = np.unique(np.array(seeds), return_inverse=True)
    values = np.array(differences)
    found = estimate(lambda weights: weights @ values / weights.sum(axis=1), groups, 0)
    return found.ends()


@task(
    name=STAGE, cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def evolve_prompts(
    data: DatasetRef, params: EvolveParams, llm: LlmParams = LlmParams()
) -> StageResult:
    """Store `data` with the evolutions of its prompts."""
    if llm.endpoint == "none" or not params.enabled:
        return run_make(data, evolve, params)
    with Door(llm, data.store, STAGE) as model:
        return run_make(data, partial(evolve, model=model), params)
