"""Whether two similar conversations say the same, or only look alike.

Similarity alone cannot tell a typo from another question: "first letter of hurricane" and "first
letter of family" share most of their words, and merging them loses a row for good. So what two
conversations do *not* share is looked at, word by word, in prompt and answer apart:

1. Words in both are set aside (order does not matter), so are light words (articles, fillers,
   "please", "also"), and pairs of words that differ by a slip of the pen: two neighbouring
   letters swapped, or in a word of five letters or more one letter added, lost or changed.
2. What is left is essential. Something in place of something else makes another text, so does a
   number or a negation that one side lacks, and so do more than a few added words.
3. Prompts that agree with answers that do not are a contradiction, and both stay. In an answer of
   some length a few words in place of others are none, if they are no names, no numbers, and not
   what the prompts differ in as well. Nor is an answer that is the beginning or the end of the
   other: one was cut, or has a set phrase more.
4. An answer of some length that is equal word for word is no coincidence. Beside it a prompt may
   have words more, numbers too (a lost word, a set phrase in front), and a long prompt may have
   a few words in place of others (a translation there and back).

The rule was made by reading pairs of real rows; `make bench` measures it on labelled ones.
"""

from collections.abc import Container, Iterable
from typing import Literal

from tasks.dedup.guard.light_words import NEGATIONS
from tasks.dedup.guard.wording import Difference, counted, difference, has_number, numbers_replaced

ADDED = 0.15  # most essential words that one side may have more, as share of its content words
SHORT = 8  # content words; below, no essential difference is small
LONG = 60  # content words from which a few words may stand in place of others
REPLACED = 0.04  # how many of them, as share of the content words
ANSWER_LONG = 16  # the same of answers whose prompts agree
ANSWER_REPLACED = 0.1
ANSWER_MOST = 3  # words; a slip or two, however long the answer
TELLING = 14  # content words from which an equal answer is no coincidence
PREFIX = 6  # words that a prompt may have more beside a telling answer, whatever its length
REWORDED = 0.16  # most words in place of others beside an equal answer
REWORDED_FROM = 16  # content words that such a prompt must have
REWORDED_ANSWER = 5  # content words that the equal answer must have

Verdict = Literal[
    "same",
    "other_number",
    "other_symbols",
    "negated",
    "other_words",
    "other_name",
    "other_answer",
    "too_much_added",
]


def is_structured(text: str) -> bool:
    """Whether a text is JSON or the like, in which one word more is another answer."""
    bare = text.strip()
    return bare[:1] + bare[-1:] in ("{}", "[]")


def judge(
    prompts: tuple[Iterable[str], Iterable[str]],
    answers: tuple[Iterable[str], Iterable[str]],
    strict_answer: bool = False,
    part: bool = False,
    rare: Container[str] = (),
) -> Verdict:
    """Whether two conversations are the same, given the words of their prompts and answers.

    Args:
        prompts: Folded words of both prompts, or how often each occurs.
        answers: The same of the answers.
        strict_answer: Whether every essential word of the answer counts, as in JSON and code.
        part: Whether one answer is the beginning or the end of the other.
        rare: Words that no other text has.
    """
    if numbers_replaced(counted(prompts[0]), counted(prompts[1])):
        return "other_number"  # nothing excuses that, and it is the cheapest question
    return weigh(difference(*prompts, rare), difference(*answers, rare), strict_answer, part)


def weigh(
    asked: Difference, told: Difference, strict_answer: bool = False, part: bool = False
) -> Verdict:
    """Whether two conversations are the same, given what their prompts and answers do not share.

    Args:
        asked: Of their prompts; no number stands in place of another.
        told: Of their answers.
        strict_answer: See `judge`.
        part: See `judge`.
    """
    if strict_answer and (told.left or told.right):
        return "other_answer"
    about_prompt, about_answer = _verdict(asked), _verdict(told)
    if asked.left and asked.right and told.content < REWORDED_ANSWER and about_prompt == "same":
        about_prompt = "other_words"  # one long text, two questions, and both answers are "Chris"
    if about_prompt == "same":
        if part:
            return "same"
        if about_answer in ("other_words", "other_number") and _is_damage(told):
            return "other_name" if _both_places(asked, told) else "same"
        return "same" if about_answer == "same" else "other_answer"
    if about_answer == "same" and _excused(asked, told):
        return "same"
    return about_prompt


def _verdict(found: Difference) -> Verdict:
    if not (found.left or found.right):
        return "same"
    both = {*found.left, *found.right}
    if has_number(both):
        return "other_number"
    if both & NEGATIONS:
        return "negated"
    most = max(len(found.left), len(found.right))
    if found.left and found.right:
        return "same" if _few(found, LONG, REPLACED) else "other_words"
    if most and (found.content < SHORT or most > ADDED * found.content):
        return "too_much_added"
    return "same"


def _few(found: Difference, long: int, share: float) -> bool:
    """Whether the words in place of others are few enough for a text of some length."""
    return found.content >= long and _most(found) <= share * found.content


def _is_damage(told: Difference) -> bool:
    """Whether all that answers differ in is a few words, and no number in place of another."""
    replaced = has_number(told.left) and has_number(told.right)
    few = _few(told, ANSWER_LONG, ANSWER_REPLACED) and _most(told) <= ANSWER_MOST
    return few and not replaced and not {*told.left, *told.right} & NEGATIONS


def _most(found: Difference) -> int:
    return max(len(found.left), len(found.right))


def _both_places(asked: Difference, told: Difference) -> bool:
    """Whether prompts and answers differ in the same words: another case, not another wording."""
    return bool({*asked.left} & {*told.left} or {*asked.right} & {*told.right})


def _excused(asked: Difference, told: Difference) -> bool:
    """Whether an equal answer outweighs what the prompts do not share."""
    if {*asked.left, *asked.right} & NEGATIONS:
        return False
    if told.content >= TELLING and _one_sided(asked) and _one_sided(told):
        return True
    if told.left or told.right:
        return False
    most = max(len(asked.left), len(asked.right))
    numbers = has_number((*asked.left, *asked.right))
    return (
        not numbers
        and told.content >= REWORDED_ANSWER
        and asked.content >= REWORDED_FROM
        and most <= REWORDED * asked.content
    )


def _one_sided(found: Difference) -> bool:
    added = len(found.left) + len(found.right)
    return not (found.left and found.right) and added <= max(PREFIX, ADDED * found.content)
