"""Whether a rewritten prompt asks for more than its parent, in a model's opinion."""

from collections.abc import Sequence

import numpy as np
from pydantic import JsonValue

from tasks.llm.call import Model
from tasks.score.backends.asking import Asking, Item
from tasks.score.backends.choose import decide
from tasks.score.calibration.resample import share
from tasks.score.case import Case
from tasks.score.decision import Question
from tasks.score.pairwise import compare, share_consistent

MORE = Question(
    name="asks_for_more",
    kind="predicate",
    text="answer_a and answer_b are two tasks, not answers. Does answer_b ask for anything that "
    "answer_a does not ask for?",
)
HARDER = Question(
    name="harder",
    kind="choice",
    text="answer_a and answer_b are two tasks, not answers. Which of them is harder to do well? "
    "Length by itself makes no task harder.",
    options=("answer_a is harder.", "answer_b is harder."),
)
SAME = 1e-6  # a model that only names a place says exactly the opposite in the other order

Pair = tuple[str, str]
"""A prompt before and after."""


def asks_for_more(model: Model, pairs: Sequence[Pair]) -> list[bool]:
    """For each pair whether the prompt after it asks for anything new; undecided counts as yes."""
    items = [Item(Case((), pair), MORE) for pair in pairs]
    found, _ = decide(model, items, Asking())
    return [one.value is None or one.value >= 0.5 for one in found]


def harder(model: Model, pairs: Sequence[Pair]) -> JsonValue:
    """How often the prompt after it is the harder one, both shown in both orders.

    Returns:
        `share` of the decided pairs, ties counting half, with its interval [value, low, high],
        their number `pairs`,
        and `order_consistent`, the share on which both orders agree; None where none was decided.
    """
    found, _ = compare(model, [Case((), (after, before)) for before, after in pairs], Asking(),
                       question=HARDER)  # fmt: skip
    likely = [one.first for one in found if one.first is not None]
    if not likely:
        return None
    hits = np.array([0.5 if abs(one - 0.5) < SAME else float(one > 0.5) for one in likely])
    seen = share(hits, np.arange(len(hits)), 0)
    consistent = share_consistent(found)
    return {
        "share": seen.ends(),
        "pairs": len(likely),
        "order_consistent": None if consistent is None else round(consistent, 4),
    }
