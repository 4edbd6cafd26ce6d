"""Parts that are made of other parts: what was made once is not made again.

A night brings a few new rows, and the parts of a set that lie before them stay what they were. So
do the marks of most of them. The same part with the same marks makes the same parts, so neither
reading nor writing it tells anything new, and both cost more than many stages do.
"""

import io
import json
from collections.abc import Callable, Iterator
from hashlib import sha256

import polars as pl

from tasks.base.cache import code_of
from tasks.base.dataset import DatasetRef, Part, has_part, read_part, write_part
from tasks.base.memo import SCHEMA, RowMemo

Make = Callable[[pl.DataFrame, pl.DataFrame], tuple[pl.DataFrame, ...]]
"""From the rows of a part and their marks to the rows of new parts; or to the rows themselves,
and then the part is kept as it is."""


def derive(data: DatasetRef, marks: pl.DataFrame, make: Make, of: str) -> list[tuple[Part, ...]]:
    """What `make` makes of each part of `data`.

    Args:
        data: Dataset of n rows.
        marks: n rows, those of `data` in order.
        make: What it makes follows from its arguments alone.
        of: Which of several makers this one is, in a word.

    Returns:
        The new parts of each part, in order.
    """
    memo = RowMemo(data.store, f"base.{of}", code_of(make.__module__))
    todo = list(_with_marks(data, marks))
    digests = [_digest(part, mine) for part, mine in todo]
    known = _recall(digests, memo, data.store)
    made = {
        digest: _made(part, mine, make, data.store)
        for digest, (part, mine) in zip(digests, todo, strict=True)
        if digest not in known
    }
    _remember(made, memo)
    return [(known | made)[digest] for digest in digests]


def _made(part: Part, marks: pl.DataFrame, make: Make, store: str) -> tuple[Part, ...]:
    rows = read_part(part, store)
    return tuple(part if new is rows else write_part(new, store) for new in make(rows, marks))


def _with_marks(data: DatasetRef, marks: pl.DataFrame) -> Iterator[tuple[Part, pl.DataFrame]]:
    start = 0
    for part in data.parts():
        yield part, marks.slice(start, part.rows)
        start += part.rows


def _digest(part: Part, marks: pl.DataFrame) -> str:
    """What decides what is made of `part`."""
    body = io.BytesIO(part.sha256.encode())
    body.seek(0, io.SEEK_END)
    marks.write_parquet(body, compression="uncompressed", statistics=False)
    return sha256(body.getbuffer()).hexdigest()


def _key(digest: str) -> int:
    return int(digest[:16], 16)


def _recall(digests: list[str], memo: RowMemo, store: str) -> dict[str, tuple[Part, ...]]:
    keys = pl.Series(map(_key, digests), dtype=SCHEMA["key"])
    known = {}
    for _, value in memo.recall(keys).iter_rows():
        digest, *listed = json.loads(value)
        parts = tuple(Part(sha256=sha, rows=rows) for sha, rows in listed)
        if all(has_part(part, store) for part in parts):
            known[digest] = parts
    return known


def _remember(made: dict[str, tuple[Part, ...]], memo: RowMemo) -> None:
    lines = [
        (_key(digest), json.dumps([digest, *([part.sha256, part.rows] for part in parts)]))
        for digest, parts in made.items()
    ]
    memo.remember(pl.DataFrame(lines, schema=SCHEMA, orient="row"))
