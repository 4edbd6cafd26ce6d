"""Entities from the vectors of tokens: what spaCy's transition system decides, without its steps.

spaCy goes through a text token by token and scores 74 actions at each. What it sees outside an
entity is the token alone, so all those decisions are made here at once, by one product of
matrices. Inside an entity it sees the first token, the last and this one, and may only go on (I)
or end (L) with the same label; so what an entity would be is settled by where it begins, and all
that may begin anywhere are followed together. A walk from entity to entity picks those that count.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tasks.redact.ner.scorer import Scorer
from tasks.redact.ner.vectors import AT_ONCE, Floats

if TYPE_CHECKING:
    from spacy.tokens import Doc

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


CHUNK = 256  # texts whose tokens are looked at together


class Entity(NamedTuple):
    """Tokens `start` to `end` of a text, and spaCy's label."""

    start: int
    end: int
    label: str


def entities(scorer: Scorer, tokens: Floats, ends: Bools, spaces: Bools) -> list[Entity]:
    """The entities in `tokens`, in order.

    Args:
        scorer: Of the trained pipeline.
        tokens: As `Scorer.read` gives them, of any number of texts after each other.
        ends: Tokens after which no entity may go on: the last of a text, and of a sentence where
            sentences are known.
        spaces: Tokens that are white space, where no entity may begin.
    """
    chunks = [slice(at, at + AT_ONCE) for at in range(0, len(tokens), AT_ONCE)]
    action = np.concatenate([_outside(scorer, tokens[c], ends[c], spaces[c]) for c in chunks])
    kind = np.array([move[0] for move in scorer.moves])[action]
    starts = np.flatnonzero(kind == "B")
    known = {name: at for at, name in enumerate(scorer.labels)}
    label = np.array([known.get(move[2:], -1) for move in scorer.moves])[action]
    stop = dict(zip(starts.tolist(), _ends(scorer, tokens, ends, starts, label), strict=True))
    found, reached = [], 0
    for at in np.flatnonzero(kind != "O").tolist():
        if at >= reached:
            reached = int(stop.get(at, at + 1))
            found.append(Entity(at, reached, scorer.labels[label[at]]))
    return found


def _outside(scorer: Scorer, tokens: Floats, ends: Bools, spaces: Bools) -> Numbers:
    """The best action for each of `tokens` where no entity is open: B, U or O."""
    scores = scorer.outside(tokens)
    begin, alone = np.array(scorer.of["B"]), np.array(scorer.of["U"])
    scores[:, scorer.barred] = -np.inf
    scores[np.ix_(np.flatnonzero(ends), begin)] = -np.inf
    scores[np.ix_(np.flatnonzero(spaces), np.concatenate([begin, alone]))] = -np.inf
    best: Numbers = scores.argmax(axis=1)
    return best


def _ends(
    scorer: Scorer, tokens: Floats, ends: Bools, starts: Numbers, label: Numbers
) -> list[int]:
    """Where each entity that begins at `starts` ends, followed together token by token."""
    go_on, end = np.array(scorer.of["I"]), np.array(scorer.of["L"])
    stop, now = starts + 1, starts + 1
    live = np.arange(len(starts))
    while len(live):
        at, first = now[live], starts[live]
        scores = scorer.inside(tokens[at], tokens[first], tokens[at - 1])
        mine, row = label[first], np.arange(len(live))
        more, less = scores[row, go_on[mine]], scores[row, end[mine]]
        first_wins = go_on[mine] < end[mine]
        goes = np.where(first_wins, more >= less, more > less) & ~ends[at]
        now[live] = at + 1
        stop[live] = at + 1
        live = live[goes]
    return [int(s) for s in stop]


def find(scorer: Scorer, docs: Sequence["Doc"]) -> list[list[Entity]]:
    """The entities of each of `docs` (tokens only), as spaCy's own recogniser alone finds them."""
    full = [doc for doc in docs if len(doc)]
    chunks = [full[at : at + CHUNK] for at in range(0, len(full), CHUNK)]
    found = (e for chunk in chunks for e in read(scorer, chunk, scorer.read(chunk)))
    return [next(found) if len(doc) else [] for doc in docs]


def read(
    scorer: Scorer, docs: Sequence["Doc"], tokens: Sequence[Floats], sentences: bool = False
) -> list[list[Entity]]:
    """The entities of each of `docs`, as spaCy's own recogniser would find them.

    Args:
        scorer: Of the trained pipeline.
        docs: Texts of one vocabulary, not empty.
        tokens: What `Scorer.read` gives for each of them.
        sentences: Whether they are parsed, so that no entity may reach over a sentence's end.
    """
    if not docs:
        return []
    bounds = [_bounds(doc, sentences) for doc in docs]
    ends, spaces = (np.concatenate(side) for side in zip(*bounds, strict=True))
    found: list[list[Entity]] = [[] for _ in docs]
    offsets = np.cumsum([0] + [len(doc) for doc in docs])
    together = entities(scorer, np.concatenate(tokens), ends, spaces)
    owners = np.searchsorted(offsets, [e.start for e in together], side="right") - 1
    for entity, at in zip(together, owners.tolist(), strict=True):
        start = int(offsets[at])
        found[at].append(Entity(entity.start - start, entity.end - start, entity.label))
    return found


def _bounds(doc: "Doc", sentences: bool) -> tuple[Bools, Bools]:
    """After which tokens of `doc` an entity must end, and which tokens are white space."""
    columns: list[int | str] = ["IS_SPACE", "SENT_START"] if sentences else ["IS_SPACE"]
    marks: Numbers = np.asarray(doc.to_array(columns)).astype(np.int64).reshape(len(doc), -1)
    ends = np.zeros(len(doc), np.bool_)
    if sentences:
        ends[:-1] = marks[1:, 1] == 1
    ends[-1] = True
    return ends, marks[:, 0] == 1
