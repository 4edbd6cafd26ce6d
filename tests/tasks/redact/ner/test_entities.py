"""Our reading of spaCy's networks finds what spaCy finds."""

import numpy as np
import pytest
import spacy

from tasks.redact.ner import vectors
from tasks.redact.ner.entities import Entity, find, read
from tasks.redact.ner.models import MODEL
from tasks.redact.ner.scorer import Scorer

TEXTS = [
    "Yesterday Dr. Lisa Brown's husband met Peter Miller in New York City for $5 million.",
    "", " ", "\n\n\n", "x", "Obama", "the United Nations of New\n\nYork State University of",
    "Barack Obama " * 40, "1984, and the years 1990 to 2000, five percent of Berlin; 3rd of May",
]  # fmt: skip


@pytest.fixture(scope="module")
def language():
    """The whole pipeline of spaCy's."""
    return spacy.load(MODEL)


def spans(doc):
    """Entities of spaCy's as ours."""
    return [Entity(e.start, e.end, e.label_) for e in doc.ents]


@pytest.mark.parametrize("at_once", [4096, 7])
def test_vectors_and_entities_are_spacys_however_a_text_is_cut(language, monkeypatch, at_once):
    monkeypatch.setattr(vectors, "AT_ONCE", at_once)
    ner = language.get_pipe("ner")
    scorer = Scorer(ner)
    docs = [language.make_doc(text) for text in TEXTS]
    full = [doc for doc in docs if len(doc)]
    theirs = ner.model.get_ref("tok2vec").layers[0].predict(full)
    for one, other in zip(scorer.vectors(full), theirs, strict=True):
        assert np.allclose(one, other, atol=1e-4)
    found = find(scorer, docs)
    assert found == [spans(doc) for doc in ner.pipe(docs)]
    assert sum(map(len, found)) > 10


def test_no_entity_reaches_over_the_end_of_a_sentence(language):
    ner = language.get_pipe("ner")
    scorer = Scorer(ner)
    ours, theirs = (language.make_doc("He met Lisa Brown in New York") for _ in range(2))
    for doc in (ours, theirs):
        for token in doc:
            token.is_sent_start = token.text in ("Brown", "York")
    (found,) = read(scorer, [ours], scorer.read([ours]), sentences=True)
    assert found == spans(ner(theirs)) != find(scorer, [ours])[0]


def test_no_texts_have_no_entities(language):
    assert find(Scorer(language.get_pipe("ner")), []) == []
