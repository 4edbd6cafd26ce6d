"""Places, goods and illnesses that a model takes for persons, told by what stands there."""

import re

_KEY = re.compile(
    r"(?i)(?:^|[^a-z])(?:city|town|state|country|county|province|region|district|company"
    r"|organi[sz]ation|product|brand|model|os|operating[ _-]?system|platform|department)"
    r"(?:[ _-]?name)?\\{0,3}[\"'`]?\s{0,2}[:=]\s{0,2}\\{0,3}[\"'`]?$"
)
"""The key of a field that holds no person."""
_LAST = re.compile(
    r"(?i)\b(?:office|department|team|desk|centre|center|headquarters|branch|division|hotline"
    r"|ministry|institute|committee|agency|bureau"
    r"|[a-z]{0,30}pathy|[a-z]{5,30}itis|[a-z]{4,30}osis|syndrome|disease|disorder|deficiency|cancer|virus)$"
)
"""Offices and illnesses; with so many letters before them the endings are of no surname."""
NEAR = 40  # characters of a key


def is_thing(text: str, start: int, end: int) -> bool:
    """Whether what stands at `start` to `end` of `text` is no person."""
    return bool(_KEY.search(text, max(0, start - NEAR), start) or _LAST.search(text, start, end))
