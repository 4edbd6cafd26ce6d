"""Whether two conversations that are near by meaning do mean the same.

Vectors say what a text is about and little of what it claims: 4 for 5, Oslo for Bergen, with for
without move them less than another turn of phrase does. So everything that vectors are known to
miss must be equal, in prompt and answer apart:

1. numbers, in digits or words; operators and currencies; negations;
2. names: what is written with a capital inside a sentence, or in capitals;
3. words with an alternative that means something else (`tasks.dedup.meaning.alternatives`).
4. An answer of a few words must be equal: to vectors "positive" and "negative" are alike.
5. Every word that one side alone has must have a word near to it on the other side, by the vectors
   of the two words. A template with another input in it fails here, and so does
   a long prompt, in which everything is near to something: one text with two questions.

A long answer that is equal word for word is no coincidence. Beside it numbers and names may be
missing on one side, as long as none stands in place of another, and the fifth is not asked.

The second and fifth question know no script without capitals and no word that the encoder does not
know; a paraphrase in such a language stays, which costs less than a row lost.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from tasks.dedup.guard.light_words import LIGHT, NEGATIONS
from tasks.dedup.guard.rules import SHORT, TELLING, is_structured
from tasks.dedup.guard.signs import Symbols, symbols
from tasks.dedup.guard.wording import NUMBER, Words, counted, difference
from tasks.dedup.meaning.alternatives import alternatives
from tasks.dedup.meaning.word_vectors import WordVectors

MANY = 60  # content words; to one more, something near is found for every word
ALONE = 40  # words that one side alone has; with more, two texts are two

_INSIDE = re.compile(
    r"(?<=[a-z0-9,;] )[A-Z]\w*|(?<=: )[A-Z]\w*(?=[ \t]*$)",  # a word after a colon may start a turn
    re.MULTILINE,
)
_CAPITALS = re.compile(r"\b\w*[A-Z]\w*")
_COUNTS = "two three four five six seven eight nine ten eleven twelve"
_DIGITS = {word: str(at + 2) for at, word in enumerate(_COUNTS.split())}

Verdict = Literal[
    "same",
    "other_context",
    "other_number",
    "other_symbols",
    "negated",
    "other_name",
    "alternative",
    "other_answer",
    "other_words",
    "unlike",
]


class Side(NamedTuple):
    """A prompt or an answer."""

    words: Words
    numbers: frozenset[str]
    symbols: Symbols
    negations: int
    content: int  # words that are not light


class Reading(NamedTuple):
    """What must be known of a row to set it beside another."""

    context: str
    prompt: Side
    answer: Side
    folded: str  # the answer
    names: frozenset[str]  # folded, of both sides
    strict: bool  # the answer is JSON or the like


def read(row: dict[str, Any]) -> Reading:
    """A row of columns context, asked, told, folded, and the words of both: prompt and answer."""
    return Reading(
        row["context"], _side(row["asked"], row["prompt"]), _side(row["told"], row["answer"]),
        row["folded"], _names(row["asked"]) | _names(row["told"]), is_structured(row["told"]),
    )  # fmt: skip


def _names(text: str) -> frozenset[str]:
    """Words with a capital inside a sentence or inside themselves, folded."""
    inner = (word for word in _CAPITALS.findall(text) if word[1:].lower() != word[1:])
    return frozenset({word.lower() for word in (*_INSIDE.findall(text), *inner)} - LIGHT)


def _side(text: str, words: Sequence[str]) -> Side:
    counts = counted(words)
    numbers = {_DIGITS.get(word, word) for word in counts if NUMBER.search(word) or word in _DIGITS}
    # "can't" is two words, "can" and "t"
    negations = sum(counts[word] for word in NEGATIONS) + counts["t"]
    return Side(counts, frozenset(numbers), symbols(text), negations, counts.content)


def judge(one: Reading, other: Reading, words: WordVectors | None) -> Verdict:
    """Whether two rows that are near on both sides mean the same.

    Args:
        one: A row.
        other: Another one.
        words: Vectors for the fifth question; None: it is not asked, for a better encoder will be.
    """
    if one.context != other.context:
        return "other_context"
    is_equal = one.folded == other.folded
    told: Verdict = "same"
    if not is_equal:
        if one.strict or other.strict or min(one.answer.content, other.answer.content) < SHORT:
            return "other_answer"
        told = _sides(one, other, "answer", words)
    asked = _excused(one, other) if is_told(one, other) else _sides(one, other, "prompt", words)
    return asked if asked != "same" else told


def is_told(one: Reading, other: Reading) -> bool:
    """Whether an answer that is equal and long says that two rows belong together."""
    return one.folded == other.folded and one.answer.content >= TELLING


def _sides(
    one: Reading, other: Reading, part: Literal["prompt", "answer"], words: WordVectors | None
) -> Verdict:
    """Whether prompts, or answers, mean the same as far as rules can tell."""
    a: Side = getattr(one, part)
    b: Side = getattr(other, part)
    mine, theirs = a.words.keys() - b.words.keys(), b.words.keys() - a.words.keys()
    if a.numbers != b.numbers:
        return "other_number"
    if a.symbols != b.symbols:
        return "other_symbols"
    if a.negations != b.negations:
        return "negated"
    if mine & one.names or theirs & other.names:
        return "other_name"
    if alternatives(mine, theirs):
        return "alternative"
    found = difference(a.words, b.words)
    alone = len(found.left) + len(found.right)
    if alone > ALONE or (alone and part == "prompt" and found.content > MANY):
        return "other_words"
    if words is not None and not (
        words.cover(found.left, b.words) and words.cover(found.right, a.words)
    ):
        return "other_words"
    return "same"


def _excused(one: Reading, other: Reading) -> Verdict:
    """Whether nothing in a prompt stands in place of something else."""
    a, b = one.prompt, other.prompt
    mine, theirs = a.words.keys() - b.words.keys(), b.words.keys() - a.words.keys()
    if a.numbers - b.numbers and b.numbers - a.numbers:
        return "other_number"
    is_short = min(a.content, b.content) <= MANY  # in a long talk a "no" more is a turn of phrase
    if is_short and bool(a.negations) != bool(b.negations):
        return "negated"
    if mine & one.names and theirs & other.names:
        return "other_name"
    return "alternative" if alternatives(mine, theirs) else "same"
