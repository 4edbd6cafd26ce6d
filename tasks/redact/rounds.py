"""Rows without their personal data: each is gone over until nothing more is found.

So a second run changes nothing. Stand-ins look like what they stand for and are found again, but
each can be told from itself: by names from a closed list, by ranges that nobody is given, and by a
seal (`tasks.redact.standin.draw`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tasks.base.memo import RowMemo
from tasks.redact import names
from tasks.redact.conversation import Names, Redacted, Scope, read, redact_row, stretches_of
from tasks.redact.standin.book import SurrogateBook

ROUNDS = 6  # at most; the second nearly always finds nothing
NATURAL = 3  # rounds that put stand-ins; if there is still something to find, tags end it


def redact_rows(
    rows: Sequence[dict[str, Any]],
    scope: Scope,
    memo: RowMemo | None = None,
    clean: set[str] | None = None,
) -> tuple[list[Redacted], int]:
    """Redact each of `rows` until nothing changes; and count the texts that the model read.

    Args:
        rows: Rows of texts.
        scope: What to look for.
        memo: What the model saw in earlier runs.
        clean: Filled with the texts in which the rules found nothing.
    """
    done = [Redacted(row, Counter(), 0, _book(row, scope)) for row in rows]
    todo, known, reads = list(range(len(rows))), Names(), 0
    for turn in range(ROUNDS):
        texts = {i: read(done[i].row, scope) for i in todo}
        if clean is not None:
            clean |= {t.body for i in todo for t in texts[i] if not t.lead and not t.hard}
        stretches = {s for i in todo for text in texts[i] for s in stretches_of(text, scope)}
        found, unread = names.find_spans(sorted(stretches - known.keys()), memo, scope.model)
        known, reads = known | found, reads + unread
        after = {i: redact_row(done[i], texts[i], known, scope) for i in todo}
        todo = [i for i in todo if after[i].counts]
        for i, one in after.items():
            done[i] = one._replace(counts=done[i].counts + one.counts)
        if turn == NATURAL - 1:
            _close(done[i].book for i in todo)
        if not todo:
            break
    return done, reads


def _book(row: dict[str, Any], scope: Scope) -> SurrogateBook | None:
    if scope.surrogate is None:
        return None
    content, _, _copy = str(row.get("id", "")).rpartition("-")
    return SurrogateBook(scope.surrogate, content or str(row.get("id", "")))


def _close(books: Iterable[SurrogateBook | None]) -> None:
    for book in books:
        if book:
            book.closed = True
