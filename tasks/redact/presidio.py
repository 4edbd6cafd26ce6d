"""The bridge to Presidio: our rules as its recognisers, and its recognisers as our rules.

Whoever has a Presidio pipeline can use our rules in it (`recognisers`); whoever curates data can
use any of Presidio's recognisers beside ours (`adopt`), such as those for the identity numbers of
a country. The stage runs its rules without Presidio in between, as that costs a second to import
and ten times the work per text, and needs no network and no engine of Presidio's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from tasks.base.errors import UsageError
from tasks.redact.names import find_names
from tasks.redact.rule import Span
from tasks.redact.rules import ENTITIES, PERSON, Finder, find, rules_for

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

SURE = 0.5  # score; below it Presidio means "only if the context says so", and there is none here


def recognisers(entities: Iterable[str] = ENTITIES) -> list["EntityRecognizer"]:
    """Our rules and names for these kinds, one Presidio recogniser each.

    They can go into a `RecognizerRegistry` or be called one by one. The one for persons returns
    every name: whose name is private is a matter of the whole conversation.
    """
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    class Recogniser(EntityRecognizer):
        def load(self) -> None:
            """Nothing to load: the rules are compiled, the model waits for its first text."""

        def analyze(
            self,
            text: str,
            entities: list[str],
            nlp_artifacts: object = None,  # noqa: ARG002
        ) -> list[Any]:
            """Every value of this kind in `text`."""
            entity = self.supported_entities[0]
            spans = _spans(entity, text) if not entities or entity in entities else []
            return [RecognizerResult(s.entity, s.start, s.end, 1.0) for s in spans]

    return [Recogniser([entity], name=f"Finery_{entity}") for entity in entities]


def _spans(entity: str, text: str) -> list[Span]:
    if entity != PERSON:
        return find(text, rules_for((entity,)))
    return [Span(start, end, PERSON) for start, end in find_names([text])[0][text]]


@dataclass(frozen=True, eq=False)
class Adopted:
    """A recogniser of Presidio's, used as a rule."""

    recogniser: Any
    entity: str
    cues: tuple[str, ...] = ()
    digits: bool = False
    shapes: tuple[str, ...] = ()

    def find(self, text: str) -> Iterable[Span]:
        """Every value that the recogniser is sure of."""
        for result in self.recogniser.analyze(text, [self.entity], None) or ():
            if result.score >= SURE:
                yield Span(result.start, result.end, self.entity)


def adopt(name: str) -> tuple[Finder, ...]:
    """Presidio's recogniser `name`, such as UkNinoRecognizer, as rules: one for each kind.

    Raises:
        UsageError: Presidio has no such recogniser, or it cannot work without a service.
    """
    from presidio_analyzer import predefined_recognizers as known

    names = [n for n in dir(known) if n.endswith("Recognizer")]
    if name not in names:
        close = get_close_matches(name, names, n=1, cutoff=0.3)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise UsageError(f"redact.recognisers: Presidio has no recogniser {name!r}{hint}")
    try:
        recogniser = getattr(known, name)()
    except (ImportError, TypeError, ValueError) as error:
        raise UsageError(f"redact.recognisers: {name} cannot be used by itself: {error}") from error
    return tuple(Adopted(recogniser, entity) for entity in recogniser.supported_entities)
