"""All rules, and how their findings are joined: what overlaps is decided by the surer kind."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol

from tasks.redact import abroad, address, age, blocks, cards, contact, credentials, network
from tasks.redact.code import code_spans
from tasks.redact.places import Places, Taken
from tasks.redact.plain import plain
from tasks.redact.rule import Rule, Span, holds, lowered_of, shape_of

RULES: tuple[Rule, ...] = (
    *credentials.RULES, *contact.RULES, *cards.RULES, *network.RULES, *address.RULES,
    *abroad.RULES, *blocks.RULES, *age.RULES,
)  # fmt: skip

PERSON = "PERSON"
HARD = tuple(dict.fromkeys(rule.entity for rule in RULES))
"""Kinds that are redacted wherever they stand, the surest first."""
ENTITIES = (*HARD, PERSON)

LINKS = frozenset(HARD) - {"SECRET", "IP_ADDRESS", "MAC_ADDRESS", "AGE"}
"""Kinds that make the name beside them that of a private person; machines stand beside goods."""
IN_CODE = frozenset({"SECRET", "EMAIL_ADDRESS"})
"""Kinds that are also looked for in code, where all else is an example or a constant."""

_RANK = {
    entity: rank
    for rank, entity in enumerate(
        ("SECRET", "EMAIL_ADDRESS", "IBAN_CODE", "CREDIT_CARD", "US_SSN", "IP_ADDRESS",
         "MAC_ADDRESS", "STREET_ADDRESS", "DATE_OF_BIRTH", "MEDICAL_RECORD", "ACCOUNT_NUMBER",
         "PASSPORT", "DRIVER_LICENSE", "ID_NUMBER", "PHONE_NUMBER", "USERNAME", "AGE", PERSON)
    )
}  # fmt: skip

_BLANK = (
    r"(?i:name|e-?mail|phone|address|date|number|redacted|removed|insert|your|company|customer"
    r"|person|patient|location|contact)"
)
_FILLED = r"[A-Za-z][A-Za-z '/_-]{1,40}(?:[ _-]?\d{1,3})?"
# looked ahead for within the brackets alone: a line may hold many that are never closed
MASK = re.compile(
    r"<[A-Z][A-Z0-9_ ]{1,40}(?:_[0-9a-f]{1,16})?>"  # <PERSON_1>, and what other tools write
    r"|\[email.protected\]"
    rf"|\[(?={_FILLED}\])(?=[^\]\n]{{0,45}}{_BLANK})[^\]\n]{{2,45}}\]"
    rf"|<(?={_FILLED}>)(?=[^>\n]{{0,45}}{_BLANK})[^>\n]{{2,45}}>"  # <your name>
    r"|\[\*\*[^\]\n]{0,60}\*\*\]"  # clinical notes that were published: [**Known lastname 123**]
    r"|\{\{?[A-Za-z_][\w .]{0,40}\}?\}|\*{4,}|\b[Xx]{3}[Xx-]*\d{0,4}\b"
)
"""Places where a value was taken out before, or is yet to be filled in."""


Wants = tuple[bool, tuple[str, ...], tuple[str, ...]]
"""What a rule wants of a text before it is tried: digits, cues, shapes."""


class Finder(Protocol):
    """What finds one kind of personal data: a rule of ours, or a recogniser of Presidio's."""

    @property
    def entity(self) -> str:
        """Name of the kind."""

    @property
    def cues(self) -> tuple[str, ...]:
        """Lower-case literals; a text without any of them is not searched."""

    @property
    def digits(self) -> bool:
        """Whether a text without a digit is not searched."""

    @property
    def shapes(self) -> tuple[str, ...]:
        """Shapes (`shape_of`); a text with a digit, but without any of them, is not searched."""

    def find(self, text: str) -> Iterable[Span]:
        """Every value of this kind in `text`."""


def find(text: str, rules: Sequence[Finder] = RULES) -> list[Span]:
    """Every value that `rules` prove in `text`, in order and without overlaps.

    Nothing is found in tags and masks; in code, only the kinds of `IN_CODE`.
    """
    read, places = plain(text)
    found = _found(read, rules)
    if places is None:
        return found
    return [Span(places[start], places[end - 1] + 1, kind) for start, end, kind in found]


def _found(text: str, rules: Sequence[Finder]) -> list[Span]:
    """The same for plain letters."""
    lowered, shape = lowered_of(text), shape_of(text)
    has_digit = "0" in shape
    found: set[Span] = set()
    for (digits, cues, shapes), alike in _grouped(tuple(rules)):
        if digits and not has_digit:
            continue
        if (not cues or holds(lowered, cues)) and (not shapes or holds(shape, shapes)):
            for rule in alike:
                found.update(rule.find(text))
    if not found:
        return []
    code = code_spans(text)
    prose = set(outside(found, code)) if code else found
    sound = [span for span in found if span in prose or span.entity in IN_CODE]
    return age.private_ages(text, disjoint(outside(sound, masks(text))), LINKS)


@lru_cache(maxsize=16)
def _grouped(rules: tuple[Finder, ...]) -> list[tuple[Wants, list[Finder]]]:
    """Rules by what they want of a text, so that it is asked once."""
    groups: dict[Wants, list[Finder]] = {}
    for rule in rules:
        groups.setdefault((rule.digits, rule.cues, rule.shapes), []).append(rule)
    return list(groups.items())


def masks(text: str) -> list[tuple[int, int]]:
    """Where `text` holds tags, masks and blanks to fill in."""
    if not any(c in text for c in "<[{*Xx"):
        return []
    return [match.span() for match in MASK.finditer(text)]


def disjoint(spans: Iterable[Span]) -> list[Span]:
    """`spans` without overlaps, in order: the surer kind wins, then the longer span.

    A kind that is none of ours wins over all: the user asked for it by name.
    """
    taken = Taken()
    ordered = sorted(spans, key=lambda s: (_RANK.get(s.entity, -1), s.start - s.end, s.start))
    return sorted(span for span in ordered if taken.take(span.start, span.end))


def outside(spans: Iterable[Span], places: Sequence[tuple[int, int]]) -> list[Span]:
    """Those of `spans` that touch none of `places`."""
    known = Places(places)
    return [s for s in spans if not known.touch(s.start, s.end)]


def rules_for(entities: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of these kinds."""
    return tuple(rule for rule in RULES if rule.entity in entities)
