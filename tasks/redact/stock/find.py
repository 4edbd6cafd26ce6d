"""What stock mode takes out of texts; each is read once, also from run to run."""

from collections.abc import Sequence

from tasks.base.cache import code_of
from tasks.base.memo import RowMemo
from tasks.redact import names
from tasks.redact.reading import read_once
from tasks.redact.rule import Span
from tasks.redact.stock.analyze import analyze
from tasks.redact.stock.resolve import resolved

ENGINES = (*names.ENGINES, "phonenumbers", "regex", "tldextract")
MEMO = "redact.stock"


def memory(store: str) -> RowMemo:
    """What Presidio finds in texts, as far as earlier runs asked."""
    return RowMemo(store, MEMO, code_of(__name__))


def find_stock(
    texts: Sequence[str], memo: RowMemo | None = None
) -> tuple[dict[str, list[Span]], int]:
    """What Presidio would replace in each of `texts`, and how many texts had to be read for that.

    Args:
        texts: Any texts; equal ones are read once.
        memo: What was found in earlier runs.
    """
    return read_once(texts, _read, lambda spans: [Span(*s) for s in spans], memo)


def _read(texts: list[str]) -> list[list[Span]]:
    return [resolved(t, found) for t, found in zip(texts, analyze(texts), strict=True)]
