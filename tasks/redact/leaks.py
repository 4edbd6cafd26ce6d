"""Whether a value that was replaced still stands somewhere in the same row.

The stage looks for further mentions as they are usually written. This search is looser, so that it
can find what the stage missed: case, accents, punctuation and spaces do not count, and it reads
what the stage never changes, such as the keys of JSON. It runs while the values are at hand; of
them nothing but a count by kind is kept.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from tasks.redact.fields import parsed
from tasks.redact.rule import digits_of
from tasks.redact.rules import MASK, PERSON
from tasks.redact.words import EVERYDAY, MONTHS, STOP, TITLES

Value = tuple[str, str]
"""A kind of personal data, and a value of it."""

SHORTEST = 5  # letters and digits; shorter values are words and numbers of everybody
NUMBER = 7  # digits from which on a value is looked for by them alone
COUNTRY = 3  # digits that may stand before a phone number
ORDINARY = EVERYDAY | MONTHS | STOP | TITLES

_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"\d(?:[ ./()-]{0,2}\d)*")


def leaks(row: dict[str, Any], values: Iterable[Value]) -> Counter[str]:
    """How many of `values` still stand in `row`, by kind.

    Args:
        row: A row after redaction: messages, rejected, tools, meta.
        values: What was replaced in it. Short ones, and single names that are words, too, are
            not looked for: they would be found everywhere.
    """
    wanted = [(kind, value) for kind, value in sorted(set(values)) if _is_telling(kind, value)]
    if not wanted:
        return Counter()
    texts = [MASK.sub(" | ", text) for text in strings(row)]
    said = _said({folded(value) for _, value in wanted}, texts)
    tails = {tail for text in texts for run in _RUN.finditer(text) for tail in _tails(run[0])}
    return Counter(kind for kind, value in wanted if folded(value) in said or _runs(value) & tails)


def _is_telling(kind: str, value: str) -> bool:
    words = folded(value).split()
    if kind == PERSON and len(words) < 2:
        return len(value) >= SHORTEST and not ORDINARY.intersection(words)
    return sum(map(len, words)) >= SHORTEST


def _said(phrases: set[str], texts: Iterable[str]) -> set[str]:
    """Those of `phrases`, folded, that stand in `texts`."""
    sizes: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        words = phrase.split()
        sizes[words[0]].add(len(words))
    found: set[str] = set()
    for text in texts:
        words = folded(text).split()
        for at, word in enumerate(words):
            if word in sizes:
                found.update(" ".join(words[at : at + size]) for size in sizes[word])
    return found & phrases


def _runs(value: str) -> set[str]:
    """The digits by which a number is looked for, if it is one."""
    number = digits_of(value)
    if len(number) < NUMBER or sum(c.isalpha() for c in value) > 2:
        return set()
    # +1 415 329 8841 is also written 415-329-8841, and the other way round
    return {number[-10:]}


def _tails(run: str) -> set[str]:
    """The digits of `run` with and without what may be a country."""
    digits = digits_of(run)
    return {digits[at:] for at in range(COUNTRY + 1)} if len(digits) <= 10 + COUNTRY else set()


def folded(text: str) -> str:
    """The words of `text` without case, accents and punctuation, one space between them."""
    if text.isascii():
        return " ".join(_WORD.findall(text.lower()))
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def strings(row: dict[str, Any]) -> Iterator[str]:
    """Every text of `row`: turns, the answer that lost, and all of its JSON, keys included."""
    for column in ("messages", "rejected"):
        for turn in row.get(column) or ():
            yield turn["content"] or ""
            yield from _of_json(turn.get("extra"))
    for column in ("tools", "meta"):
        yield from _of_json(row.get(column))


def _of_json(blob: str | None) -> Iterator[str]:
    try:
        yield from _walk(parsed(blob)) if blob else ()
    except ValueError:  # a damaged blob still has a text to search
        yield blob or ""


def _walk(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)
    elif value is not None:
        yield str(value)
