"""Which of the addresses that a model sees are believed.

A model takes scores, years before events and goods with numbers for addresses, one in a few
hundred rows, and hard kinds are redacted wherever they stand. So a place it sees also needs one
mark of a postal address: a code or a unit beside the house number, a word for a street, a block
of lines of its own, or words before it that say that somebody lives there.
"""

import re
from collections.abc import Sequence

from tasks.redact.places import Place

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{3}")
_ODD = re.compile(r"[|=:*\"“”(){}<>\[\]_$€£%+;!?&@^~\\]|\d\.\d|- |\d-\d|--|(?<![\dC])/|/(?![\d ])")
_UNIT = re.compile(r"(?i)\b(?:apt|suite|flat|floor|apartment|ste)\b\.? ?#?\d|\bp\.?o\.? box \d")
_STREET = re.compile(
    r"(?i)\b(?:street|str|avenue|ave|road|rd|boulevard|blvd|lane|highway|parkway|crescent|terrace"
    r"|rue|via|viale|calle|rua|avenida|ulica|ul|utca|chemin|plaza|piazza)\b"
    r"|(?:straße|strasse|straat|gasse|allee|weg|laan|gatan|gata|vej|veien|vegen|tie|katu|gade)\b"
)
_BETWEEN = re.compile(r"\d{1,4}[a-z]? [^\W\d_][^\d\n,]{2,40} \d{1,4}[a-z]?\b\.?(?!\d)")
_MILITARY = re.compile(r"(?i)\b[afd]po\b")
_CODE = re.compile(r"(?<!\d)\d{4,6}(?:-\d{4})?$")
_BEFORE = re.compile(
    r"(?i)(?:\baddress(?:es)?\b|\blive[sd]? (?:at|on)|\bliving at|\bresides? at|\bmoved to"
    r"|\boffice|\b(?:taxi|letter|parcel|card|sent?|send|ship(?:ped)?|deliver(?:ed|y)?)\b"
    r"[^.!?\n]{0,30}\b(?:to|at))[^.!?]{0,25}$"
)
_LINE = r"[ \t]{0,3},?[ \t]{0,3}\n[ \t]{0,3}[?>#*|:-]{0,4}[ \t]{0,3}"
_UNIT_BELOW = re.compile(rf"(?i){_LINE}((?:apt|apartment|suite|flat|unit|floor)\.? ?#?\d{{1,5}})\b")
_YEAR = r"(?:18|19|20)\d\d"
_CODE_BELOW = re.compile(
    rf"(?:{_LINE}[^\d\n]{{0,40}}){{1,4}}((?!{_YEAR}\b)\d{{4,6}})(?=\s{{0,3}}(?:\n|$))"
)
_HOUSE_BEFORE = re.compile(r"(?:^|(?<=[\s]))(\d{1,4}[a-z]?)\s{1,2}$")
NEAR = 70  # characters before
GAP = 30  # characters between the parts of one address


def believed(text: str, places: Sequence[Place]) -> list[Place]:
    """Those of `places` that bear a mark of an address, each with its parts beside and below it."""
    ordered = sorted(places)
    marked = [is_postal(text, *place) for place in ordered]
    parts = [
        not is_whole and not _ODD.search(text[slice(*place)])
        for place, is_whole in zip(ordered, marked, strict=True)
    ]
    return [_with_parts(text, ordered, parts, at) for at, is_whole in enumerate(marked) if is_whole]


def _with_parts(text: str, places: Sequence[Place], parts: Sequence[bool], at: int) -> Place:
    """The address `places[at]` and what stands just before, behind and below it."""
    start, end = places[at]
    start, end = _begin(text, start), _below(text, end)
    before, behind = at - 1, at + 1
    while before >= 0 and parts[before] and start - places[before][1] < GAP:
        start, before = min(start, places[before][0]), before - 1
    while behind < len(places) and parts[behind] and places[behind][0] - end < GAP:
        end, behind = max(end, places[behind][1]), behind + 1
    return start, end


def _begin(text: str, start: int) -> int:
    """Where an address begins: a house number before it is part of it."""
    before = _HOUSE_BEFORE.search(text, max(0, start - 8), start)
    return before.start(1) if before else start


def _below(text: str, end: int) -> int:
    """Where an address whose street ends at `end` ends: unit and code may stand lines below."""
    for part in (_UNIT_BELOW, _CODE_BELOW):
        match = part.match(text, end)
        end = match.end() if match else end
    return end


def is_postal(text: str, start: int, end: int) -> bool:
    """Whether what stands at `start` to `end` of `text` bears a mark of a postal address."""
    place = text[start:end]
    numbers = _NUMBER.findall(place)
    if _MILITARY.search(place) and numbers:
        return True
    if len(place) < 6 or not numbers or not _WORD.search(place) or _ODD.search(place):
        return False
    coded = len(numbers) > 1 and _CODE.search(place) is not None
    return (
        (coded and not _is_year(numbers[-1]))
        or _UNIT.search(place) is not None
        or (_STREET.search(place) is not None and not _is_year(numbers[0]))
        or _BEFORE.search(text, max(0, start - NEAR), start) is not None
        or (_BETWEEN.match(place) is not None and not _is_year(numbers[0]))
        or _is_block(text, start, end)
    )


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in ("18", "19", "20")


def _is_block(text: str, start: int, end: int) -> bool:
    """Two lines or more of a block whose other lines are short, as on an envelope."""
    lines = text[start:end].strip().split("\n")
    alone = text[:start].rstrip(" ")[-1:] in ("", "\n") and text[end:].lstrip(" ,.")[:1] in (
        "",
        "\n",
    )
    return len(lines) > 1 and alone and max(map(len, lines)) <= 40
