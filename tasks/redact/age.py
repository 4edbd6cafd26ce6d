"""Ages of persons: which are written as such, and which of them go.

An age alone is no identifier, and whoever asks for advice must be able to say it. So it goes in
two cases: over 89, as so few are that old that HIPAA's safe harbour counts the age as an identifier
(45 CFR 164.514(b)(2)(i)(C)); and where its bearer is named with it: in an introduction ("I'm Tim
Brown, 43"), or in one sentence with a hard identifier ("SSN 489-91-3820, age 52"). A patient as
clinicians describe one ("a 67-year-old man, MRN 93618947") keeps the age: the number beside it is
gone, and the answer hangs on it.
"""

import re
from bisect import bisect
from collections.abc import Sequence

from tasks.redact.phrases import GAP
from tasks.redact.rule import TIE, Rule, Span

NEAR = 120  # characters between an age and the identifier beside it
OLD = 90  # years; from here on an age is an identifier by itself

_YEARS = r"[- ](?:years?|yrs?)"
_PERSON = (
    r"man|woman|male|female|lady|gentleman|patient|person|individual|resident|veteran|widow(?:er)?"
    r"|(?:grand)?(?:mother|father|ma|pa|mom|mum|dad)|aunt|uncle|he|she|his|her|caucasian|african"
    r"|american|hispanic|asian|white|black|retired|right|left"
)
_VALUE = r"(?P<value>\d{1,3})"
_NO_RANGE = (
    r"(?![\w%°]|[.,:/]\d|\s?(?:[-–+]|to\b|and (?:over|older|above|up|under)|or\b"
    r"|days?|weeks?|months?|hours?|min))"
)
_WHO = (
    r"(?:I am|I['’]m|I was|(?:he|she|who|patient|mother|father|wife|husband)(?: is|['’]s| was)"
    r"|turned)"
)
TURNED = (
    rf"(?i)\bturn(?:ed|s|ing) {_VALUE}"
    r"(?=[.,;!]|\s(?:in|on|last|this|next|today|yesterday|when|before|and)\b)"
)
STATED = rf"(?i)\b{_WHO}(?: now| already| currently)? {_VALUE}(?:{_YEARS}[- ]old|\s?y\.?/?o\b)"
LABELLED = (
    r"(?i)(?:(?<![a-z])|(?<=patient))(?<!average )(?<!mean )(?<!median )(?<!total )(?<!combined )"
    rf"aged?(?: of)?{TIE}{_VALUE}{_NO_RANGE}"
)
CLINICAL = (
    rf"(?i)(?<![\w.,$-]){_VALUE}\s?(?:y\.?/?o\b\.?|{_YEARS}[- ]old\b)"
    rf"(?=,?[- ](?:[\w-]{{1,12}} ){{0,2}}(?:{_PERSON})\b|\s?[MF]\b)"
)
_NAME = r"[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’.-]*){0,3}"
INTRODUCED = (
    rf"(?:\b[Mm]y name is|\bI am|\bI['’]m) {_NAME}(?:,| and| -)+ (?:(?:I am|I['’]m|aged?|age) )?"
    rf"{_VALUE}(?=[,.;!]|\s(?:and|from|years?|yrs?|y/?o)\b|$)"
)


def _possible(match: re.Match[str]) -> bool:
    """Whether somebody can be so old; under the head of a column no value belongs to it alone."""
    return 0 < int(match["value"]) <= 120 and "\n" not in match[0]


def _old(match: re.Match[str]) -> bool:
    return OLD <= int(match["value"]) <= 120


def private_ages(text: str, spans: Sequence[Span], links: frozenset[str]) -> list[Span]:
    """`spans` of `text` without the ages that stay.

    Args:
        text: What the spans are places in.
        spans: What was found, in order and without overlaps.
        links: Kinds that name a person.
    """
    ages = [span for span in spans if span.entity == "AGE"]
    if not ages:
        return list(spans)
    named = [span for span in spans if span.entity in links]
    gone = {age for age in ages if not _goes(text, age, named)}
    return [span for span in spans if span not in gone]


def _goes(text: str, age: Span, named: Sequence[Span]) -> bool:
    if int(text[age.start : age.end]) >= OLD:
        return True
    start = max(0, age.start - NEAR)
    if any(m.span("value") == age[:2] for m in _INTRODUCED.finditer(text, start, age.end + 10)):
        return True
    at = bisect(named, age)
    return any(_beside(text, age, other) for other in named[max(0, at - 1) : at + 1])


def _beside(text: str, age: Span, other: Span) -> bool:
    """Whether both stand in one sentence or line, near each other."""
    first, last = sorted((age, other))
    return last.start - first.end <= NEAR and not GAP.search(text, first.end, last.start)


_INTRODUCED = re.compile(INTRODUCED)
_CUES = (
    "year",
    "yr",
    "y/o",
    "y.o",
    "y./o",
    *(f"{n}{gap}yo" for n in range(10) for gap in ("", " ")),
)
RULES = (
    Rule("AGE", re.compile(STATED), _CUES, check=_possible),
    Rule("AGE", re.compile(TURNED), ("turn",), check=_old),
    Rule("AGE", re.compile(LABELLED), ("age",), check=_possible),
    Rule("AGE", re.compile(CLINICAL), _CUES, check=_old),
    Rule("AGE", _INTRODUCED, ("my name is", "i am", "i'm", "i’m"), check=_possible),
)
