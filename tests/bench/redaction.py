"""How well personal data is found, what that costs, and what stays behind; beside Presidio.

Presidio is as it comes, with the spaCy model that Finery uses. Of the labelled set the templates
with an even number are for tuning; all figures are of those with an odd one.
"""

import json
import re
from collections.abc import Callable, Sequence

from tasks.redact import names
from tasks.redact.conversation import read, seen_in, spans_of, stretches_of
from tasks.redact.params import RedactParams, scope_of
from tasks.redact.pii import redact
from tasks.redact.rule import Span
from tasks.redact.stock.find import find_stock
from tests.bench.data import LABELLED_PII, Text, as_rows, missing
from tests.bench.planted import planted
from tests.bench.section import Cell, Section, Share, share
from tests.bench.spans import NEUTRAL, Case, Score, score

TITLE = "Redaction"
PLANTED = 1800
PARAMS = {
    "Presidio": RedactParams(detector="presidio"),
    "Finery": RedactParams(),
    "Finery, strict": RedactParams(strict=True),
}
KINDS = ("PERSON", "ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "EMAIL_ADDRESS", "US_SSN", "IBAN_CODE",
         "IP_ADDRESS", "DOMAIN_NAME", "US_DRIVER_LICENSE", "SECRET")  # fmt: skip
_TITLE = re.compile(r"(?i)(?:mr|mrs|ms|miss|dr|prof)\.?$")
_LABELLED = (
    "Presidio's own generated set of labelled sentences, templates with an odd number (the even "
    "ones are for tuning): {rows:,} rows. Bare places, dates, nationalities, organisations and "
    "titles count neither as hit nor as mistake, nor do the 14 titles that the set calls persons "
    '("Dr."). *Safe*: 95 % of the value is covered by anything. '
    "*Left*: rows that still hold a labelled value, or one that was replaced, after redaction. The "
    "default keeps names of which nothing says that they are private: that is its rule, and most "
    "of these sentences name somebody and say no more. *Planted*: {planted:,} secrets, cards, "
    "IBANs, SSNs, addresses of machines and of mail, in sentences written beside the rules."
)


def found(system: str, cases: Sequence[Case]) -> list[list[Span]]:
    """What `system` finds in each of `cases`."""
    texts = [case.text for case in cases]
    if system == "Presidio":
        known, _ = find_stock(texts)
        return [known[text] for text in texts]
    scope = scope_of(PARAMS[system])
    rows = [{"messages": [{"content": text, "extra": None}]} for text in texts]
    seen = [read(row, scope) for row in rows]
    stretches = [s for one in seen for t in one for s in stretches_of(t, scope)]
    model, _ = names.find_spans(stretches, model=scope.model)
    return [spans_of(one, [seen_in(t, model, scope) for t in one], scope)[0] for one in seen]


def labelled_cases(odd: bool = True) -> list[Case]:
    """One half of the labelled set."""
    lines = map(json.loads, LABELLED_PII.read_text(encoding="utf-8").splitlines())
    return [
        Case(line["text"], [_labelled(line["text"], **span) for span in line["spans"]])
        for line in lines
        if line["template_id"] % 2 == odd
    ]


def _labelled(text: str, start: int, end: int, type: str, **_: object) -> Span:
    """A label of the set; a title alone, which it calls a person now and then, is a title."""
    return Span(start, end, "TITLE" if _TITLE.match(text[start:end]) else type)


def redaction() -> Section:
    """Precision and recall on labelled rows, and what is left in them."""
    if why := missing(LABELLED_PII):
        return Section("redaction", TITLE, why, [])
    cases, extra = labelled_cases(), planted(PLANTED)
    scores = {system: score(cases, found(system, cases)) for system in PARAMS}
    further = {system: score(extra, found(system, extra)) for system in PARAMS}
    lines: list[dict[str, Cell]] = [
        *_measures(scores),
        *(_recall(kind, scores, "") for kind in KINDS if scores["Finery"].gold[kind]),
        *(_recall(kind, further, "planted, ") for kind in KINDS if further["Finery"].gold[kind]),
        _line("rows left, any kind", {s: _left(cases, s, NEUTRAL) for s in PARAMS}),
        _line("rows left, names apart", {s: _left(cases, s, NEUTRAL | {"PERSON"}) for s in PARAMS}),
    ]
    note = _LABELLED.format(rows=len(cases), planted=len(extra))
    return Section("redaction", TITLE, note, lines)


def _measures(scores: dict[str, Score]) -> list[dict[str, Cell]]:
    measures: dict[str, Callable[[Score], float]] = {
        "F2": lambda one: one.f2,
        "precision": lambda one: one.precision,
        "recall": lambda one: one.recall(),
        "safe": lambda one: one.safety(),
    }
    return [
        _line(name, {system: Share(of(one)) for system, one in scores.items()})
        for name, of in measures.items()
    ]


def _recall(kind: str, scores: dict[str, Score], lead: str) -> dict[str, Cell]:
    many = next(iter(scores.values())).gold[kind]
    cells = {system: Share(one.recall(kind)) for system, one in scores.items()}
    return _line(f"{lead}recall of {kind} ({many:,})", cells)


def _line(name: str, cells: dict[str, Cell]) -> dict[str, Cell]:
    return {"measure": name, **cells}


def _left(cases: Sequence[Case], system: str, apart: frozenset[str] | set[str]) -> Cell:
    """Share of `cases` in which a value still stands after redaction by `system`."""
    rows = as_rows([Text(case.text, "") for case in cases])
    after = redact(rows, PARAMS[system]).rows.collect()["messages"].to_list()
    spans = found(system, cases)
    left = 0
    for case, said, turns in zip(cases, spans, after, strict=True):
        values = {case.text[s.start : s.end] for s in (*case.gold, *said) if s.entity not in apart}
        left += any(_holds(turns[0]["content"], value) for value in values)
    return share(left, len(cases))


def _holds(text: str, value: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text))
