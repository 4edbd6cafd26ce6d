"""What a text must hold for one of Presidio's pattern recognisers to find anything in it.

Each gate follows from the recogniser's patterns: it asks for less than any of them, so it never
turns away a text with a finding, and it is many times cheaper than they are. A recogniser that has
no gate here reads every text.
"""

import re
from copy import copy
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

_HEX = "[0-9a-f]"
GATES = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "CreditCardRecognizer": r"(?:\d[- ]?){12}\d",
        "UsBankRecognizer": r"\d{8}",
        "UsLicenseRecognizer": r"\d",
        "UsItinRecognizer": r"9\d\d[- ]?\d\d[- ]?\d{4}",
        "UsPassportRecognizer": r"\d{8}",
        "UsSsnRecognizer": r"\d{3}[- .]?\d\d[- .]?\d{4}",
        "NhsRecognizer": r"\d{3}[- ]?\d{3}[- ]?\d{4}",
        "CryptoRecognizer": r"\w{26}",
        "DateRecognizer": r"\d[-/.]|[-/.]\d",
        "EmailRecognizer": r"@\w",
        "IbanRecognizer": r"[^\W\d_]{2}\d\d",
        "IpRecognizer": rf"::|{_HEX}:{_HEX}|\d\.\d",
        "MedicalLicenseRecognizer": r"\d{7}",
        "MacAddressRecognizer": rf"{_HEX}{{2}}[:-]{_HEX}{{2}}[:-]|{_HEX}{{4}}\.{_HEX}{{4}}\.",
        "UuidRecognizer": rf"{_HEX}{{8}}-{_HEX}{{4}}-",
        "UrlRecognizer": r"\.[^\W\d_]",
    }.items()
}


# In all its countries but Germany a valid phone number has seven digits or more; between two of
# them stand at most four signs, none of them one of these, or an x. A German one has five or more,
# or is that of a pager; digits that are not ASCII's are not looked at more closely.
_SIGN = r"""(?:[^\w,:;%$"'*=<>!?&|#\n\r\t]|x){0,4}"""
_PHONE = re.compile(rf"\d(?:{_SIGN}\d){{6}}", re.IGNORECASE)
_SHORT_PHONE = re.compile(
    rf"\d(?:{_SIGN}\d){{4}}|1{_SIGN}6{_SIGN}[489]{_SIGN}\d|[^\D0-9]", re.IGNORECASE
)
_SHORT = "DE"


def gated(recogniser: object, text: str) -> list[Any]:
    """What of Presidio's `recogniser` can find anything in `text`: all of it, a part or nothing."""
    name = type(recogniser).__name__
    if name == "SpacyRecognizer":  # it only passes on what spaCy finds
        return []
    if name == "PhoneRecognizer":
        return _phones(cast("PhoneRecognizer", recogniser), text)
    gate = GATES.get(name)
    return [recogniser] if gate is None or gate.search(text) else []


def _phones(recogniser: "PhoneRecognizer", text: str) -> list[Any]:
    if _PHONE.search(text):
        return [recogniser]
    if _SHORT not in recogniser.supported_regions or not _SHORT_PHONE.search(text):
        return []
    short = copy(recogniser)
    short.supported_regions = (_SHORT,)
    return [short]
