"""How a row reads to people, what differs from its twin, and what they are asked."""

import re
from difflib import SequenceMatcher
from typing import Any

MOST = 12_000  # characters of a prompt or an answer
NAMED = 8  # differences between a row and its twin
FAR = 2_000  # words within which they are looked for
_WORD = re.compile(r"\w+|[^\w\s]")

KEEP_DROP = {
    "copy": "keep: it says what its twin does not, and comes back; drop: it is a copy.",
    "kept_apart": "keep: it says what its neighbour does not; drop: it is a copy of it.",
    "contradiction": "keep: this answer is right, or both may stand; drop: it is wrong.",
    "judge": "keep: a good example to learn from; drop: it is none.",
    "kept_name": "keep: no private person can be told from it; drop: it must not be published.",
    "random": "keep: it left wrongly, and comes back; drop: it left rightly.",
}
PAIRS = ("copy", "kept_apart")
"""Kinds of which drop means that the other row says it already."""
LEFT_AT = {
    **dict.fromkeys(("dedup.exact", "dedup.near", "dedup.semantic"), "copy"),
    "dedup.settle": "contradiction",
}
EDIT = "edit: it stays with the answer that you write."


def kind_of(sign: str, stage: str) -> str:
    """What is asked about a row that was chosen for `sign`, and that `stage` dropped, if any."""
    return LEFT_AT.get(stage, sign) if sign == "random" else sign


def question(kind: str, meaning: str, editable: bool) -> str:
    """What people are asked.

    Args:
        kind: One of `KEEP_DROP`.
        meaning: Why the row left, in words; empty if it stays.
        editable: Whether they may write another answer.
    """
    left = f"It left: {meaning}. " if meaning else ""
    return f"{left}{KEEP_DROP[kind]}" + (f" {EDIT}" if editable else "")


def asked(row: dict[str, Any]) -> str:
    """All turns but the answer. One question stands alone, more turns with who says them."""
    turns = row["messages"]
    before = turns[:-1] if turns and turns[-1]["role"] == "assistant" else turns
    alone = len(before) == 1 and before[0]["role"] == "user"
    said = [_said(t) if alone else f"{t['role']}: {_said(t)}" for t in before]
    if row["rejected"]:
        said += ["the answer that lost: " + " ".join(_said(t) for t in row["rejected"])]
    return _cut("\n\n".join(said))


def told(row: dict[str, Any]) -> str:
    """The answer: the last turn, if it is the assistant's."""
    turns = row["messages"]
    return _cut(_said(turns[-1])) if turns and turns[-1]["role"] == "assistant" else ""


def differences(one: str, other: str) -> str:
    """In which words a row and its twin differ, the row's first; empty where they do not."""
    left, right = (_WORD.findall(text)[:FAR] for text in (one, other))
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    found = [
        f"{_words(left[a:b])} ↔ {_words(right[c:d])}"
        for how, a, b, c, d in blocks if how != "equal"
    ]  # fmt: skip
    more = [f"and {len(found) - NAMED} more places"] if len(found) > NAMED else []
    return "; ".join(found[:NAMED] + more)


def _words(words: list[str]) -> str:
    text = " ".join(words)
    return f"“{text[:80]}{'…' if len(text) > 80 else ''}”" if text else "nothing"


def _said(turn: dict[str, Any]) -> str:
    """Text of a turn; calls of tools where there is none."""
    return str(turn["content"] or turn["extra"] or "")


def _cut(text: str) -> str:
    more = len(text) - MOST
    return text if more <= 0 else f"{text[:MOST]}\n[… {more:,} more characters]"
