"""Put invented values into copies of rows: into turns, arguments of tools, records and code."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from tasks.base.memo import hash_of
from tasks.redact.canaries.people import WAYS
from tasks.redact.canaries.values import MAKERS
from tasks.redact.canaries.wordings import CODE, FIELDS, SENTENCES
from tasks.redact.code import code_spans
from tasks.redact.leaks import folded, strings

Row = dict[str, Any]

LINKS = ("\n\n", "\n", " ")  # between a sentence and the text beside it
COMMON = {way.lower() for way in WAYS} | {"com", "net", "org"}
TRIES = 200  # values that the row may hold already
WHOLE = ("DATE_OF_BIRTH", "MAC_ADDRESS")
"""Kinds whose parts say nothing: another date may well be of the same year."""


class Canary(NamedTuple):
    """One planted value. Its value is for the test alone and is shown nowhere."""

    kind: str
    value: str
    wording: str  # with {v} in place of the value; this may be shown
    row: Row  # the copy that holds it
    before: frozenset[str]  # words of the row and of the wording without it


def plant(rows: Sequence[Row], kinds: Sequence[str], count: int, seed: int) -> list[Canary]:
    """`count` canaries of each of `kinds`, one to a copy of a row.

    Args:
        rows: Rows to copy, in any order that does not depend on chance.
        kinds: Kinds of personal data; those that nothing makes values of are left out.
        count: Of each kind. Every wording of a kind comes in turn.
        seed: Another seed, other values.
    """
    if not rows:
        return []
    marks = np.array([hash_of(json.dumps(row).encode()) for row in rows], np.uint64)
    words = cache(lambda at: _words(strings(rows[at])))
    return [
        _planted(rows[at], words(at), kind, turn, Random(name))
        for kind in kinds if kind in MAKERS
        for turn in range(count)
        for name in [f"{seed}:{kind}:{turn}"]
        for at in [_host(marks, name)]
    ]  # fmt: skip


def _host(marks: npt.NDArray[np.uint64], name: str) -> int:
    """The row that a canary is planted in: the same one, whatever rows come and go beside it."""
    mixed = (marks ^ np.uint64(hash_of(name.encode()))) * np.uint64(0x9E3779B97F4A7C15)
    return int(np.argmin(mixed ^ (mixed >> np.uint64(32))))


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in folded(text).split())


def _planted(row: Row, known: frozenset[str], kind: str, turn: int, chance: Random) -> Canary:
    wordings = list(_wordings(kind))
    place, wording = wordings[turn % len(wordings)]
    value = _made(kind, known, chance)
    if "://" in wording:
        value = quote(value, safe="")  # as in every link
    if place == "field":
        copy = _in_field(row, wording, value, chance)
    else:
        copy = _in_turn(row, wording.replace("{v}", value), place == "code", chance)
    return Canary(kind, value, wording, copy, known | _words([wording]))


def _made(kind: str, known: frozenset[str], chance: Random) -> str:
    """A value that the row, whose words are `known`, does not hold already, as it may an age."""
    tries = (MAKERS[kind](chance) for _ in range(TRIES))
    return next((v for v in tries if folded(v) not in known), MAKERS[kind](chance))


def _wordings(kind: str) -> Iterator[tuple[str, str]]:
    """Each wording and where it stands: turn, field or code."""
    yield from (("turn", sentence) for sentence in SENTENCES[kind])
    yield from (("field", key) for key in FIELDS[kind])
    yield from (("code", lines) for lines in CODE.get(kind, ()))


def _in_turn(row: Row, said: str, is_code: bool, chance: Random) -> Row:
    """In one of the turns, before or behind what it says; in a turn of its own if all are code."""
    turns = row["messages"] or []
    link = "\n\n" if is_code else chance.choice(LINKS)
    mixed = [
        [said, link, turn["content"]] if chance.random() < 0.3 else [turn["content"], link, said]
        for turn in turns
    ]
    texts = ["".join(parts) for parts in mixed]
    fit = [i for i, text in enumerate(texts) if is_code or not code_spans(text)]
    if not fit:
        return {**row, "messages": [*turns, {"role": "user", "content": said, "extra": None}]}
    at = chance.choice(fit)
    changed = [{**t, "content": texts[at]} if i == at else t for i, t in enumerate(turns)]
    return {**row, "messages": changed}


def _in_field(row: Row, key: str, value: str, chance: Random) -> Row:
    """In the arguments of a tool, which are JSON inside JSON, or in the record beside the row."""
    fields = {"id": chance.randrange(100), key: value, "notify": True}
    if chance.random() < 0.5:
        return {**row, "meta": json.dumps(fields, ensure_ascii=False)}
    arguments = json.dumps(fields, ensure_ascii=False)
    call = {"id": "call_1", "type": "function",
            "function": {"name": "save_contact", "arguments": arguments}}  # fmt: skip
    extra = json.dumps({"tool_calls": [call]}, ensure_ascii=False)
    turns = [*(row["messages"] or []), {"role": "assistant", "content": "", "extra": extra}]
    return {**row, "messages": turns}


def is_found(canary: Canary, redacted: Row) -> bool:
    """Whether the value is gone: not whole any more, and less than half of it still stands.

    A stand-in may well share a word with what it stands for, such as `sk-proj` or `rue`, so the
    letters and digits of such words are counted, not the words.
    """
    texts = [folded(text) for text in strings(redacted)]
    whole = folded(canary.value)
    if any(f" {whole} " in f" {text} " for text in texts):
        return False
    said = {word for text in texts for word in text.split()} - canary.before
    telling = [w for w in whole.split() if len(w) > 2 and w not in COMMON]
    left = sum(len(word) for word in telling if word in said)
    return canary.kind in WHOLE or not left or 2 * left < sum(map(len, telling))
