"""Made and borrowed sentences with labels: what the name model learns from.

Made ones come from templates. Real ones are optional and stay outside the repository: rows of a
table that the caller names, in which the stock model's persons and the rules' addresses are taken
for true once what is plainly wrong has been struck out, and half of the persons get other names.
They teach what a capital letter in an instruction means when it means no name.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tasks.redact.names import Place, find_names
from tasks.redact.rules import find
from tasks.redact.training.templates import NAMED, UNNAMED
from tasks.redact.training.values import Value, Values

NEGATIVE = 0.4  # share of made sentences without any label
SWAPPED = 0.5  # share of persons in real sentences that get other names
_SLOT = re.compile(r"\{([A-Z])\}")
_WORD = re.compile(r"[^\W\d_]+")


Label = tuple[int, int, str]
"""Start, end, kind."""


class Sentence(NamedTuple):
    """A text and where it holds what."""

    text: str
    spans: list[Label]


def made(count: int, values: Values) -> list[Sentence]:
    """`count` sentences from templates."""
    found = []
    for _ in range(count):
        templates = UNNAMED if values.chance(NEGATIVE) else NAMED
        found.append(_filled(values.random.choice(templates), values))
    return found


def _filled(template: str, values: Values) -> Sentence:
    text, done = "", 0
    spans: list[Label] = []
    for slot in _SLOT.finditer(template):
        text += template[done : slot.start()]
        text, spans = _appended(text, spans, values.slots[slot[1]]())
        done = slot.end()
    text += template[done:]
    return Sentence(text.replace("{{", "{ ").replace("}}", " }"), spans)


def _appended(text: str, spans: list[Label], value: Value) -> tuple[str, list[Label]]:
    end = len(text) + len(value.text)
    if value.label:
        spans = [*spans, (len(text), end, value.label)]
    return text + value.text, spans


def borrowed(texts: Sequence[str], values: Values) -> list[Sentence]:
    """Real `texts` with the names and addresses that are believed, half of the names swapped."""
    names, _ = find_names(texts)
    lower = Counter(word for text in texts for word in _WORD.findall(text) if word.islower())
    upper = Counter(word.lower() for text in texts for word in _WORD.findall(text)
                    if word[0].isupper())  # fmt: skip
    words = {word for word, often in lower.items() if often > upper[word]}
    found = []
    for text in texts:
        persons = _believed(text, names[text], words)
        streets = [(s.start, s.end) for s in find(text) if s.entity == "STREET_ADDRESS"]
        found.append(_swapped(text, persons, streets, values))
    return found


def _believed(text: str, persons: Sequence[Place], words: set[str]) -> list[Place]:
    """Those of `persons` that are more than everyday words, and their parts named again."""
    sure = [
        (a, b) for a, b in persons
        if not all(word.lower() in words for word in _WORD.findall(text[a:b]))
    ]  # fmt: skip
    parts = {word for a, b in sure for word in _WORD.findall(text[a:b])
             if len(word) > 2 and word[0].isupper() and word.lower() not in words}  # fmt: skip
    again = [m.span() for m in _WORD.finditer(text) if m[0] in parts]
    taken = list(sure)
    for a, b in again:
        if not any(a < end and start < b for start, end in taken):
            taken.append((a, b))
    return sorted(taken)


def _swapped(
    text: str, persons: Sequence[Place], streets: Sequence[Place], values: Values
) -> Sentence:
    """`text` with labels; every mention of a swapped name gets the same other name."""
    other: dict[str, str] = {}
    changed, done = "", 0
    spans: list[Label] = []
    places = [(*p, "PERSON") for p in persons
              if not any(p[0] < b and a < p[1] for a, b in streets)]  # fmt: skip
    for start, end, label in sorted([*places, *((*s, "ADDRESS") for s in streets)]):
        name = text[start:end]
        if label == "PERSON" and name not in other:
            swap = values.chance(SWAPPED)
            other[name] = _like(name, values) if swap else name
        changed += text[done:start]
        changed, spans = _appended(changed, spans, Value(other.get(name, name), label))
        done = end
    return Sentence(changed + text[done:], spans)


def _like(name: str, values: Values) -> str:
    """Another name of as many words."""
    faker = values.faker()
    first = faker.first_name()
    return first if len(name.split()) == 1 else f"{first} {faker.last_name()}"
