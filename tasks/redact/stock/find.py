"""What stock mode takes out of texts; each is read once, also from run to run."""

import json
from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from tasks.base.memo import SCHEMA, RowMemo
from tasks.redact import names
from tasks.redact.rule import Span
from tasks.redact.stock.analyze import analyze
from tasks.redact.stock.resolve import resolved

ENGINES = (*names.ENGINES, "phonenumbers", "regex", "tldextract")
MEMO = "redact.stock"


def find_stock(
    texts: Sequence[str], memo: RowMemo | None = None
) -> tuple[dict[str, list[Span]], int]:
    """What Presidio would replace in each of `texts`, and how many texts had to be read for that.

    Args:
        texts: Any texts; equal ones are read once.
        memo: What was found in earlier runs.
    """
    unique = sorted(set(texts), key=lambda text: (len(text), text))
    known = _recall(unique, memo) if memo else {}
    unread = [text for text in unique if text not in known]
    findings = analyze(unread)
    found = {t: resolved(t, f) for t, f in zip(unread, findings, strict=True)}
    if memo and found:
        lines = [(_key(text), json.dumps(spans)) for text, spans in found.items()]
        memo.remember(pl.DataFrame(lines, schema=SCHEMA, orient="row"))
    return known | found, len(unread)


def _recall(texts: Sequence[str], memo: RowMemo) -> dict[str, list[Span]]:
    keys = {_key(text): text for text in texts}
    known = memo.recall(pl.Series(list(keys), dtype=pl.UInt64))
    return {keys[key]: [Span(*s) for s in json.loads(value)] for key, value in known.iter_rows()}


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
