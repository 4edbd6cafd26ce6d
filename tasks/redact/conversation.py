"""One conversation: what the rules and the policy see in it, and the text without it."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from typing import Any, NamedTuple

from tasks.redact import cues, fields
from tasks.redact.code import code_spans
from tasks.redact.mentions import mentions
from tasks.redact.names import Place
from tasks.redact.policy import private
from tasks.redact.rule import Span
from tasks.redact.rules import PERSON, Finder, disjoint, find, masks, outside
from tasks.redact.tags import TagBook

Names = dict[str, list[Place]]
"""Where the model sees names, by stretch of text."""


class Scope(NamedTuple):
    """What to look for, and how to tag it."""

    rules: tuple[Finder, ...]
    names: bool = True  # whether persons are looked for at all
    strict: bool = False  # every name, not only those of private persons
    keep: frozenset[str] = frozenset()  # values, case folded, that stay
    key: bytes | None = None  # of keyed tags


class Text(NamedTuple):
    """One text of a conversation and what the rules saw in it."""

    body: str  # with its label before it
    lead: int  # characters of the label
    hard: list[Span]
    cues: cues.Cues
    number: bool  # it is a number in JSON, which goes whole or not at all


class Redacted(NamedTuple):
    """A row without its personal data."""

    row: dict[str, Any]
    counts: Counter[str]  # values taken out, by kind
    kept: int  # names the model saw that the policy leaves


def read(row: dict[str, Any], scope: Scope) -> list[Text]:
    """See what the rules find in every text of `row`."""
    pieces = fields.texts_of(row)
    leads = [f"{piece.label}: " if piece.label else "" for piece in pieces]
    bodies = [lead + piece.text for lead, piece in zip(leads, pieces, strict=True)]
    hard = [find(body, scope.rules) for body in bodies]
    if not scope.names:
        around = [cues.NO_CUES] * len(bodies)
    else:
        mailboxes = {m for b, h in zip(bodies, hard, strict=True) for m in cues.mailboxes(b, h)}
        known = cues.Around(cues.is_record(bodies), frozenset(mailboxes))
        around = [cues.cues(b, h, known) for b, h in zip(bodies, hard, strict=True)]
    return [
        Text(body, len(lead), spans, cue, piece.number)
        for body, lead, spans, cue, piece in zip(bodies, leads, hard, around, pieces, strict=True)
    ]


def stretches_of(text: Text, scope: Scope) -> list[str]:
    """What the model has to read of `text`."""
    return [text.body[a:b] for a, b in _windows(text, scope)]


def _windows(text: Text, scope: Scope) -> list[Place]:
    if scope.names and scope.strict:
        return [(0, len(text.body))] if any(c.isupper() for c in text.body) else []
    doubtful = [cues.sentence(text.body, start) for start, _ in text.cues.likely]
    return sorted({*doubtful, *text.cues.links})


def redact_row(row: dict[str, Any], texts: Sequence[Text], names: Names, scope: Scope) -> Redacted:
    """`row` with tags in place of what its `texts` hold, given the `names` in their windows."""
    seen = [seen_in(text, names, scope) for text in texts]
    noted = {
        text.body[a:b].casefold()
        for text, places in zip(texts, seen, strict=True)
        for a, b in (*places, *text.cues.sure)
    }
    return replaced(row, texts, spans_of(texts, seen, scope), scope, noted)


def replaced(
    row: dict[str, Any],
    texts: Sequence[Text],
    spans: Sequence[Sequence[Span]],
    scope: Scope,
    noted: Set[str] = frozenset(),
) -> Redacted:
    """`row` with tags in place of the `spans` of its `texts`; `noted` are all names in it."""
    counts = Counter(span.entity for found in spans for span in found)
    if not counts:
        return Redacted(row, counts, len(noted))
    bodies = [text.body for text in texts]
    people = list(_people(bodies, spans))
    book = TagBook(bodies, people, scope.key)
    after = iter([_replace(text, found, book) for text, found in zip(texts, spans, strict=True)])
    kept = len(noted - {name.casefold() for name in people})
    return Redacted(fields.rewrite(row, lambda _: next(after)), counts, kept)


def spans_of(
    texts: Sequence[Text], seen: Sequence[Sequence[Place]], scope: Scope
) -> list[list[Span]]:
    """What goes of each of `texts`, further mentions included, given the names `seen` in each."""
    first = [
        [*text.hard, *_private(text, places, scope)]
        for text, places in zip(texts, seen, strict=True)
    ]
    found = mentions([text.body for text in texts], first)
    return [wanted(text, spans, scope) for text, spans in zip(texts, found, strict=True)]


def seen_in(text: Text, names: Names, scope: Scope) -> list[Place]:
    """Where the model sees names in `text`."""
    return sorted(
        (a + start, a + end)
        for a, b in _windows(text, scope)
        for start, end in names.get(text.body[a:b], ())
    )


def _private(text: Text, seen: Sequence[Place], scope: Scope) -> list[Span]:
    """The names in `text` that go, of those in prose."""
    places = private(text.body, text.cues, seen, scope.strict) if scope.names else []
    if not places:
        return []
    spans = [Span(start, end, PERSON) for start, end in places]
    return outside(spans, [*code_spans(text.body), *masks(text.body)])


def wanted(text: Text, spans: Sequence[Span], scope: Scope) -> list[Span]:
    """Those of `spans` that lie behind the label and are not to be kept."""
    inside = [s._replace(start=max(s.start, text.lead)) for s in spans if s.end > text.lead]
    if text.number:
        inside = [s for s in inside if (s.start, s.end) == (text.lead, len(text.body))]
    return [s for s in disjoint(inside) if text.body[s.start : s.end].casefold() not in scope.keep]


def _people(bodies: Sequence[str], spans: Sequence[Sequence[Span]]) -> Iterator[str]:
    for body, found in zip(bodies, spans, strict=True):
        yield from (body[s.start : s.end] for s in found if s.entity == PERSON)


def _replace(text: Text, spans: Sequence[Span], book: TagBook) -> str:
    parts, done = [], text.lead
    for start, end, entity in spans:
        parts += [text.body[done:start], book.tag(entity, text.body[start:end])]
        done = end
    return "".join(parts) + text.body[done:]
