"""Train the name model: stock layers, few labels, a fixed seed.

It starts from the entity recogniser of spaCy's small model: its word tables are kept as they are,
so that made names cannot bend them, and what stands above them learns on. Four labels in place of
eighteen leave 17 transitions of 74, and so a third less work per word. Weights are averaged over
the steps, which a run of a few hundred steps needs.
"""

import os
import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tasks.redact.names import MODEL, UNUSED
from tasks.redact.training.data import Sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.pipeline import EntityRecognizer
    from spacy.training import Example
    from thinc.api import Model

LABELS = ("ADDRESS", "ID", "PERSON", "USERNAME")
BATCH = 64  # sentences
RATE = 0.001  # of Adam, sinking to nothing
DROPOUT = 0.15
TABLE = "hashembed"  # name of a layer that is a table of words


def train(sentences: Sequence[Sentence], seed: int, epochs: int) -> "Language":
    """A model of `LABELS` that has read `sentences` so many times; the same for the same seed."""
    from thinc.api import Adam, fix_random_seed

    fix_random_seed(seed)
    nlp = blank()
    examples = _examples(nlp, sentences)
    tables = [(node, node.get_param("E").copy()) for node in _tables(nlp)]
    steps = epochs * (len(examples) // BATCH + 1)
    adam = Adam(RATE, use_averages=True)
    for step, batch in enumerate(_batches(examples, random.Random(seed), epochs)):
        adam.learn_rate = RATE * (1 - step / steps)
        nlp.update(batch, sgd=adam, drop=DROPOUT)
        for node, table in tables:
            node.set_param("E", table.copy())
    for node in layers_of(nlp):
        for name in node.param_names:
            if (node.id, name) in adam.averages:
                node.set_param(name, adam.averages[node.id, name])
    for node, table in tables:
        node.set_param("E", table)
    return nlp


def _batches(
    examples: list["Example"], order: random.Random, epochs: int
) -> Iterator[list["Example"]]:
    for _ in range(epochs):
        order.shuffle(examples)
        for start in range(0, len(examples), BATCH):
            yield examples[start : start + BATCH]


def _examples(nlp: "Language", sentences: Sequence[Sentence]) -> list["Example"]:
    """Sentences whose labels begin and end with words; the few others teach nothing."""
    from spacy.training import Example

    found = []
    for text, spans in sentences:
        doc = nlp.make_doc(text)
        if len(doc) and all(doc.char_span(a, b) is not None for a, b, _ in spans):
            found.append(Example.from_dict(doc, {"entities": spans}))
    return found


def blank() -> "Language":
    """The stock model with our labels in place of its own: untaught, but for persons."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import spacy
    from spacy.training import Example
    from thinc.api import NumpyOps

    nlp = spacy.load(MODEL, exclude=UNUSED)
    stock = nlp.get_pipe("ner")
    model = nlp.config["components"]["ner"]["model"]
    nlp.remove_pipe("ner")
    ner: Any = nlp.add_pipe("ner", config={"model": model})
    for label in LABELS:
        ner.add_label(label)
    teach = Example.from_dict(nlp.make_doc("Lisa left"), {"entities": [(0, 4, "PERSON")]})
    ner.initialize(lambda: [teach], nlp=nlp)
    _take_over(stock, ner)
    openblas = NumpyOps(use_blis=False)
    for node in ner.model.walk():
        node.ops = openblas
    return nlp


def _take_over(stock: "EntityRecognizer", ner: "EntityRecognizer") -> None:
    """Give `ner` the layers of `stock`; of the last one, what it knows of persons."""
    for old, new in zip(stock.model.walk(), ner.model.walk(), strict=True):
        for name in old.param_names:
            if old.has_param(name) and old.get_param(name).shape == new.get_param(name).shape:
                new.set_param(name, old.get_param(name).copy())
    known = {move: row for row, move in enumerate(stock.move_names)}
    old, new = stock.model.get_ref("upper"), ner.model.get_ref("upper")
    for name in ("W", "b"):
        rows = new.get_param(name).copy()
        for row, move in enumerate(ner.move_names):
            if move in known and (move == "O" or move.endswith("PERSON")):
                rows[row] = old.get_param(name)[known[move]]
        new.set_param(name, rows)


def layers_of(nlp: "Language") -> list["Model[Any, Any]"]:
    """Every layer of its entity recogniser, always in the same order."""
    return list(nlp.get_pipe("ner").model.walk())  # type: ignore[attr-defined]


def _tables(nlp: "Language") -> list["Model[Any, Any]"]:
    return [node for node in layers_of(nlp) if node.name == TABLE]
