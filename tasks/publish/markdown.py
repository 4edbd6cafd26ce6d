"""Markdown that untrusted text cannot break out of."""

import re
from collections.abc import Iterable, Sequence

from tasks.publish.excerpt import plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def words(value: object, limit: int = 160) -> str:
    """`value` as one line of plain text: nothing in it is mark-up, a link or a picture."""
    return _SPECIAL.sub(r"\\\1", plain(value, limit).strip())


def code(value: object, limit: int = 160) -> str:
    """`value` as a code span; its own backticks and bars, which could end it, are left out."""
    text = plain(value, limit).replace("`", "'").replace("|", "¦").strip()
    return f"`{text}`" if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns whose heading ends in a colon hold numbers and are set to the right."""
    rule = ["---:" if name.endswith(":") else "---" for name in head]
    lines = [[name.removesuffix(":") for name in head], rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
