"""Every further mention of what goes: once a value is private, it is so in every turn.

A rule sees the label of a record number once, and a policy the cue of a name once; later turns
name both without it, or in another layout. In code a name is a constant, and stays. Values are
looked up by what stands in the text, not one after the other, so that a log with thousands of
them takes no longer than its length.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tasks.redact.code import code_spans
from tasks.redact.layout import Layouts
from tasks.redact.named import Named
from tasks.redact.rule import Span
from tasks.redact.rules import PERSON, disjoint, masks, outside

SHORTEST = 5  # characters of a value that is looked for by itself
_START = re.compile(rf"(?<![\w.-])(?=(.{{{SHORTEST}}}))", re.DOTALL)
_END = re.compile(r"(?![\w-]|\.\d)")


def mentions(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """The `spans` of each of `texts`, and every further mention of their values in all of them."""
    pairs = zip(texts, spans, strict=True)
    values = sorted({(text[s.start : s.end], s.entity) for text, found in pairs for s in found})
    if not values:
        return [list(found) for found in spans]
    named = Named(value for value, entity in values if entity == PERSON)
    others, layouts = _Values((v, e) for v, e in values if e != PERSON), Layouts(values)

    def more(text: str) -> list[Span]:
        persons = list(named.find(text))
        persons = outside(persons, code_spans(text)) if persons else []
        return outside([*others.find(text), *layouts.find(text), *persons], masks(text))

    return [
        named.joined(text, disjoint([*found, *more(text)]))
        for text, found in zip(texts, spans, strict=True)
    ]


class _Values:
    """Numbers, secrets and addresses that go."""

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        self._kinds: defaultdict[str, list[str]] = defaultdict(list)
        sizes: defaultdict[str, set[int]] = defaultdict(set)
        for value, entity in values:
            if len(value) >= SHORTEST and re.search(r"\d", value):
                self._kinds[value].append(entity)
                sizes[value[:SHORTEST]].add(len(value))
        self._sizes = {start: sorted(lengths) for start, lengths in sizes.items()}

    def find(self, text: str) -> Iterator[Span]:
        """Where one of them stands again, sign for sign."""
        if not self._sizes:
            return
        for match in _START.finditer(text):
            start = match.start()
            for size in self._sizes.get(match[1], ()):
                end = min(start + size, len(text))
                kinds = self._kinds.get(text[start:end])
                if kinds and _END.match(text, end):
                    yield from (Span(start, end, kind) for kind in kinds)
