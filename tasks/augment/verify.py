"""Hold the answers of made rows to what can be checked without an opinion.

- *calculations*: every equation in an answer whose one side is a plain calculation
  (`3 * (2 + 5) = 21`) is done again, exactly; a result may be rounded to the digits it is given in.
- *form*: where the prompt asks for JSON the answer must be JSON.
- *code*: fenced Python must compile. It is never run.
- *consistency* (with a model, `samples` > 0): a prompt whose answer ends in a number or a letter of
  choice is asked again so often; an answer that fewer than half of all agree with is dropped
  (self-consistency, arXiv 2203.11171).

What none of these can check is unchecked, not right: the report counts it, and a draw of it is laid
out for people in `review.jsonl`.
"""

import ast
import re
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.augment.answers import ask_answers, missed
from tasks.augment.calculation import NUMBER, equations_in
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
from tasks.score.form import json_valid
from tasks.score.panel import cost_of

NAME = "augment.verify"
REASONS = {
    "wrong_calculation": "a calculation in the answer does not come to what the answer says",
    "invalid_json": "the prompt asks for JSON and the answer is none",
    "broken_code": "Python in the answer does not compile",
    "inconsistent_answer": "asked again, the model mostly gives another result",
}
MARKED = marks(tuple(REASONS), {"drop_detail": pa.Column(pl.String, nullable=True)})

_PYTHON = re.compile(
    r"^([ \t]*)(?:```|~~~)(?:python3?|py)[ \t]*\n(.*?)^\1(?:```|~~~)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_RESULT = re.compile(
    rf"(?<![\d.,/:%-])(-?{NUMBER})[^\w\d]*$|(?:^|\b(?:answer|option|choice)\b\W*(?:is\W*)?)\(?([A-E])\)?\W*$",
    re.IGNORECASE,
)
_NEWER = re.compile(  # parameters of a type, `type` itself, and an f-string's own quotes inside it
    r"\b(?:def|class) \w+\[|^[ \t]*type \w"
    r"|f(['\"])(?:[^\n{]|\{[^}\n'\"]{0,80}\}){0,200}\{[^}\n]{0,200}?\1",
    re.MULTILINE,
)
_LOCAL = re.compile(r"\d,\d{1,2}(?!\d)|\d\.\d{3}[.,]|\d-\d+\W*$")


class VerifyParams(StageParams):
    """Which checks made rows must pass."""

    enabled: bool = Field(default=True, title="Verify", description="Run this stage.")
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
        that had something to check), `unchecked`.
    """
    table = rows.select(
        "id", "origin", "messages", asked=turns("user").list.last(), said=answer().fill_null("")
    ).with_row_index("at").collect()  # fmt: skip
    made = table.filter(pl.col("origin") != "human")
    reasons: dict[int, tuple[str, str]] = {}
    checked: Counter[str] = Counter()
    unchecked = unfinished = 0
    if params.enabled and made.height:
        valid = json_valid(made["asked"], made["said"]).to_list()
        again, unfinished = _consistent(made, params, model)
        # a Python loop: each answer is parsed
        lines = made.select("at", "said").iter_rows()
        for (at, said), is_json, agrees in zip(lines, valid, again, strict=True):
            found = list(_checks(said, is_json, agrees))
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
    }  # fmt: skip
    cost = cost_of([model]) if model else None
    whole = pl.concat([rows, marked.lazy()], how="horizontal")
    return Outcome(whole, figures, unfinished=unfinished, cost=cost)


def _checks(
    said: str, is_json: int | None, agrees: float | None
) -> Iterator[tuple[str, str | None, str]]:
    """Every check that has something to check: its name, the reason if it fails, the evidence."""
    equations = list(equations_in(said))
    if equations:
        wrong = sum(not holds for holds in equations)
        told = f"{wrong} of {len(equations)} do not hold"
        yield "calculation", "wrong_calculation" if wrong else None, told
    if is_json is not None:
        yield "json", None if is_json else "invalid_json", "it cannot be read"
    blocks = [known for _, code in _PYTHON.findall(said) if (known := compiles(code)) is not None]
    if blocks:
        yield "code", None if all(blocks) else "broken_code", "a block of Python"
    if agrees is not None:
        told = f"{agrees:.0%} of all answers agree"
        yield "consistency", None if agrees >= 0.5 else "inconsistent_answer", told


def compiles(code: str) -> bool | None:
    """Whether `code` is Python; None where that cannot be told here. It is never run.

    Prompts of a session are passed over, and lines for a notebook's shell left out.
    """
    plain = textwrap.dedent(code.replace("\ufeff", ""))
    session = re.findall(r"^[ \t]*(?:>>>|\.\.\.) ?(.*)$", plain, re.MULTILINE)
    body = "\n".join(session) if session else re.sub(r"^[ \t]*[!%].*$", "pass", plain, flags=re.M)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(body)
    except SyntaxError:
        return None if _is_fragment(body) else False
    except (ValueError, RecursionError, MemoryError):
        return None
    return True


def _is_fragment(code: str) -> bool:
    """Whether `code` is a part of a program, or of a newer Python than this one."""
    first = next((line.strip() for line in code.split("\n") if line.strip()), "")
    is_part = re.match(r"(?:elif|else|except|finally|case)\b.*:|@\w", first) is not None
    is_open = re.fullmatch(r"(?:async )?(?:def|class)\b.*:", code.strip()) is not None
    return is_part or is_open or _NEWER.search(code) is not None


def result_of(text: str) -> str | None:
    """The number or the letter of choice that an answer ends in; None where it ends otherwise."""
    last = text.strip().strip("*_`$ ")[-60:]
    found = _RESULT.search(last)
    if found is None or _LOCAL.search(last):
        return None
    number, letter = found.groups()
    if letter:
        return str(letter).upper()
    return str(Fraction(str(number).replace(",", "")))


def _consistent(
    made: pl.DataFrame, params: VerifyParams, model: Model | None
) -> tuple[list[float | None], int]:
    """The share of all answers that agree with each row's; None where there is nothing to compare.

    Also how many rows were not asked about to the end.
    """
    results = [result_of(said) for said in made["said"]]
    shares: list[float | None] = [None] * made.height
    if model is None or not params.samples:
        return shares, 0
    places = [at for at, result in enumerate(results) if result is not None]
    asked = [made["messages"][at].to_list()[:-1] for at in places for _ in range(params.samples)]
    chats = ask_answers(model, asked, params.max_tokens, params.temperature, params.seed,
                        samples=params.samples)  # fmt: skip
    waiting = 0
    for nth, at in enumerate(places):
        mine = chats[nth * params.samples : (nth + 1) * params.samples]
        if any(missed(chat) for chat in mine):
            waiting += 1
            continue
        votes = [results[at], *_results([chat.text for chat in mine if chat.reason is None])]
        shares[at] = votes.count(results[at]) / len(votes)
    return shares, waiting


def _results(texts: Sequence[str]) -> list[str | None]:
    return [result_of(text) for text in texts]


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
