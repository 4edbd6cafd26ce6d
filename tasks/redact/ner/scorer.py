"""spaCy's scores of the actions of its entity recogniser, all tokens of many texts at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.redact.ner.vectors import Floats, Vectors

if TYPE_CHECKING:
    from spacy.pipeline import EntityRecognizer
    from spacy.tokens import Doc


class Scorer:
    """spaCy's scores of actions for a token outside or inside an entity."""

    def __init__(self, ner: "EntityRecognizer") -> None:
        """Take the weights out of `ner`."""
        model: Any = ner.model
        tok2vec, lower, upper = (model.get_ref(n) for n in ("tok2vec", "lower", "upper"))
        project = tok2vec.layers[-1]
        self.vectors = Vectors(tok2vec.layers[0])
        self.project, self.offset = project.get_param("W").T.copy(), project.get_param("b")
        weight = lower.get_param("W").transpose(0, 3, 2, 1)  # feature, input, piece, width
        self.lower = weight.reshape(*weight.shape[:2], -1).copy()
        self.bias = lower.get_param("b").T.ravel().copy()
        self.none = lower.get_param("pad")[0].transpose(0, 2, 1).reshape(len(weight), -1)
        self.upper, self.level = upper.get_param("W").T.copy(), upper.get_param("b")
        moves: Any = ner.moves
        self.moves: list[str] = [moves.get_class_name(at) for at in range(moves.n_moves)]
        self.labels = [move[2:] for move in self.moves if move[:2] == "B-"]
        self.of = {kind: [self.moves.index(f"{kind}-{x}") for x in self.labels] for kind in "BILU"}
        allowed = {"O", *(f"{kind}-{x}" for kind in "BU" for x in self.labels)}
        self.barred = [at for at, move in enumerate(self.moves) if move not in allowed]

    def read(self, docs: Sequence["Doc"]) -> list[Floats]:
        """What the scores of the tokens of each of `docs` are made of."""
        return [vectors @ self.project + self.offset for vectors in self.vectors(docs)]

    def outside(self, tokens: Floats) -> Floats:
        """Scores of all actions for each of `tokens`, outside an entity."""
        return self._scores(tokens @ self.lower[0] + self.none[1] + self.none[2])

    def inside(self, now: Floats, first: Floats, last: Floats) -> Floats:
        """The same inside one, given its `first` token and the `last` one before `now`."""
        return self._scores(now @ self.lower[0] + first @ self.lower[1] + last @ self.lower[2])

    def _scores(self, features: Floats) -> Floats:
        features = features + self.bias
        half = features.shape[1] // 2
        best = np.maximum(features[:, :half], features[:, half:])
        scores: Floats = best @ self.upper + self.level
        return scores
