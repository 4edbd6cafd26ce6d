"""A second opinion: stock Presidio, with its own recognisers and spaCy's whole model.

It shares no rule with the redaction, so it errs elsewhere: of 29 leaks it was measured to catch
11, and to cry wolf 20 times. Hence its findings are weighed. What it is sure of (a check sum, or
words around that say what it is) counts as a hard identifier; a name counts if the policy would
take it, had the redaction seen it; places, dates, links and what it only guesses do not count.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from tasks.redact import cues, names
from tasks.redact.code import code_spans
from tasks.redact.contact import TOLL_FREE
from tasks.redact.leaks import strings
from tasks.redact.ner.models import MODEL
from tasks.redact.params import RedactParams
from tasks.redact.places import Place
from tasks.redact.policy import private
from tasks.redact.presidio import SURE
from tasks.redact.rule import Span, digits_of
from tasks.redact.rules import IN_CODE, PERSON, find, masks, outside, rules_for
from tasks.redact.standin.kinds import is_stand_in
from tasks.redact.words import MAILBOXES

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

ENGINES = names.ENGINES
LONGEST = 20_000  # characters of one text that are read
OURS = {
    "US_BANK_NUMBER": "ACCOUNT_NUMBER", "US_DRIVER_LICENSE": "DRIVER_LICENSE",
    "US_PASSPORT": "PASSPORT", "US_ITIN": "ID_NUMBER", "UK_NHS": "ID_NUMBER",
    "MEDICAL_LICENSE": "ID_NUMBER",
}  # fmt: skip
"""Presidio's name of a kind -> ours, where they differ."""

UNMAPPED = ["CARDINAL", "EVENT", "FAC", "LANGUAGE", "LAW", "MONEY", "ORDINAL", "PERCENT", "PRODUCT",
            "QUANTITY", "WORK_OF_ART"]  # fmt: skip
_OPEN = re.compile(r"^(?:127\.|0\.|2(?:2[4-9]|[3-5]\d)\.|::1?$)")  # addresses of nobody


def second_opinion(row: dict[str, Any], params: RedactParams) -> Counter[str]:
    """Kinds that `row`, redacted before, still holds by the rules and by stock Presidio.

    Raises:
        OSError: spaCy's model is not installed.
    """
    texts = [text[:LONGEST] for text in strings(row) if text.strip()]
    keep, natural = {value.casefold() for value in params.keep}, params.mode == "surrogate"
    record = cues.is_record(texts)
    seen = Counter[str]()
    for text in texts:
        found = _weighed(text, params, record)
        seen.update(
            {
                s.entity
                for s in found
                if (value := text[s.start : s.end]).casefold() not in keep
                and not (natural and is_stand_in(s.entity, value))
            }
        )
    return seen


def _weighed(text: str, params: RedactParams, record: bool) -> list[Span]:
    """What of the findings in `text` counts."""
    ruled = find(text, rules_for(params.entities))
    theirs = [
        Span(r.start, r.end, OURS.get(r.entity_type, r.entity_type))
        for r in _engine().analyze(text, language="en", score_threshold=SURE)
    ]
    hard = [
        s for s in outside(theirs, masks(text))
        if s.entity in params.entities and s.entity != PERSON
        and not _admitted(s.entity, text[s.start : s.end])
    ]  # fmt: skip
    code = code_spans(text)
    hard = [s for s in hard if s.entity in IN_CODE or outside([s], code)]
    people = [s for s in outside(theirs, [*masks(text), *code]) if s.entity == PERSON]
    people = people if PERSON in params.entities else []
    return [*ruled, *hard, *_private(text, people, hard + ruled, record, params.strict)]


def _private(
    text: str, people: list[Span], hard: Iterable[Span], record: bool, strict: bool
) -> list[Span]:
    """Those of `people` that the policy would take."""
    places = [(s.start, s.end) for s in people if names.is_name(text[s.start : s.end])]
    around = cues.cues(text, list(hard), cues.Around(record))
    taken = private(text, around, places, strict)
    return [Span(a, b, PERSON) for a, b in taken if _meets((a, b), places)]


def _meets(place: Place, others: Iterable[Place]) -> bool:
    return any(place[0] < end and start < place[1] for start, end in others)


def _admitted(kind: str, value: str) -> bool:
    """Whether the policy lets a value of this kind stand."""
    if kind == "EMAIL_ADDRESS":
        return value.partition("@")[0].lower() in MAILBOXES
    if kind == "PHONE_NUMBER":
        return digits_of(value)[-10:].startswith(TOLL_FREE)
    return kind == "IP_ADDRESS" and bool(_OPEN.match(value))


@cache
def _engine() -> "AnalyzerEngine":
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    models = [{"lang_code": "en", "model_name": MODEL}]
    ignored = {"labels_to_ignore": UNMAPPED}  # of which Presidio would warn at every text
    set_up = {
        "nlp_engine_name": "spacy", "models": models, "ner_model_configuration": ignored,
    }  # fmt: skip
    engine = NlpEngineProvider(nlp_configuration=set_up).create_engine()
    log = logging.getLogger("presidio-analyzer")
    level = log.level
    log.setLevel(logging.ERROR)  # it warns of each recogniser of another language
    try:
        return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    finally:
        log.setLevel(level)
