"""What makes a name private: the words around it, or a hard identifier in the same sentence."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from tasks.redact.names import Place, is_name
from tasks.redact.rule import Span
from tasks.redact.rules import LINKS
from tasks.redact.words import STOP

_UP, _LO = "A-ZÀ-ÖØ-ÞŁŚŻŹĆŘŠŽČĎĞİŐ", "a-zß-öø-ÿāăąćčďđęěğıłńňőœřśşšťůűźżž"
_WORD = rf"(?:[{_UP}]['’])?[{_UP}][{_LO}]+(?:['’-]?[{_UP}][{_LO}]+)*"
_PARTICLE = "van|von|de|da|la|der|den|bin|al|el|dos|du|di"
_FULL = rf"{_WORD}(?:[ ](?:[{_UP}]\.|{_WORD}|{_PARTICLE})){{0,4}}"
_NAME = rf"(?P<name>{_FULL})(?![\w@])"
_ANY_CASE = rf"(?P<name>{_FULL}|[{_UP}]{{2,}}(?:[ ][{_UP}]{{2,}}){{1,3}})(?![\w@])"
_TITLE = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s)?"
_KIN = (
    "wife|husband|spouse|partner|fiancée?|son|daughter|mother|father|mom|mum|dad|brother|sister|"
    "uncle|aunt|cousin|nephew|niece|grandmother|grandfather|grandma|grandpa|girlfriend|boyfriend|"
    "boss|neighbou?r|colleague|roommate|landlord|supervisor|manager"
)
_LABEL = (
    r"my (?:full |real |last |first )?name(?:'s|’s| is)|(?:account|card) ?holder(?: is|:)?|ask for"
    r"|(?:patient|customer|client|employee|guest|passenger|recipient|card|full|first|last|given"
    r"|family|maiden)[ _]?name[\"']?\s?[:=]?(?: is)?|pt\.?|contact(?: person)?:"
    r"|(?:attn|signed by|emergency contact|next of kin)[:.]?"
)
_RECORD_LABEL = r"(?:date of birth|d\.?o\.?b|ssn|mrn|phone|address|age)"

SURE = (
    rf"(?i:\b(?:{_LABEL}))[ \"']{{1,3}}{_TITLE}{_ANY_CASE}",
    rf"\bName: {_ANY_CASE}(?=\s{{1,3}}(?i:{_RECORD_LABEL}))",
    rf"{_NAME} can be reached",
    rf"{_NAME}(?:\s?[<(\[,]\s?[\w.+-]{{1,64}}@|,? \(?(?:MRN|DOB|SSN)\b|, born\b)",
    rf"(?i:\bmy (?:\w{{3,10}} )?(?:{_KIN})(?:,|['’]s name is| is| named| called)?) {_NAME}",
)
"""The name that one of these captures is private."""
LIKELY = (
    rf"(?i:\bdear|\bregards,?|\bsincerely,?|\bsigned:?|\bcheers,|\bi['’]m|\bi am|\b(?:from|to|cc):"
    rf"|\bname[\"']?(?:\s?[:=]| is)[ \"']{{0,3}})\s{{0,2}}{_TITLE}{_NAME}",
    rf"(?i:\bthis is) {_NAME}(?=[,.!?]|\s(?:from|speaking|calling|with|here|at)\b|$)",
    rf"\b[Pp]atient: (?=[^\s,]+ [{_UP}]){_NAME}(?=,|\n|$)",
)
"""The name that one of these captures is private if the model, too, sees a name there."""
IN_RECORDS = (
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Mister|Dr|Prof|Doctor|Nurse)\b\.?\s{_NAME}",
    rf"{_NAME},? (?:is )?an? (?:\w{{4,12}} )?"
    r"(?:\d{1,3}|\w{3,12}(?:[- ]\w{3,6})?)[- ](?:(?:year|month|week)s?[- ]old|y\.?o\b)",
    rf"{_NAME}, (?:MD|M\.D\.|DO|PA|PA-C|RN|NP|PhD|DDS)\b",
    r"(?i:\b(?:thanks?(?: you)?|hi|hello|hey|okay|alright|sorry|welcome)(?: again| so much)?,?)"
    rf" {_NAME}(?=[,.!?]|\s-|$)",
    rf"(?i:\bthis is) {_NAME}(?=,? how\b| from\b| speaking\b)",
)
"""The name that one of these captures is private in a record of a patient or a customer."""
LITERALS = (
    "name", "holder", "ask for", "pt", "contact", "attn", "signed", "kin", "can be reached", "@",
    "mrn", "dob", "ssn", "born", "my ", "dear", "regards", "sincerely", "cheers", "this is", "i'm",
    "i’m", "i am", "patient", "from:", "to:", "cc:", "mr", "ms", "miss", "mx", "dr", "prof", "year",
    "thank", "hi ", "hi,", "hello", "hey", "okay", "alright", "sorry", "welcome",
)  # fmt: skip
"""In lower case; a text with none of these and no hard identifier names nobody private."""

_SURE, _LIKELY, _IN_RECORDS = ([re.compile(p) for p in ps] for ps in (SURE, LIKELY, IN_RECORDS))
_RECORD = re.compile(
    r"(?i)chief complaint|history of present illness|\bpatient:|\bdoctor:|\bmrn\b|date of birth"
    r"|year[- ]old (?:male|female|man|woman)|clinical note|customer (?:support|service|care)"
    r"|your (?:account|order|identity)|order number|presents (?:to|for|with)"
    r"|thank you for calling|how (?:can|may) I (?:help|assist) you today"
)
_TWO = re.compile(rf"\b{_WORD} (?:[{_UP}]\. |{_PARTICLE} )?{_WORD}\b")
_SENTENCE = re.compile(
    r"\n+|(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bPt\.)(?<!\bProf\.)"
    r"(?<=[.!?])\s+(?=[^a-z\d])"
)


class Cues(NamedTuple):
    """Where a text may name a private person."""

    sure: list[Place]  # names that need no model
    likely: list[Place]  # names that the model must confirm
    sentences: list[Place]  # those with a hard identifier: every name in them is private


class Around(NamedTuple):
    """What the whole conversation says about the names in it."""

    record: bool = False  # it is about one patient or customer
    mailboxes: frozenset[str] = frozenset()  # letters of the local parts of its e-mail addresses


NO_CUES = Cues([], [], [])


def is_record(texts: Sequence[str]) -> bool:
    """Whether a conversation is about one patient or customer."""
    return any(_RECORD.search(text) for text in texts)


def mailboxes(text: str, hard: Sequence[Span]) -> set[str]:
    """The letters before the @ of each e-mail address: `john.smith42@` is John Smith's."""
    mails = [text[s.start : s.end] for s in hard if s.entity == "EMAIL_ADDRESS"]
    letters = {_letters(mail.partition("@")[0]) for mail in mails}
    return {found for found in letters if len(found) >= 6}


def cues(text: str, hard: Sequence[Span], around: Around) -> Cues:
    """Where `text` may name a private person, given its `hard` identifiers."""
    if not hard and not around.mailboxes and not any(cue in text.lower() for cue in LITERALS):
        return NO_CUES
    sure = _names([*_SURE, *_IN_RECORDS] if around.record else _SURE, text)
    if around.mailboxes:
        sure += [m.span() for m in _TWO.finditer(text) if _forms(m[0]) & around.mailboxes]
    linked = {sentence(text, span.start) for span in hard if span.entity in LINKS}
    return Cues(sure, _names(_LIKELY, text), sorted(linked))


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if "a" <= c <= "z")


def _forms(name: str) -> set[str]:
    """A name as it is written in mailboxes: accents taken off, or the letters with them."""
    return {_letters(name), _letters(unicodedata.normalize("NFD", name))}


def _names(patterns: Sequence[re.Pattern[str]], text: str) -> list[Place]:
    matches = [match for pattern in patterns for match in pattern.finditer(text)]
    return [_trim(text, *match.span("name")) for match in matches if is_name(match["name"])]


def _trim(text: str, start: int, end: int) -> Place:
    """A captured name without everyday words at its ends."""
    words = list(re.finditer(r"\S+", text[start:end]))
    while words[-1][0].strip(".,").lower() in STOP:
        words.pop()
    while words[0][0].strip(".,").lower() in STOP:
        words.pop(0)
    return start + words[0].start(), start + words[-1].end()


def sentence(text: str, position: int) -> Place:
    """Where the sentence around `position` begins and ends; a line break ends one, too."""
    start, end = 0, len(text)
    for gap in _SENTENCE.finditer(text):
        if gap.end() <= position:
            start = gap.end()
        elif gap.start() >= position:
            end = gap.start()
            break
    return start, end
