"""What makes a name private: the words around it, or a hard identifier in the same sentence."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from tasks.redact import phrases
from tasks.redact.names import is_name
from tasks.redact.places import Place
from tasks.redact.rule import Span, holds
from tasks.redact.rules import LINKS
from tasks.redact.words import EVERYDAY, MONTHS, STOP

NEAR = 120  # characters between a name and the hard identifier that makes it private
LONGEST = 1_000  # characters of a sentence on either side; some texts have no full stop
MAILBOX = 6  # letters; shorter mailboxes are initials and nicknames


class Cues(NamedTuple):
    """Where a text may name a private person."""

    sure: list[Place]  # names that need no model
    likely: list[Place]  # names that the model must confirm
    links: list[Place]  # what stands around hard identifiers: every name there is private


class Around(NamedTuple):
    """What the whole conversation says about the names in it."""

    record: bool = False  # it is about one patient or customer
    mailboxes: frozenset[str] = frozenset()  # letters of the local parts of its e-mail addresses


NO_CUES = Cues([], [], [])


def is_record(texts: Sequence[str]) -> bool:
    """Whether a conversation is about one patient or customer."""
    return any(
        holds(text.lower(), phrases.RECORD.literals) and phrases.RECORD.pattern.search(text)
        for text in texts
    )


def mailboxes(text: str, hard: Sequence[Span]) -> set[str]:
    """The letters before the @ of each e-mail address: `john.smith42@` is John Smith's."""
    mails = [text[s.start : s.end] for s in hard if s.entity == "EMAIL_ADDRESS"]
    letters = {_letters(mail.partition("@")[0]) for mail in mails}
    return {found for found in letters if len(found) >= MAILBOX}


def cues(text: str, hard: Sequence[Span], around: Around) -> Cues:
    """Where `text` may name a private person, given its `hard` identifiers."""
    lowered = text.lower()
    sure = phrases.SURE + phrases.IN_RECORDS if around.record else phrases.SURE
    linked = {_near(text, span) for span in hard if span.entity in LINKS}
    return Cues(
        _owners(text, around.mailboxes) + _names(sure, text, lowered),
        _names(phrases.LIKELY, text, lowered),
        sorted(linked),
    )


def _owners(text: str, mailboxes: frozenset[str]) -> list[Place]:
    """Full names that are those of `mailboxes`."""
    if not mailboxes:
        return []
    return [m.span() for m in phrases.FULL_NAME.finditer(text) if _forms(m[0]) & mailboxes]


def _near(text: str, span: Span) -> Place:
    """The sentence around `span`, as far as it is near: tables have sentences without an end."""
    start, end = sentence(text, span.start)
    return max(start, span.start - NEAR), min(max(end, span.end), span.end + NEAR)


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if "a" <= c <= "z")


def _forms(name: str) -> set[str]:
    """A name as it is written in mailboxes: accents taken off, or the letters with them."""
    return {_letters(name), _letters(unicodedata.normalize("NFD", name))}


def _names(wanted: Sequence[phrases.Phrase], text: str, lowered: str) -> list[Place]:
    matches = [
        match
        for pattern, literals in wanted
        if holds(lowered, literals)
        for match in pattern.finditer(text)
    ]
    persons = (
        m for m in matches if is_name(m["name"]) and not phrases.MACHINE.match(text, m.end("name"))
    )
    return [_trim(text, *match.span("name")) for match in persons]


def _trim(text: str, start: int, end: int) -> Place:
    """A captured name without everyday words at its ends."""
    words = list(re.finditer(r"\S+", text[start:end]))
    while words[-1][0].strip(".,").lower() in STOP:
        words.pop()
    while words[0][0].strip(".,").lower() in STOP and not _is_first_name(words):
        words.pop(0)
    return start + words[0].start(), start + words[-1].end()


def _is_first_name(words: Sequence[re.Match[str]]) -> bool:
    """Whether an everyday word is the first name of a longer one: Will Smithers."""
    first, rest = words[0][0].lower(), [word[0].lower() for word in words[1:]]
    return first in EVERYDAY | MONTHS and bool(rest) and rest[0] not in STOP


def sentence(text: str, position: int) -> Place:
    """Where the sentence around `position` begins and ends; a line break ends one, too.

    What has no end within `LONGEST` characters is no sentence, and ends there.
    """
    start, end = max(0, position - LONGEST), min(len(text), position + LONGEST)
    for gap in phrases.GAP.finditer(text, start, end):
        if gap.end() <= position:
            start = gap.end()
        elif gap.start() >= position:
            end = gap.start()
            break
    return start, end
