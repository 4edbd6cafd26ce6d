"""spaCy's part of stock Presidio: entities as its whole pipeline finds them, without most of it.

Of the pipeline only the entity recogniser reads every text. The parser before it bears on entities
in one way: none may go on where a sentence begins. The recogniser takes, token by token, the best
of the steps that are allowed, and a sentence's begin only forbids steps (to begin or go on with an
entity whose next token begins a sentence). So, entities found without sentences are those found
with them, unless a sentence begins inside one. An entity of one token has no inside; where all
are such, the parser is not needed at all. Else it runs, and only a text in which a sentence begins
inside an entity is decided again.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tasks.redact.ner.entities import Entity, read
from tasks.redact.ner.scorer import Scorer
from tasks.redact.ner.vectors import Vectors

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

BATCH = 128  # texts
LEMMAS = ("tagger", "attribute_ruler", "lemmatizer")


class Reader:
    """Reads texts as a pipeline of spaCy's would."""

    def __init__(self, language: "Language") -> None:
        """Take over the networks of `language`."""
        ner: Any = language.get_pipe("ner")
        tok2vec: Any = language.get_pipe("tok2vec")
        self.language, self.scorer = language, Scorer(ner)
        self.vectors = Vectors(tok2vec.model)

    def entities(self, docs: Sequence["Doc"]) -> list[list[Entity]]:
        """The entities of each of `docs` (tokens only, none empty), as with all of the pipeline."""
        tokens = self.scorer.read(docs)
        found = read(self.scorer, docs, tokens)
        doubtful = [at for at, spans in enumerate(found) if any(e - s > 1 for s, e, _ in spans)]
        self._piped(("parser",), [docs[at] for at in doubtful])
        cut = [at for at in doubtful if _is_cut(docs[at], found[at])]
        again = read(self.scorer, [docs[at] for at in cut], [tokens[at] for at in cut], True)
        for at, spans in zip(cut, again, strict=True):
            found[at] = spans
        return found

    def add_lemmas(self, docs: Sequence["Doc"]) -> None:
        """Give the tokens of `docs` their lemmas."""
        self._piped(LEMMAS, docs)

    def _piped(self, names: Sequence[str], docs: Sequence["Doc"]) -> None:
        """Let the pipes `names` of spaCy's write into `docs`."""
        bare = [doc for doc in docs if not doc.tensor.size]
        for doc, vectors in zip(bare, self.vectors(bare) if bare else (), strict=True):
            doc.tensor = vectors  # type: ignore[assignment]  # spaCy's stubs say double
        done: Iterable[Doc] = docs
        for name in names:
            pipe: Any = self.language.get_pipe(name)
            many = hasattr(pipe, "pipe")
            done = pipe.pipe(done, batch_size=BATCH) if many else map(pipe, done)
        for _ in done:
            pass


def _is_cut(doc: "Doc", found: Sequence[Entity]) -> bool:
    """Whether a sentence begins inside one of the entities `found` in `doc`."""
    return any(doc[at].is_sent_start for start, end, _ in found for at in range(start + 1, end))
