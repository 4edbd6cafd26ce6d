"""Read each text once, in one run and from run to run."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import polars as pl

from tasks.base.memo import SCHEMA, RowMemo, hash_of

T = TypeVar("T")


def read_once(
    texts: Sequence[str],
    read: Callable[[list[str]], Sequence[T]],
    recalled: Callable[[Any], T],
    memo: RowMemo | None = None,
    of: str = "",
) -> tuple[dict[str, T], int]:
    """What `read` finds in each of `texts`, and how many texts it had to read for that.

    Args:
        texts: Any texts; equal ones are read once.
        read: Reads texts, the shortest first.
        recalled: Makes what was found of its JSON.
        memo: What was found in earlier runs.
        of: Which of several readers this one is, where they share a memo.
    """
    unique = set(texts)
    known = _recall(unique, recalled, memo, of) if memo else {}
    unread = sorted(unique - known.keys(), key=lambda text: (len(text), text))
    found = dict(zip(unread, read(unread), strict=True))
    if memo and found:
        note(found, memo, of)
    return known | found, len(unread)


def note(found: Mapping[str, object], memo: RowMemo, of: str = "") -> None:
    """Keep what was found in texts, for `read_once` to recall."""
    lines = [(_key(text, of), json.dumps(one)) for text, one in found.items()]
    memo.remember(pl.DataFrame(lines, schema=SCHEMA, orient="row"))


def _recall(
    texts: Iterable[str], recalled: Callable[[Any], T], memo: RowMemo, of: str
) -> dict[str, T]:
    keys = {_key(text, of): text for text in texts}
    known = memo.recall(pl.Series(list(keys), dtype=pl.UInt64))
    once = cache(lambda value: recalled(json.loads(value)))  # most have nothing in them
    return {keys[key]: once(value) for key, value in known.iter_rows()}


def _key(text: str, of: str) -> int:
    content = text.encode("utf-8", "surrogatepass")
    return hash_of(content, of.encode())
