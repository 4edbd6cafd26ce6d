"""Stand-ins for secrets: the same shape, and FAKE where the secret begins.

What a service's keys begin with stays, as a model may well learn what a key looks like; in a
secret of hexadecimal digits the word is dead, and a PIN is all zeros but its last digit.
"""

import re

from tasks.redact.standin.draw import Draw

LEAD = re.compile(
    r"-----BEGIN [A-Z0-9 ]+-----\s*|sk-(?:proj-|ant-|live-|test-|or-)?|(?:sk|pk|rk)_(?:live|test)_"
    r"|whsec_|gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|AKIA|ASIA|AIza|ya29\.|hf_|npm_|pypi-|SG\."
    r"|(?:GOCSPX|xapp|xai|pplx|NRAK|AGE-SECRET-KEY)-|(?:gsk|r8|shpat|shpss|glsa|ntn|figd)_"
    r"|(?:lin_api|dckr_pat)_|hvs\.|\d{8,10}:AA|dop_v1_|eyJ|[^:\s]{0,64}:(?=[^\s/@]{3})"
)
BOT = re.compile(r"\d{8,10}:AA")  # its number is public, and its own
END = re.compile(r"-----END [A-Z0-9 ]+-----\s*\Z")
HEX = re.compile(r"(?=.*\d)[0-9a-f]{8,}|(?=.*\d)[0-9A-F]{8,}")
TOKEN = re.compile(r"\.eyJ")
SHORTEST = 6  # characters of what is made


def secret(value: str, draw: Draw) -> str:
    """A secret of the same shape that opens nothing."""
    lead, body, end = _parts(value)
    if body.isdigit():
        last = draw.below(2) if len(body) < 4 else draw.below(10)
        return lead + str(last).zfill(len(body)) + end
    if BOT.fullmatch(lead):
        lead = draw.digits(len(lead) - 3) + lead[-3:]
    elif ":" in lead and "-----" not in lead:
        lead = "user:"
    hexadecimal = _is_hex(body)
    fresh = "".join(_digit(c, draw) if hexadecimal else draw.like(c) for c in body)
    for again in TOKEN.finditer(body):  # each part of a web token begins so
        fresh = fresh[: again.start()] + again[0] + fresh[again.end() :]
    fresh += draw.digits(max(0, SHORTEST - len(fresh)))
    if hexadecimal:
        fresh = fresh[:-1] + draw.digits(1)  # with no digit it would be a word
    return lead + _word(body) + fresh[4:] + end


def knows_secret(value: str) -> bool:
    """Whether `value` is a stand-in for a secret."""
    _, body, _ = _parts(value)
    if body.isdigit():
        return body[:-1].strip("0") == "" and (len(body) > 3 or body[-1] in "01")
    return body.startswith(_word(body))


def _parts(value: str) -> tuple[str, str, str]:
    """What the secret begins with, itself, and how it ends."""
    lead, end = LEAD.match(value), END.search(value)
    start, stop = lead.end() if lead else 0, end.start() if end else len(value)
    if start >= stop:
        return "", value, ""
    return value[:start], value[start:stop], value[stop:]


def _is_hex(body: str) -> bool:
    return bool(HEX.fullmatch(body))


def _word(body: str) -> str:
    if not _is_hex(body):
        return "FAKE"
    return "dead" if body == body.lower() else "DEAD"


def _digit(sign: str, draw: Draw) -> str:
    found = f"{draw.below(16):x}"
    return found.upper() if sign.isupper() else found
