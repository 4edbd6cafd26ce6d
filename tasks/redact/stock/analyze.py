"""What `AnalyzerEngine.analyze` finds in texts, with most of its work left out.

Left out is only what cannot change a finding: texts are read in batches of like length; a pattern
recogniser reads texts that hold what its patterns need (`gates`); the parser runs where it can
matter (`read`); lemmas are made where a context word can matter (`context`).
"""

import re
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from tasks.redact.stock.context import Context
from tasks.redact.stock.engine import LANGUAGE, fast_engine, language_of
from tasks.redact.stock.gates import gated
from tasks.redact.stock.read import Reader
from tasks.redact.stock.resolve import Finding

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, RecognizerResult
    from spacy.tokens import Doc

CHUNK = 2048  # texts whose tokens are held at once

_LOCK = threading.Lock()  # spaCy's vocabulary grows while it reads
_HALF = re.compile("[\ud800-\udfff]")  # of a character, as JSON may hold; spaCy reads none


def analyze(texts: Sequence[str]) -> list[list[Finding]]:
    """What `AnalyzerEngine.analyze` finds in each of `texts`, in its order.

    Args:
        texts: Distinct texts, best in the order of their length.
    """
    if not texts:
        return []
    sound = [_HALF.sub("\ufffd", text) for text in texts]
    with _LOCK:
        engine = fast_engine()
        chunks = [sound[at : at + CHUNK] for at in range(0, len(sound), CHUNK)]
        return [found for chunk in chunks for found in _analyze(engine, chunk)]


def _analyze(engine: "AnalyzerEngine", texts: Sequence[str]) -> list[list[Finding]]:
    from presidio_analyzer import EntityRecognizer

    reader = _reader()
    docs = [reader.language.make_doc(text) for text in texts]
    named = _named(engine, docs)
    matched = [_matches(engine, text) for text in texts]
    by_context = [at for at, text in enumerate(texts) if _needs_lemmas(engine, text, matched[at])]
    reader.add_lemmas([docs[at] for at in by_context])
    for at in by_context:
        matched[at] = _enhanced(engine, docs[at], matched[at])
    return [
        [
            Finding(r.start, r.end, r.entity_type, r.score)
            for r in EntityRecognizer.remove_duplicates([*results, *entities])
        ]
        for results, entities in zip(matched, named, strict=True)
    ]


@cache
def _reader() -> Reader:
    return Reader(language_of(fast_engine()))


def _matches(engine: "AnalyzerEngine", text: str) -> list["RecognizerResult"]:
    return [
        result
        for recogniser in engine.registry.recognizers
        for reader in gated(recogniser, text)
        for result in reader.analyze(text, reader.supported_entities, None)
    ]


def _needs_lemmas(
    engine: "AnalyzerEngine", text: str, results: Sequence["RecognizerResult"]
) -> bool:
    """Whether a word before one of `results` can change its score."""
    if not results:
        return False
    words = {recogniser.id: recogniser.context for recogniser in engine.registry.recognizers}
    by = "recognizer_identifier"
    return any(
        _context().may_matter(text, result.start, words[result.recognition_metadata[by]] or ())
        for result in results
    )


@cache
def _context() -> Context:
    return Context(language_of(fast_engine()))


def _enhanced(
    engine: "AnalyzerEngine", doc: "Doc", results: list["RecognizerResult"]
) -> list["RecognizerResult"]:
    """`results` with the scores that the words around them give."""
    from presidio_analyzer.nlp_engine import NlpArtifacts

    lemmas, places = [token.lemma_ for token in doc], [token.idx for token in doc]
    artifacts = NlpArtifacts([], doc, places, lemmas, engine.nlp_engine, LANGUAGE)
    enhanced: list[RecognizerResult] = engine.context_aware_enhancer.enhance_using_context(
        doc.text, results, artifacts, list(engine.registry.recognizers)
    )
    return enhanced


def _named(engine: "AnalyzerEngine", docs: Sequence["Doc"]) -> list[list["RecognizerResult"]]:
    """Entities by spaCy in each of `docs` under Presidio's names, without those it ignores."""
    from presidio_analyzer import RecognizerResult

    kinds = _kinds(engine)
    found: list[list[RecognizerResult]] = [[] for _ in docs]
    full = [at for at, doc in enumerate(docs) if len(doc)]
    for at, entities in zip(full, _reader().entities([docs[at] for at in full]), strict=True):
        for start, end, label in entities:
            if known := kinds(label):
                first, last = docs[at][start], docs[at][end - 1]
                found[at].append(
                    RecognizerResult(known[0], first.idx, last.idx + len(last), known[1])
                )
    return found


def _kinds(engine: "AnalyzerEngine") -> Callable[[str], tuple[str, float] | None]:
    """Presidio's name and score for a label of spaCy's; None for one that it ignores."""
    loaded: Any = engine.nlp_engine
    settings = loaded.ner_model_configuration
    names, ignored = settings.model_to_presidio_entity_mapping, settings.labels_to_ignore
    low, factor = settings.low_score_entity_names, settings.low_confidence_score_multiplier

    def kind(label: str) -> tuple[str, float] | None:
        name = names.get(label, label)
        if label in ignored or name in ignored:
            return None
        return name, settings.default_score * (factor if name in low else 1)

    return kind
