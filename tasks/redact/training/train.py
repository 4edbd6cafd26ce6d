"""Train the name model: stock layers, few labels, a fixed seed.

It starts from the entity recogniser of spaCy's small model and learns on. Four labels in place of
eighteen leave 17 transitions of 74, and so less work per word. Weights are averaged over the steps,
which a run of a few thousand steps needs, and over several such models that began as one and read
other sentences: what they learnt by chance is not the same (arXiv 2203.05482).
"""

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tasks.redact.ner.models import blank, layers_of
from tasks.redact.training.data import Sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example

BATCH = 64  # sentences
RATE = 0.001  # of Adam, sinking to nothing
DROPOUT = 0.15
FIRST = 7  # seed of the weights that are new


def train(sentences: Sequence[Sentence], seed: int, epochs: int) -> "Language":
    """A model that has read `sentences` so many times; the same for the same seed.

    All begin with the same weights, whatever the seed.
    """
    from thinc.api import Adam, fix_random_seed

    fix_random_seed(FIRST)
    nlp = blank()
    fix_random_seed(seed)
    examples = _examples(nlp, sentences)
    steps = epochs * (len(examples) // BATCH + 1)
    adam = Adam(RATE, use_averages=True)
    for step, batch in enumerate(_batches(examples, random.Random(seed), epochs)):
        adam.learn_rate = RATE * (1 - step / steps)
        nlp.update(batch, sgd=adam, drop=DROPOUT)
    for node in layers_of(nlp):
        for name in node.param_names:
            if (node.id, name) in adam.averages:
                node.set_param(name, adam.averages[node.id, name])
    return nlp


def averaged(models: Sequence["Language"]) -> "Language":
    """The first of `models` with the mean of all their weights."""
    for nodes in zip(*map(layers_of, models), strict=True):
        for name in nodes[0].param_names:
            if nodes[0].has_param(name):
                mean = sum(node.get_param(name) for node in nodes) / len(nodes)
                nodes[0].set_param(name, mean)
    return models[0]


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
