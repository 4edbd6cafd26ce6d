"""Texts that are safe to show: in reports, in logs, in examples.

What is shown is read by more people than the data, so every name goes here, whoever bears it.
"""

from collections.abc import Collection

from tasks.redact import names
from tasks.redact.conversation import Scope
from tasks.redact.params import RedactParams, scope_of
from tasks.redact.rounds import redact_rows
from tasks.redact.rules import RULES

SHOWN = Scope(rules=RULES, strict=True)


def mask_texts(texts: list[str], store: str = "") -> list[str]:
    """`texts` without personal data, each with tags of its own. Meant for a few hundred.

    Args:
        texts: What is to be shown.
        store: Folder of the store that remembers what the model saw in them; empty: none does.
    """
    memo = names.memory(store) if store else None
    rows = [{"messages": [{"content": text, "extra": None}]} for text in texts]
    return [done.row["messages"][0]["content"] for done in redact_rows(rows, SHOWN, memo)[0]]


def private_texts(texts: Collection[str]) -> set[str]:
    """Those of `texts` from which redaction as it comes would take something out."""
    rows = [{"messages": [{"content": text, "extra": None}]} for text in texts]
    done = redact_rows(rows, scope_of(RedactParams()))[0]
    return {
        text
        for text, one in zip(texts, done, strict=True)
        if one.row["messages"][0]["content"] != text
    }
