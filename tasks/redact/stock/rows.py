"""Rows without what stock Presidio finds in them: its findings, our tags."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tasks.base.memo import RowMemo
from tasks.redact import fields
from tasks.redact.conversation import Redacted, Scope, Text, replaced, wanted
from tasks.redact.cues import NO_CUES
from tasks.redact.rule import Span
from tasks.redact.rules import outside
from tasks.redact.stock.find import find_stock
from tasks.redact.tags import TAG


def redact_rows(
    rows: Sequence[dict[str, Any]], scope: Scope, memo: RowMemo | None = None
) -> tuple[list[Redacted], int]:
    """Take out of `rows` what Presidio finds in each text by itself, and count the texts read.

    Every text is read once, as Presidio would: no labels, no policy, no further mentions. Only a
    tag of ours is left alone, or a second run would take it for a name.
    """
    texts = [
        [Text(piece.text, 0, [], NO_CUES, piece.number) for piece in fields.texts_of(row)]
        for row in rows
    ]
    found, unread = find_stock(sorted({t.body for of_row in texts for t in of_row}), memo)
    done = [
        replaced(
            Redacted(row, Counter(), 0),
            of_row,
            [wanted(text, _untagged(text, found), scope) for text in of_row],
            [[] for _ in of_row],
            scope,
        )
        for row, of_row in zip(rows, texts, strict=True)
    ]
    return done, unread


def _untagged(text: Text, found: dict[str, list[Span]]) -> list[Span]:
    tags = [match.span() for match in TAG.finditer(text.body)] if "<" in text.body else []
    return outside(found[text.body], tags)
