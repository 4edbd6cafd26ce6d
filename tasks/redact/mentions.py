"""Every further mention of what goes: once a value is private, it is so in every turn.

A rule sees the label of a record number once, and a policy the cue of a name once; later turns
name both without it. A name's parts count as mentions, too, but for everyday words where a
sentence begins, and not inside another name: "Halle Berry" is not the account holder Katy Berry.
"""

import re
from collections.abc import Iterable, Sequence

from tasks.redact.rule import Span
from tasks.redact.rules import PERSON, disjoint, masks, outside
from tasks.redact.words import EVERYDAY, MONTHS, PARTICLES, STOP, TITLES

SHORTEST = 5  # characters of a value that is looked for by itself
NO_PARTS = STOP | TITLES | PARTICLES | MONTHS
_OF = re.compile(r"[A-Z]\w+ of $")  # the University of Houston
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof)\.\s+$")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def mentions(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """The `spans` of each of `texts`, and every further mention of their values in all of them."""
    pairs = zip(texts, spans, strict=True)
    values = sorted({(text[s.start : s.end], s.entity) for text, found in pairs for s in found})
    if not values:
        return [list(found) for found in spans]
    names = [value for value, entity in values if entity == PERSON]
    others = [
        (v, e) for v, e in values if e != PERSON and len(v) >= SHORTEST and re.search(r"\d", v)
    ]
    return [
        disjoint([*found, *outside([*_values(text, others), *_names(text, names)], masks(text))])
        for text, found in zip(texts, spans, strict=True)
    ]


def _values(text: str, others: Sequence[tuple[str, str]]) -> Iterable[Span]:
    """Where a number, secret or address stands again, sign for sign."""
    for value, entity in others:
        if value in text:
            for m in re.finditer(rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\d)", text):
                yield Span(m.start(), m.end(), entity)


def _names(text: str, names: Sequence[str]) -> Iterable[Span]:
    """Where a name stands again: whole, in any case, or in part, with a capital."""
    lowered = text.lower()
    for name in names:
        parts = [word.strip("'’-") for word in _WORD.findall(name)]
        if len(parts) > 1 and parts[0].lower() in lowered:
            whole = r"\s+".join(map(re.escape, name.split()))
            for m in re.finditer(rf"(?i)(?<![\w@.-]){whole}(?![\w@])", text):
                yield Span(m.start(), m.end(), PERSON)
        for part in parts:
            if (
                len(part) > 2
                and part[0].isupper()
                and part.lower() not in NO_PARTS
                and part.lower() in lowered
            ):
                yield from _part(text, part, frozenset(p.lower() for p in parts))


def _part(text: str, part: str, own: frozenset[str]) -> Iterable[Span]:
    forms = rf"(?:{re.escape(part)}|{re.escape(part.upper())})"
    for m in re.finditer(rf"(?<![\w@.<-]){forms}(?![\w@]|-\w|\.\w)", text):
        left = re.search(r"([^\W\d_][\w'’]*) $", text[max(0, m.start() - 24) : m.start()])
        right = re.match(r" ([^\W\d_][\w'’]*)", text[m.end() : m.end() + 24])
        other = any(_foreign(n[1], own) for n in (left, right) if n) or _OF.search(
            text, max(0, m.start() - 40), m.start()
        )
        if not other and not (part.lower() in EVERYDAY and _begins(text, m.start())):
            yield Span(m.start(), m.end(), PERSON)


def _foreign(word: str, own: frozenset[str]) -> bool:
    """Whether a neighbour makes this another name: it has a capital and is none of ours."""
    return word[0].isupper() and not word.isupper() and word.lower() not in own | STOP | TITLES


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins here, where every word has a capital."""
    if _TITLED.search(text, max(0, start - 8), start):
        return False
    return bool(re.search(r"(?:^|[.!?:]\s+|\n\s*|[\"“*]\s*)$", text[max(0, start - 3) : start]))
