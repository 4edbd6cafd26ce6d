"""The texts of a row in reading order, and the row with other texts in their place.

Strings inside JSON columns are taken one by one together with the key they stand under: in
`{"date_of_birth": "1978-02-04"}` only the key tells that the date is a birth date. Whole numbers
are read too, as records hold account numbers without quotes. Keys are never changed.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_HALF = re.compile("[\ud800-\udfff]")
_WHOLE = re.compile("-?[1-9][0-9]{0,17}")
_HUGE = re.compile(r'"\\u0000(-?[0-9.eE+-]+)"')
DEEPEST = 200  # levels of JSON that are walked through
Change = Callable[["Piece"], str]


class Piece(NamedTuple):
    """One text of a row."""

    text: str
    label: str = ""  # the JSON key it stands under, as words
    number: bool = False


def texts_of(row: dict[str, Any]) -> list[Piece]:
    """Every text of `row` (messages, rejected, tools, meta) in reading order."""
    pieces: list[Piece] = []

    def note(piece: Piece) -> str:
        pieces.append(piece)
        return piece.text

    rewrite(row, note)
    return pieces


def bodies(row: dict[str, Any]) -> list[tuple[int, str]]:
    """Every text of `row` with its label before it, and how many characters that takes."""
    pieces = texts_of(row)
    leads = [f"{piece.label}: " if piece.label else "" for piece in pieces]
    return [(len(lead), lead + piece.text) for lead, piece in zip(leads, pieces, strict=True)]


def rewrite(row: dict[str, Any], change: Change) -> dict[str, Any]:
    """`row` with `change` made to every text, in the order of `texts_of`."""
    changed = dict(row)
    for column in ("messages", "rejected"):
        if row.get(column) is not None:
            changed[column] = [_turn(turn, change) for turn in row[column]]
    for column in ("tools", "meta"):
        if row.get(column) is not None:
            changed[column] = _json(row[column], change)
    return changed


def _turn(turn: dict[str, Any], change: Change) -> dict[str, Any]:
    content = change(Piece(turn["content"])) if turn["content"] is not None else None
    extra = turn.get("extra")
    return {**turn, "content": content, "extra": None if extra is None else _json(extra, change)}


def _json(blob: str, change: Change) -> str:
    """JSON text with its strings changed; byte for byte itself when nothing changes."""
    try:
        before = parsed(blob)
    except ValueError:  # a damaged blob still has a text to search
        return change(Piece(blob))
    after = _walk(before, "", change)
    if after == before:
        return blob
    plain = json.dumps(after, ensure_ascii=False)
    # half a character, which JSON can hold and UTF-8 cannot, must stay an escape
    return _HUGE.sub(r"\1", json.dumps(after) if _HALF.search(plain) else plain)


class _Huge(str):
    """A number too large for Python, such as 1e999, as it is written, with a mark before it."""


def parsed(blob: str) -> object:
    """The value of JSON text.

    Raises:
        ValueError: It is damaged, or nested so deeply that it cannot be walked through.
    """
    try:
        value: object = json.loads(blob, parse_float=_float)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if blob.count("[") + blob.count("{") > DEEPEST and _depth(value) > DEEPEST:
        raise ValueError("nested too deeply")
    return value


def _float(written: str) -> float | _Huge:
    return value if math.isfinite(value := float(written)) else _Huge(f"\0{written}")


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _walk(value: object, label: str, change: Change) -> object:
    if isinstance(value, _Huge):
        return value
    if isinstance(value, str):
        return change(Piece(value, label))
    if isinstance(value, list):
        return [_walk(v, label, change) for v in value]
    if isinstance(value, dict):
        return {k: _walk(v, _words(k), change) for k, v in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        text = change(Piece(str(value), label, number=True))
        if text == str(value):
            return value
        return int(text) if _WHOLE.fullmatch(text) else text  # a stand-in is a number, too
    return value


def _words(key: str) -> str:
    """`patientId` and `patient_id` as 'patient id'."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).replace("_", " ").replace("-", " ").lower()
