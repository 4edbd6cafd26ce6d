"""The stock model and one of our own, with the same rules and the same policy around them.

`python -m tasks.redact.training.compare WEIGHTS SHA256 --labelled FILE --rows TABLE` prints what
each finds in the second half of a labelled file (every name taken, as only that can be compared
with labels), and how many of the first rows of a table the default policy touches with each.
Addresses that a model of ours sees count as hard once `postal` believes them.
"""

import argparse
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tasks.redact import cues, fields
from tasks.redact.code import code_spans
from tasks.redact.conversation import Redacted, Scope, read, redact_row, stretches_of
from tasks.redact.mentions import mentions
from tasks.redact.names import MODEL, UNUSED, Place, cleaned
from tasks.redact.policy import private
from tasks.redact.rule import Span
from tasks.redact.rules import PERSON, RULES, Finder, find, masks, outside
from tasks.redact.training.postal import believed
from tasks.redact.training.score import Tally, tallies
from tasks.redact.training.weights import load

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_log = logging.getLogger(__name__)
ROWS = 2000  # of the table
BATCH = 128  # texts


@dataclass(frozen=True)
class Addresses:
    """Addresses that a model saw, as a rule."""

    places: dict[str, list[Place]]
    entity: str = "STREET_ADDRESS"
    cues: tuple[str, ...] = ()
    digits: bool = field(default=True)

    def find(self, text: str) -> Iterator[Span]:
        """Every address in `text`."""
        yield from (Span(a, b, self.entity) for a, b in self.places.get(text, ()))


def stock() -> "Language":
    """The stock model, as spaCy runs it: ours is run in the same way."""
    import spacy

    return spacy.load(MODEL, exclude=UNUSED)


def persons(doc: "Doc") -> list[Place]:
    """The persons that a model saw in `doc`, cleaned."""
    seen = (entity for entity in doc.ents if entity.label_ == "PERSON")
    return [place for e in seen for place in cleaned(doc.text, e.start_char, e.end_char)]


def docs(nlp: "Language", texts: Iterable[str]) -> dict[str, "Doc"]:
    """Each of `texts` as the model reads it."""
    unique = sorted(set(texts), key=lambda text: (len(text), text))
    return dict(zip(unique, nlp.pipe(unique, batch_size=BATCH), strict=True))


def addresses(nlp: "Language", texts: Iterable[str]) -> Addresses:
    """The addresses in `texts` that are believed; the stock model knows no such label."""
    numbered = [text for text in texts if any(c.isdigit() for c in text)]
    if "ADDRESS" not in nlp.get_pipe("ner").labels:  # type: ignore[attr-defined]
        return Addresses({})
    return Addresses({
        text: believed(text, [(e.start_char, e.end_char) for e in doc.ents
                              if e.label_ == "ADDRESS"])
        for text, doc in docs(nlp, numbered).items()
    })  # fmt: skip


def findings(nlp: "Language", texts: Sequence[str]) -> list[list[Span]]:
    """All that goes in strict mode, in each of `texts` taken by itself."""
    rules: list[Finder] = [*RULES, addresses(nlp, texts)]
    seen = docs(nlp, texts)
    return [_strict(text, find(text, rules), persons(seen[text])) for text in texts]


def _strict(text: str, hard: list[Span], seen: list[Place]) -> list[Span]:
    letters = frozenset(cues.mailboxes(text, hard))
    around = cues.cues(text, hard, cues.Around(cues.is_record([text]), letters))
    names = [Span(a, b, PERSON) for a, b in private(text, around, seen, strict=True)]
    prose = outside(names, [*code_spans(text), *masks(text)])
    return mentions([text], [[*hard, *prose]])[0]


def touched(nlp: "Language", rows: Sequence[Sequence[str]]) -> list[int]:
    """Which of `rows` (texts, one a turn) the default policy changes."""
    turns = [{"messages": [{"content": t, "extra": None} for t in row]} for row in rows]
    bodies = [piece.text for row in turns for piece in fields.texts_of(row)]
    scope = Scope(rules=(*RULES, addresses(nlp, bodies)))
    texts = [read(row, scope) for row in turns]
    stretches = [s for row in texts for text in row for s in stretches_of(text, scope)]
    names = {text: persons(doc) for text, doc in docs(nlp, stretches).items()}
    before = [Redacted(row, Counter(), 0) for row in turns]
    done = [redact_row(row, t, names, scope) for row, t in zip(before, texts, strict=True)]
    return [place for place, row in enumerate(done) if row.counts]


def labelled(file: Path) -> tuple[list[str], list[list[Span]]]:
    """Texts and labels of the second half of `file`, JSON lines with `text` and `spans`."""
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    half = rows[len(rows) // 2 :]
    spans = [[Span(s["start"], s["end"], s["type"]) for s in row["spans"]] for row in half]
    return [row["text"] for row in half], spans


def _line(name: str, kind: str, tally: Tally) -> str:
    return f"{name} {kind}: P {tally.precision:.3f} R {tally.recall:.3f} F2 {tally.f2:.3f}"


def main() -> None:
    """Print the comparison."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("sha256")
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    given = parser.parse_args()
    texts, labels = labelled(given.labelled)
    table = pl.read_parquet(given.rows).select("instruction", "input", "output").head(ROWS)
    rows = [["\n".join(filter(None, row[:2])), row[2] or ""] for row in table.iter_rows()]
    for name, nlp in (("stock", stock()), ("own", load(given.weights, given.sha256))):
        found = tallies(texts, labels, findings(nlp, texts))
        for kind in ("PERSON", "ADDRESS", "ALL"):
            _log.info(_line(name, kind, found[kind]))
        _log.info("%s touches %d of %d rows", name, len(touched(nlp, rows)), len(rows))


if __name__ == "__main__":
    main()
