"""What the headers of a reply say about when to come back."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server wants to be left alone, by `retry-after-ms` or `retry-after`."""
    milliseconds = seconds(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after", "")
    wait = seconds(said)
    if wait is None and said:
        try:
            wait = max(0.0, parsedate_to_datetime(said).timestamp() - time())
        except (ValueError, OverflowError):
            return None
    return wait


def seconds(text: str) -> float | None:
    """A duration as these headers write it: `6m0s`, `120ms`, `1.5s`, or a plain number."""
    parts = _DURATION.findall(text)
    if parts and "".join(a + b for a, b in parts) == text:
        return sum(float(amount) * _SECONDS[unit] for amount, unit in parts)
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) else None
