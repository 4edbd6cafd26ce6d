"""Hold the answers of made rows to what can be checked without an opinion.

- *calculations*: every equation in an answer whose one side is a plain calculation
  (`3 * (2 + 5) = 21`) is done again, exactly; a result may be rounded to the digits it is given in.
- *form*: where the prompt asks for JSON the answer must be JSON, and keep to the JSON schema that
  the prompt may hold.
- *code*: fenced Python must compile.
- *tests* (on request, `run_code`): what prompt and answer state about the code, as asserts,
  doctests or unit tests, must hold when it is run, shut in (`tasks.augment.sandbox`).
- *consistency* (with a model, `samples` > 0): a prompt whose answer ends in a number or a letter of
  choice, or begins with yes or no, is asked again so often; an answer that fewer than half of all
  agree with is dropped (self-consistency, arXiv 2203.11171).

What none of these can check is unchecked, not right: the report counts it, and a draw of it is laid
out for people in `review.jsonl`.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.augment.agreement import agreement
from tasks.augment.calculation import equations_in
from tasks.augment.code import blocks_of, compiles, program_of
from tasks.augment.sandbox import Tested, run_tests
from tasks.augment.schema import kept
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.base.text import answer, turns
from tasks.llm.call import Model
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tasks.score.form import json_part, json_valid
from tasks.score.panel import cost_of

NAME = "augment.verify"
REASONS = {
    "wrong_calculation": "a calculation in the answer does not come to what the answer says",
    "invalid_json": "the prompt asks for JSON and the answer is none",
    "schema_breach": "the answer does not keep to the JSON schema in the prompt",
    "broken_code": "Python in the answer does not compile",
    "failed_tests": "Python in the answer fails tests that prompt or answer state",
    "inconsistent_answer": "asked again, the model mostly gives another result",
}
MARKED = marks(tuple(REASONS), {"drop_detail": pa.Column(pl.String, nullable=True)})


class VerifyParams(StageParams):
    """Which checks made rows must pass."""

    enabled: bool = Field(default=True, title="Verify", description="Run this stage.")
    run_code: bool = Field(
        default=False, title="Run code",
        description="Run Python in answers against the tests that prompt or answer state, in a "
        "process without network, files or other processes. Linux only.",
    )  # fmt: skip
    samples: int = Field(
        default=0, ge=0, le=20, title="Samples",
        description="Further answers that are drawn for a prompt whose result can be compared; 0 "
        "for none.",
    )  # fmt: skip
    temperature: float = Field(
        default=0.7, gt=0, le=2, title="Temperature", description="Of further answers."
    )
    max_tokens: int = Field(
        default=1024, ge=16, title="Most tokens", description="Of a further answer."
    )
    seed: int = Field(default=0, ge=0, lt=2**32, title="Seed", description="Of further answers.")


def mark_wrong(rows: pl.LazyFrame, params: VerifyParams, model: Model | None = None) -> Outcome:
    """Mark made rows whose answers fail a check.

    Args:
        rows: Rows of the table.
        params: Which checks.
        model: Who is asked again; without one consistency is not checked.

    Returns:
        All rows in order with `drop_reason`. Figures: `made`, and `checked` rows by check (those
        that had something to check), `unchecked`, and `not_run`: why tests told nothing.
    """
    table = rows.select(
        "id", "origin", "messages", asked=turns("user").list.last().fill_null(""),
        said=answer().fill_null(""),
    ).with_row_index("at").collect()  # fmt: skip
    made = table.filter(pl.col("origin") != "human")
    reasons: dict[int, tuple[str, str]] = {}
    checked: Counter[str] = Counter()
    unchecked = unfinished = 0
    untold: Counter[str] = Counter()
    if params.enabled and made.height:
        again, unfinished = _consistent(made, params, model)
        tested = _tested(made, params)
        untold.update(one.untold for one in tested if one and one.untold)
        made = made.with_columns(valid=json_valid(made["asked"], made["said"]))
        lines = made.select("at", "asked", "said", "valid").iter_rows()
        # a Python loop: each answer is parsed
        for (at, asked, said, valid), tests, agrees in zip(lines, tested, again, strict=True):
            found = list(_checks(asked, said, valid, tests, agrees))
            checked.update({name for name, _, _ in found})
            unchecked += not found
            failed = next((one for one in found if one[1]), None)
            if failed:
                reasons[at] = (str(failed[1]), failed[2])
    marked = pl.DataFrame(
        [reasons.get(at, (None, None)) for at in range(table.height)],
        schema={DROP_REASON: pl.String, "drop_detail": pl.String}, orient="row",
    )  # fmt: skip
    figures: dict[str, JsonValue] = {
        "made": made.height, "checked": dict(sorted(checked.items())), "unchecked": unchecked,
        "not_run": dict(sorted(untold.items())),
    }  # fmt: skip
    cost = cost_of([model]) if model else None
    whole = pl.concat([rows, marked.lazy()], how="horizontal")
    return Outcome(whole, figures, unfinished=unfinished, cost=cost)


def _checks(
    asked: str, said: str, is_json: int | None, tests: Tested | None, agrees: float | None
) -> Iterator[tuple[str, str | None, str]]:
    """Every check that has something to check: its name, the reason if it fails, the evidence."""
    equations = list(equations_in(said))
    if equations:
        wrong = sum(not holds for holds in equations)
        told = f"{wrong} of {len(equations)} do not hold"
        yield "calculation", "wrong_calculation" if wrong else None, told
    if is_json is not None:
        yield "json", None if is_json else "invalid_json", "it cannot be read"
    if is_json and (held := kept(asked, json_part(said))):
        yield "schema", None if held[0] else "schema_breach", held[1]
    blocks = [known for code in blocks_of(asked, said) if (known := compiles(code)) is not None]
    if blocks:
        yield "code", None if all(blocks) else "broken_code", "a block of Python"
    if tests and tests.passed + tests.wrong:
        told = f"{tests.wrong} of {tests.passed + tests.wrong} tests fail"
        yield "tests", "failed_tests" if tests.wrong else None, told
    if agrees is not None:
        told = f"{agrees:.0%} of all answers agree"
        yield "consistency", None if agrees >= 0.5 else "inconsistent_answer", told


def _tested(made: pl.DataFrame, params: VerifyParams) -> list[Tested | None]:
    """How the tests of each answer went; None where none is stated, or code is not run."""
    if not params.run_code:
        return [None] * made.height
    programs = [program_of(*texts) for texts in made.select("asked", "said").iter_rows()]
    found = run_tests(program for program in programs if program)
    return [next(found) if program else None for program in programs]


def _consistent(
    made: pl.DataFrame, params: VerifyParams, model: Model | None
) -> tuple[list[float | None], int]:
    if model is None or not params.samples:
        return [None] * made.height, 0
    return agreement(made, model, params.samples, params.max_tokens, params.temperature,
                     params.seed)  # fmt: skip


@task(
    name=NAME, cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def drop_wrong(data: DatasetRef, params: VerifyParams, llm: LlmParams = LlmParams()) -> StageResult:
    """Store `data` without the made rows whose answers are wrong."""
    if llm.endpoint == "none" or not params.samples:
        return run_filter(data, mark_wrong, params, MARKED)
    with Door(llm, data.store, NAME) as model:
        return run_filter(data, partial(mark_wrong, model=model), params, MARKED)
