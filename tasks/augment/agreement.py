"""Self-consistency (arXiv 2203.11171): what share of answers to one prompt comes to one result."""

import re
from fractions import Fraction

import polars as pl

from tasks.augment.answers import ask_answers, missed
from tasks.augment.calculation import NUMBER
from tasks.llm.call import Model

_RESULT = re.compile(
    rf"(?<![\d.,/:%-])(-?{NUMBER})[^\w\d]*$|(?:^|\b(?:answer|option|choice)\b\W*(?:is\W*)?)\(?([A-E])\)?\W*$",
    re.IGNORECASE,
)
_YES_NO = re.compile(r"(yes|no)(?:[.,;:]|$)", re.IGNORECASE)
_LOCAL = re.compile(r"\d,\d{1,2}(?!\d)|\d\.\d{3}[.,]|\d-\d+\W*$")


def result_of(text: str) -> str | None:
    """The number or letter of choice that an answer ends in, or the yes or no it begins with."""
    bare = text.strip().strip("*_`$ ")
    last = bare[-60:]
    found = _RESULT.search(last)
    if found is None:
        opening = _YES_NO.match(bare)
        return opening.group(1).lower() if opening else None
    if _LOCAL.search(last):
        return None
    number, letter = found.groups()
    if letter:
        return str(letter).upper()
    return str(Fraction(str(number).replace(",", "")))


def agreement(
    made: pl.DataFrame, model: Model, samples: int, max_tokens: int, temperature: float, seed: int
) -> tuple[list[float | None], int]:
    """The share of all answers that agree with each row's; None where there is nothing to compare.

    Args:
        made: Rows with `messages` and `said`, the answer.
        model: Who is asked again.
        samples: How often.
        max_tokens: Of an answer.
        temperature: Of the draws.
        seed: Of the draws.

    Returns:
        n shares, and how many rows were not asked about to the end.
    """
    results = [result_of(said) for said in made["said"]]
    shares: list[float | None] = [None] * made.height
    places = [at for at, result in enumerate(results) if result is not None]
    asked = [made["messages"][at].to_list()[:-1] for at in places for _ in range(samples)]
    chats = ask_answers(model, asked, max_tokens, temperature, seed, samples)
    waiting = 0
    for nth, at in enumerate(places):
        mine = chats[nth * samples : (nth + 1) * samples]
        if any(missed(chat) for chat in mine):
            waiting += 1
            continue
        votes = [results[at], *(result_of(chat.text) for chat in mine if chat.reason is None)]
        shares[at] = votes.count(results[at]) / len(votes)
    return shares, waiting
