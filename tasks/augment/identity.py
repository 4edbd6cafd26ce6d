"""Who a record is about: the values in it that must not stand in a row."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from tasks.augment.wording import words_of
from tasks.dedup.guard.light_words import LIGHT

SHORTEST = 3  # characters of a value that is looked for; shorter ones stand anywhere
FEWEST_DIGITS = 6
SAME_DIGITS = 9  # of a longer number; before them may be the prefix of a country

WHO = re.compile(
    r"(?:^|_)(?:(?:first|last|middle|full|given|family|maiden|sur|user|nick|login)?_?names?"
    r"|surname|alias|e?_?mail|(?:tele)?phone|telephone|mobile|cell|fax|(?:ip_?)?address|street"
    r"|city|town|zip|zip_?code|postal_?code|ssn|passport|licen[cs]e|drivers|mrn|iban"
    r"|birth_?(?:date|day|place)|date_of_birth|dob"
    r"|(?:patient|person|customer|client|member|employee|user|national|tax|nhs|insurance|account"
    r"|card|policy|passport|licen[cs]e)_?(?:id|no|number|name)|credit_?card"
    r"|vorname|nachname|stra(?:ss|ß)e|adresse|telefon|geburtsdatum|pr[ée]nom|nom|nombre|apellidos?"
    r"|cognome)\d*(?:_|$)",
    re.IGNORECASE,
)
"""Columns that say who a record is about."""

_OF_THINGS = re.compile(
    r"(?:product|drug|medication|medicine|brand|company|country|file|column|table|field|class"
    r"|model|event|project|package|species|plant|item|test|generic|tool|function)"
    r"_?names?\d*$"
    r"|_(?:types?|kinds?|count|verified|valid|status|use|system|format|length|required)$",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"(?:^|_)(?:patient|person|people|customer|client|member|employee|user|contact|author|owner"
    r"|student|doctor|physician|subject|sender|recipient|profile|account|applicant|driver|guest"
    r"|buyer|seller|identity|name)s?\d*$",
    re.IGNORECASE,
)
_SAYS_WHAT = ("use", "system", "type", "relationship", "prefix", "suffix", "gender", "period")
_NOBODY = {"yes", "no", "none", "null", "nan", "n a", "unknown", "true", "false", "other"}
_RUN = re.compile(r"\d(?:[ \t().\-/]{0,2}\d)+")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


class Heard(NamedTuple):
    """A text, as values are looked for in it."""

    words: str  # folded, with a blank before and behind each
    capital: frozenset[str]  # folded words that begin with a capital letter
    numbers: tuple[str, ...]  # digits alone


class Identity(NamedTuple):
    """What says who a record is about, folded."""

    phrases: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()  # of names: they count where they are written as a name
    numbers: frozenset[str] = frozenset()

    def stands_in(self, text: str) -> bool:
        """Whether any of it stands in `text`, however it is written there."""
        said = heard(text)
        return (
            not self.parts.isdisjoint(said.capital)
            or any(_stands(phrase, said.words) for phrase in self.phrases)
            or any(known in number for known in self.numbers for number in said.numbers)
        )


def identity(
    record: Mapping[str, Any], fields: Sequence[str] = (), public: Sequence[str] = ()
) -> Identity:
    """What says who a record is about.

    Args:
        record: Of any shape.
        fields: Fields, dotted, that say so whatever they are called.
        public: Fields, dotted, that do not, whatever they are called.
    """
    given = ((_at(record, field), field) for field in fields)
    values = [*chain.from_iterable(leaves(*one) for one in given), *_named(record, "", public)]
    phrases: set[str] = set()
    parts: set[str] = set()
    numbers: set[str] = set()
    for field, value in values:
        said = heard(value)
        phrase = said.words.strip()
        if len(phrase) < SHORTEST or phrase in _NOBODY or re.fullmatch(r"\d{1,4}", phrase):
            continue
        phrases.add(phrase)
        if re.search(r"name|nom|family|given|apellido", field, re.IGNORECASE):
            parts |= {word for word in phrase.split() if len(word) >= SHORTEST} - LIGHT
        digits = (*said.numbers, *_dates(value))
        numbers |= {n[-SAME_DIGITS:] for n in digits if len(n) >= FEWEST_DIGITS}
    return Identity(frozenset(phrases), frozenset(parts), frozenset(numbers))


def heard(text: str) -> Heard:
    """`text` without accents, invisible signs and the ways in which letters can be written."""
    plain = re.sub("['’]", " ", text)
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        bare = "".join(c for c in apart if unicodedata.category(c) not in ("Mn", "Cf"))
        plain = unicodedata.normalize("NFC", bare)
    words = words_of(plain)
    return Heard(
        f" {' '.join(words)} ".casefold(),
        frozenset(word.casefold() for word in words if word[0].isupper()),
        tuple(re.sub(r"\D", "", run) for run in _RUN.findall(plain)),
    )


def folded(text: str) -> str:
    """The words of `text`, in small letters, with one blank between them."""
    return heard(text).words.strip()


def _stands(phrase: str, words: str) -> bool:
    """Whether a phrase stands in a text; in scripts without capitals words may be written on."""
    is_cased = phrase.upper() != phrase or any(c.isdigit() for c in phrase)
    return f" {phrase} " in words if is_cased else phrase in words


def _dates(value: str) -> Iterator[str]:
    """The digits of a date as others write it."""
    for year, month, day in _DATE.findall(value):
        yield from (day + month + year, month + day + year)


def _named(value: object, path: str, public: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every value of a field whose name says that it is about a person, at any depth."""
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner, path, public)
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        here = f"{path}.{key}" if path else str(key)
        if here in public:
            continue
        name = re.sub(r"(?<=[a-z])(?=[A-Z])|\W", "_", str(key))
        above = re.sub(r"(?<=[a-z])(?=[A-Z])|\W", "_", path.rpartition(".")[2])
        is_bare = name.casefold() in ("name", "names")  # of whom or of what, its parent says
        is_who = WHO.search(name) is not None and not _OF_THINGS.search(name)
        if is_who and (not is_bare or not path or _PEOPLE.search(above)):
            yield from leaves(inner, here)
        else:
            yield from _named(inner, here, public)


def _at(record: Mapping[str, Any], field: str) -> object:
    if field in record:
        return record[field]
    value: object = record
    for key in field.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text and number in `value` with its path, but those that only say what a value is."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _SAYS_WHAT:
                yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner, path)
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)
