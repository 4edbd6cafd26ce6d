"""Whether two similar conversations say the same, or only look alike.

Similarity alone cannot tell a typo from another question: "first letter of hurricane" and "first
letter of family" share most of their words, and merging them loses a row for good. So what two
conversations do *not* share is looked at, word by word, in prompt and answer apart:

1. Words in both are set aside (order does not matter), so are light words (articles, fillers,
   "please", "also"), and pairs of words that differ by a slip of the pen: two neighbouring
   letters swapped, or in a word of five letters or more one letter added, lost or changed.
2. What is left is essential. Something in place of something else makes another text, so does a
   number or a negation that one side lacks, and so do more than a few added words.
3. Prompts that agree with answers that do not are a contradiction, and both stay.
4. An answer of some length that is equal word for word is no coincidence. Beside it a prompt may
   have words more, numbers too (a lost word, a set phrase in front), and a long prompt may have
   a few words in place of others (a translation there and back).

The rule was made by reading pairs of real rows; `make bench` measures it on labelled ones.
"""

import re
from collections import Counter
from functools import cache
from typing import Literal, NamedTuple

from tasks.dedup.light_words import LIGHT, NEGATIONS

ADDED = 0.15  # most essential words that one side may have more, as share of its content words
SHORT = 8  # content words; below, no essential difference is small
LONG = 60  # content words from which a few words may stand in place of others
REPLACED = 0.04  # how many of them, as share of the content words
TELLING = 14  # content words from which an equal answer is no coincidence
PREFIX = 6  # words that a prompt may have more beside a telling answer, whatever its length
REWORDED = 0.16  # most words in place of others beside an equal answer
REWORDED_FROM = 24  # content words that such a prompt must have
REWORDED_ANSWER = 5  # content words that the equal answer must have

Verdict = Literal[
    "same",
    "other_number",
    "other_symbols",
    "negated",
    "other_words",
    "other_answer",
    "too_much_added",
]

_NUMBER = re.compile(r"\d")
_SYMBOL = re.compile(
    r"[+=<>^%÷×≤≥≠±√]|&&|\|\||(?<=\d)\s?[-*/]\s?(?=\d)|(?<![\w-])[-−](?=\.?\d)|(?<=\b[CFcf])#"
)
_CURRENCY = re.compile("[$€£¥₽₹]")


class Difference(NamedTuple):
    """What one text has that the other has not, once light words and slips are set aside."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    content: int  # content words of the smaller text


def difference(one: list[str], other: list[str]) -> Difference:
    """Essential words of `one` and `other` (folded words of two texts), in alphabetical order."""
    a, b = Counter(one), Counter(other)
    left, right = sorted((a - b).elements()), sorted((b - a).elements())
    left, right = _without_splits(left, right)
    left, right = _without_slips(left, right)
    content = min(_content(a), _content(b))
    return Difference(tuple(_weighty(left)), tuple(_weighty(right)), content)


def same_symbols(one: str, other: str) -> bool:
    """Whether two texts use the same operators in the same order, and the same currencies.

    Words alone do not show them. A currency stands at its number, which is compared as a word.
    """
    return _symbols(one) == _symbols(other)


def _symbols(text: str) -> tuple[list[str], list[str]]:
    return [s.strip() for s in _SYMBOL.findall(text)], sorted(_CURRENCY.findall(text))


def is_structured(text: str) -> bool:
    """Whether a text is JSON or the like, in which one word more is another answer."""
    bare = text.strip()
    return bare[:1] + bare[-1:] in ("{}", "[]")


def judge(
    prompts: tuple[list[str], list[str]],
    answers: tuple[list[str], list[str]],
    strict_answer: bool = False,
) -> Verdict:
    """Whether two conversations are the same, given the words of their prompts and answers.

    With `strict_answer` every essential word of the answer counts, as it does in JSON and code.
    """
    asked, told = difference(*prompts), difference(*answers)
    if strict_answer and (told.left or told.right):
        return "other_answer"
    about_prompt, about_answer = _verdict(asked), _verdict(told)
    if about_prompt == "same":
        return "same" if about_answer == "same" else "other_answer"
    if about_answer == "same" and _excused(asked, told):
        return "same"
    return about_prompt


def _verdict(found: Difference) -> Verdict:
    both = {*found.left, *found.right}
    if any(_NUMBER.search(word) for word in both):
        return "other_number"
    if both & NEGATIONS:
        return "negated"
    most = max(len(found.left), len(found.right))
    if found.left and found.right:
        few = found.content >= LONG and most <= REPLACED * found.content
        return "same" if few else "other_words"
    if most and (found.content < SHORT or most > ADDED * found.content):
        return "too_much_added"
    return "same"


def _excused(asked: Difference, told: Difference) -> bool:
    """Whether an equal answer outweighs what the prompts do not share."""
    if {*asked.left, *asked.right} & NEGATIONS:
        return False
    if told.content >= TELLING and _one_sided(asked) and _one_sided(told):
        return True
    if told.left or told.right:
        return False
    most = max(len(asked.left), len(asked.right))
    numbers = any(_NUMBER.search(word) for word in {*asked.left, *asked.right})
    return (
        not numbers
        and told.content >= REWORDED_ANSWER
        and asked.content >= REWORDED_FROM
        and most <= REWORDED * asked.content
    )


def _one_sided(found: Difference) -> bool:
    added = len(found.left) + len(found.right)
    return not (found.left and found.right) and added <= max(PREFIX, ADDED * found.content)


def _weighty(words: list[str]) -> list[str]:
    return [word for word in words if word not in LIGHT and word not in _swapped_light()]


@cache
def _swapped_light() -> frozenset[str]:
    """Light words with two neighbouring letters swapped, as in `htat`."""
    swapped = {
        word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        for word in LIGHT if len(word) > 2 for i in range(len(word) - 1)
    }  # fmt: skip
    return frozenset(swapped - NEGATIONS)


def _content(words: Counter[str]) -> int:
    return sum(count for word, count in words.items() if word not in LIGHT)


def _without_splits(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """Set aside words that one side writes in two: `twentyten` and `twenty`, `ten`."""
    for one, other in ((left, right), (right, left)):
        for word in [w for w in one if len(w) > 5]:
            for cut in range(2, len(word) - 1):
                if word[:cut] in other and word[cut:] in other:
                    one.remove(word)
                    other.remove(word[:cut])
                    other.remove(word[cut:])
                    break
    return left, right


def _without_slips(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """Set aside words that differ by a slip of the pen, each with one partner."""
    rest = list(right)
    kept = []
    for word in left:
        partner = next((r for r in rest if _is_slip(word, r)), None)
        if partner is None:
            kept.append(word)
        else:
            rest.remove(partner)
    return kept, rest


def _is_slip(one: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    if (
        _NUMBER.search(one + other)
        or abs(len(one) - len(other)) > 1
        or min(len(one), len(other)) < 3
    ):
        return False
    if OSA.distance(one, other, score_cutoff=1) > 1:
        return False
    return sorted(one) == sorted(other) or max(len(one), len(other)) >= 5
