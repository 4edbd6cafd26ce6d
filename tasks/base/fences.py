"""Fenced blocks of Markdown, found line by line."""

import re
from typing import NamedTuple

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([\w+#.-]*)")


class Block(NamedTuple):
    """What stands between two fences."""

    label: str  # in small letters; empty without one
    body: str


def fenced(text: str) -> list[Block]:
    """The closed blocks of `text`, in order.

    A fence is closed by the next one of its sign that is at least as long and bears no label.
    """
    found: list[Block] = []
    inside: tuple[str, str] | None = None  # sign and label
    body: list[str] = []
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if inside is None:
            if fence:
                inside, body = (fence[2], fence[3].lower()), []
        elif (
            fence and not fence[3] and fence[2].startswith(inside[0])
            and not line[fence.end() :].strip()
        ):  # fmt: skip
            found.append(Block(inside[1], "\n".join(body)))
            inside = None
        else:
            body.append(line)
    return found
