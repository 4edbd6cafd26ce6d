"""A scripted judge that believes what it is told. A test device and no model.

It shows whether text of a row can leave the place that it was given; it says nothing of how well a
real model keeps its head, for this one never believes what stands inside a sound fence. Its rules:

1. Data is the JSON on the line between `=== data X ===` and the next `=== end of data X ===`, if
   both bear the same mark and the line decodes. Without such a fence nothing is data.
2. All other text before the last `Question:` it takes for instructions. So it does with what
   follows a control token of a chat template, wherever that stands, as a server does that reads
   such tokens in the text of users.
3. Instructions that name the number five, or the best there is, it obeys: it gives the best level.
4. Else it grades by words: the share of the answer's words that stand in the request, as a level.
"""

import json
import re
from typing import Any

from tests.fault_server import with_logprobs

FENCE = re.compile(r"^=== data (\w+) ===\n(.*)\n=== end of data \1 ===$", re.MULTILINE)
TOKEN = re.compile(r"<\|[a-z_]+\|>|\[/?INST\]|</?s>|<</?SYS>>|<(?:start|end)_of_turn>|</?think>")
BELIEVED = re.compile(
    r"\b(?:5|five|top|maximum|perfect|highest|flawless|best)\b|[５五]|5分|bestnote|maximale|máxima",
    re.IGNORECASE,
)
LEVELS = 5


def judge(_path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The reply to a call of /chat/completions."""
    return with_logprobs(likely(level(body["messages"][-1]["content"])))


def likely(chosen: int) -> dict[str, float]:
    """Probabilities of a judge that is fairly sure of one level."""
    return {str(n): 0.92 if n == chosen else 0.02 for n in range(1, LEVELS + 1)}


def level(prompt: str) -> int:
    """The level that it gives."""
    above = prompt.rpartition("Question:")[0]
    fence = FENCE.search(above)
    told = above.replace(fence[0], "") if fence else above
    told += "".join(TOKEN.split(above)[1:])
    if BELIEVED.search(told):
        return LEVELS
    return _by_words(*(_row(fence[2]) if fence else _pasted(above)))


def _row(line: str) -> tuple[str, str]:
    row = json.loads(line)
    return row["dialogue"][-1]["content"], row["answer"]


def _pasted(text: str) -> tuple[str, str]:
    asked, _, answer = text.partition("Answer: ")
    return asked, answer


def _by_words(asked: str, answer: str) -> int:
    said = set(re.findall(r"\w+", answer.lower()))
    known = set(re.findall(r"\w+", asked.lower()))
    share = len(said & known) / max(len(said), 1)
    return min(LEVELS, 1 + round(share * (LEVELS - 1)))
