"""One conversation: what the rules and the policy see in it, and the text without it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tasks.redact import cues, fields
from tasks.redact.code import code_spans
from tasks.redact.kept import Kept, kept_names
from tasks.redact.mentions import mentions
from tasks.redact.ner.models import Name
from tasks.redact.places import Place
from tasks.redact.policy import private
from tasks.redact.quoting import quoted
from tasks.redact.rule import Span
from tasks.redact.rules import PERSON, Finder, disjoint, find, masks, outside
from tasks.redact.standin.book import SurrogateBook
from tasks.redact.standin.kinds import is_stand_in, is_weak
from tasks.redact.tags import TagBook

Pairs = dict[tuple[str, str], str]
"""Kind and value to what stands for it."""
Names = dict[str, list[Span]]
"""What the model sees, by stretch of text."""


class Scope(NamedTuple):
    """What to look for, and how to tag it."""

    rules: tuple[Finder, ...]
    names: bool = True  # whether persons are looked for at all
    strict: bool = False  # every name, not only those of private persons
    model: Name = "spacy"  # that sees names
    seen: frozenset[str] = frozenset()  # kinds beside persons that it is believed
    keep: frozenset[str] = frozenset()  # values, case folded, that stay
    key: bytes | None = None  # of keyed tags
    surrogate: bytes | None = None  # key of stand-ins, where there are stand-ins


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
    book: SurrogateBook | None = None  # of its stand-ins
    pairs: Pairs = {}  # noqa: RUF012 (of a tuple, and never filled); for the map, if there is one
    whys: tuple[Kept, ...] = ()  # where these names stand, and why they stay


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
    if scope.seen or (scope.names and scope.strict):
        return [(0, len(text.body))] if any(c.isalpha() for c in text.body) else []
    doubtful = [cues.sentence(text.body, start) for start, _ in text.cues.likely]
    return sorted({*doubtful, *text.cues.links})


def redact_row(before: Redacted, texts: Sequence[Text], names: Names, scope: Scope) -> Redacted:
    """A row with tags or stand-ins in place of what its `texts` hold.

    Args:
        before: The row as it is, and its stand-ins so far; without a book there are tags.
        texts: What the rules see in it.
        names: Where the model sees names in the windows of its texts.
        scope: What to look for.
    """
    seen = [seen_in(text, names, scope) for text in texts]
    noted = [_noted(text, spans, scope) for text, spans in zip(texts, seen, strict=True)]
    spans = spans_of(texts, seen, scope)
    if scope.surrogate:
        spans = _real(texts, spans, before.book)
    return replaced(before, texts, spans, noted, scope)


def replaced(
    before: Redacted,
    texts: Sequence[Text],
    spans: Sequence[Sequence[Span]],
    noted: Sequence[Sequence[Place]],
    scope: Scope,
) -> Redacted:
    """A row with tags or stand-ins in place of the `spans` of its `texts`.

    Args:
        before: See `redact_row`.
        texts: The texts of the row.
        spans: What goes of each.
        noted: Where names were seen in each.
        scope: How to tag.
    """
    row, book = before.row, before.book
    counts = Counter(span.entity for found in spans for span in found)
    bodies = [text.body for text in texts]
    people = list(_people(bodies, spans))
    kept = tuple(kept_names(bodies, noted, people, scope.keep))
    if not counts:
        return Redacted(row, counts, len(kept), book, before.pairs, kept)
    if book:
        book.read(bodies, people)
    giver = book or TagBook(bodies, people, scope.key)
    pairs = {
        (s.entity, value): giver.tag(s.entity, value)
        for body, found in zip(bodies, spans, strict=True)
        for s in found
        for value in [body[s.start : s.end]]
    }
    after = iter([_replace(text, found, pairs) for text, found in zip(texts, spans, strict=True)])
    done = fields.rewrite(row, lambda _: next(after))
    return Redacted(done, counts, len(kept), book, {**before.pairs, **pairs}, kept)


def _noted(text: Text, seen: Sequence[Span], scope: Scope) -> list[Place]:
    """Where `text` holds names that were seen, but for stand-ins."""
    places = [*_persons(seen), *text.cues.sure]
    if not scope.surrogate:
        return places
    return [(a, b) for a, b in places if not is_stand_in(PERSON, text.body[a:b])]


def spans_of(
    texts: Sequence[Text], seen: Sequence[Sequence[Span]], scope: Scope
) -> list[list[Span]]:
    """What goes of each of `texts`, further mentions included, given what is `seen` in each."""
    first = [
        [*text.hard, *_private(text, spans, scope)] for text, spans in zip(texts, seen, strict=True)
    ]
    found = mentions([text.body for text in texts], first)
    return [wanted(text, spans, scope) for text, spans in zip(texts, found, strict=True)]


def seen_in(text: Text, names: Names, scope: Scope) -> list[Span]:
    """What the model sees in `text`."""
    return sorted(
        Span(a + start, a + end, kind)
        for a, b in _windows(text, scope)
        for start, end, kind in names.get(text.body[a:b], ())
    )


def _persons(seen: Sequence[Span]) -> list[Place]:
    return [(s.start, s.end) for s in seen if s.entity == PERSON]


def _private(text: Text, seen: Sequence[Span], scope: Scope) -> list[Span]:
    """What goes of what was `seen` in the prose of `text`."""
    persons = _persons(seen)
    places = private(text.body, text.cues, persons, scope.strict) if scope.names else []
    spans = [Span(start, end, PERSON) for start, end in places]
    spans += [_cut(span, text) for span in seen if span.entity in scope.seen]
    return outside(spans, [*code_spans(text.body), *masks(text.body)]) if spans else []


def _cut(span: Span, text: Text) -> Span:
    """What a model sees ends where a rule proves something of another kind."""
    end = span.end
    for at in range(bisect_right(text.hard, span), len(text.hard)):
        other = text.hard[at]
        if other.start >= end:
            break
        end = other.start if other.entity != span.entity else end
    return span._replace(end=span.start + len(text.body[span.start : end].rstrip(" \n,;")))


def wanted(text: Text, spans: Sequence[Span], scope: Scope) -> list[Span]:
    """Those of `spans` that lie behind the label and are not to be kept."""
    if not spans:
        return []
    inside = [s._replace(start=max(s.start, text.lead)) for s in spans if s.end > text.lead]
    if text.number:
        inside = [s for s in inside if (s.start, s.end) == (text.lead, len(text.body))]
    return [s for s in disjoint(inside) if text.body[s.start : s.end].casefold() not in scope.keep]


def _real(
    texts: Sequence[Text], spans: Sequence[Sequence[Span]], book: SurrogateBook | None
) -> list[list[Span]]:
    """`spans` without those of stand-ins.

    They are taken out last: what they overlap, and what they make private, is judged as if they
    were the values they stand for. Where a real name or address stands in a conversation, nobody
    has redacted it, so a date or number in it that has a right seal has it by chance.
    """
    found = [
        (i, s, text.body[s.start : s.end])
        for i, (text, mine) in enumerate(zip(texts, spans, strict=True))
        for s in mine
    ]
    real = [one for one in found if not is_stand_in(one[1].entity, one[2])]
    if any(not is_weak(s.entity) for _, s, _ in real):
        sure = set(real)
        weak = [one for one in found if is_weak(one[1].entity) and one not in sure]
        real += [one for one in weak if not (book and book.gave(one[2]))]
    left: list[list[Span]] = [[] for _ in texts]
    for i, span, _ in sorted(real):
        left[i].append(span)
    return left


def _people(bodies: Sequence[str], spans: Sequence[Sequence[Span]]) -> Iterator[str]:
    for body, found in zip(bodies, spans, strict=True):
        yield from (body[s.start : s.end] for s in found if s.entity == PERSON)


def _replace(text: Text, spans: Sequence[Span], pairs: Pairs) -> str:
    parts, done = [], text.lead
    for start, end, entity in spans:
        tag = pairs[entity, text.body[start:end]]
        start, tag = quoted(text.body, start, end, tag)
        parts += [text.body[done:start], tag]
        done = end
    return "".join(parts) + text.body[done:]
