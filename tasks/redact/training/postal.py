"""Which of the addresses that a model sees are believed.

A model takes scores, years before events and goods with numbers for addresses, one in a few
hundred rows, and hard kinds are redacted wherever they stand. So a place it sees also needs one
mark of a postal address: a code or a unit beside the house number, a word for a street, a block
of lines of its own, or words before it that say that somebody lives there.
"""

import re
from collections.abc import Sequence

from tasks.redact.names import Place

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{3}")
_ODD = re.compile(r"[|=:*\"“”(){}<>\[\]_$€£%+;!?&@^~\\]|\d\.\d|- |\d-\d|--|(?<![\dC])/|/(?![\d ])")
_UNIT = re.compile(r"(?i)\b(?:apt|suite|flat|floor|apartment|ste)\b\.? ?#?\d|\bp\.?o\.? box \d")
_STREET = re.compile(
    r"(?i)\b(?:street|str|avenue|ave|road|rd|boulevard|blvd|lane|highway|parkway|crescent|terrace"
    r"|rue|via|viale|calle|rua|avenida|ulica|ul|utca|chemin|plaza|piazza)\b"
    r"|(?:straße|strasse|straat|gasse|allee|weg|laan|gatan|gata|vej|veien|vegen|tie|katu|gade)\b"
)
_CODE = re.compile(r"(?<!\d)\d{4,6}(?:-\d{4})?$")
_BEFORE = re.compile(
    r"(?i)(?:\baddress(?:es)?\b|\blive[sd]? (?:at|on)|\bliving at|\bresides? at|\bmoved to"
    r"|\boffice|\b(?:taxi|letter|parcel|card|sent?|send|ship(?:ped)?|deliver(?:ed|y)?)\b"
    r"[^.!?\n]{0,30}\b(?:to|at))[^.!?]{0,25}$"
)
NEAR = 70  # characters before
GAP = 30  # characters between the parts of one address


def believed(text: str, places: Sequence[Place]) -> list[Place]:
    """Those of `places` that bear a mark of an address, or stand just beside one that does."""
    sure = [place for place in places if is_postal(text, *place)]
    return [
        (a, b) for a, b in places
        if (a, b) in sure
        or (not _ODD.search(text[a:b]) and any(a - end < GAP and start - b < GAP
                                               for start, end in sure))
    ]  # fmt: skip


def is_postal(text: str, start: int, end: int) -> bool:
    """Whether what stands at `start` to `end` of `text` bears a mark of a postal address."""
    place = text[start:end]
    numbers = _NUMBER.findall(place)
    if len(place) < 6 or not numbers or not _WORD.search(place) or _ODD.search(place):
        return False
    coded = len(numbers) > 1 and _CODE.search(place) is not None
    return (
        (coded and not _is_year(numbers[-1]))
        or _UNIT.search(place) is not None
        or (_STREET.search(place) is not None and not _is_year(numbers[0]))
        or _BEFORE.search(text, max(0, start - NEAR), start) is not None
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
