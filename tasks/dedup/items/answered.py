"""Whether the answer of an item stands behind its question, or its choices do."""

from typing import NamedTuple

from tasks.dedup.guard.light_words import LIGHT

SHORT = 12  # words of an answer that must all be there
MOST = 0.6  # of the content words of a longer one


class Item(NamedTuple):
    """An item in words."""

    name: str
    text: str
    words: list[str]
    answer: list[str]  # empty where there is none
    final: list[str]  # the result, where the answer marks it
    choices: list[list[str]]


def answered(item: Item, behind: list[str]) -> bool | None:
    """Whether an item's answer, or its choices, stand in `behind`; None if it has neither."""
    if not item.answer and not item.choices:
        return None
    said = f" {' '.join(behind)} "
    offered = [one for one in item.choices if one]
    if offered and 2 * sum(f" {' '.join(one)} " in said for one in offered) >= len(offered):
        return True
    if item.final:
        return f" {' '.join(item.final)} " in said
    content = [word for word in item.answer if word not in LIGHT]
    if len(item.answer) <= SHORT:
        key = content or item.answer
        return bool(key) and len("".join(key)) > 1 and all(f" {word} " in said for word in key)
    there = set(behind)
    return sum(word in there for word in set(content)) >= MOST * len(set(content))
