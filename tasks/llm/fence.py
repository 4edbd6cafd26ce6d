"""Text of others in a prompt: written so that it cannot act, between marks that it cannot forge."""

import hashlib
import json
import re
import unicodedata

# opens a control token of some chat template: <|im_end|>, </s>, [INST], <<SYS>>, <start_of_turn>
_CONTROL = re.compile(
    r"<(?=[|｜]|<?/?SYS>>|/?(?:s|bos|eos|pad|unk|think|tool_call|tool_response|start_of_turn"
    r"|end_of_turn|start_of_image|system|user|assistant|human|im_start|im_end)>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT)\])",
    re.IGNORECASE,
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Unicode categories of what ends a line, shows nothing, or turns the direction of reading."""
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing, whatever their category."""


def quoted(value: object) -> str:
    """`value` as one line of JSON in which nothing can act; decoding gives it back."""
    plain = json.dumps(value, ensure_ascii=False)
    seen = _BEYOND_ASCII.sub(lambda one: _escaped(one.group(), only_unseen=True), plain)
    return _CONTROL.sub(lambda one: _escaped(one.group()), seen)


_KEPT = "\n\t\u200c\u200d\ufe0f"  # joiners of letters and emoji change no order and hide no word


def restored(text: str, original: str) -> str:
    """`text` with the control tokens of `original` as they were before `defused` broke them."""
    for found in _CONTROL.finditer(original):
        token = re.match(r"[^\s>\]]*[>\]]?", original[found.start() :])
        if token and len(token[0]) > 1:
            text = text.replace(f"{token[0][0]} {token[0][1:]}", token[0])
    return text


def defused(text: str) -> str:
    """`text` with its lines and letters, but without what acts unseen; for models that rewrite it.

    Control tokens of chat templates are broken by a space; what shows nothing is left out.
    """
    seen = "".join(
        one
        for one in text
        if one in _KEPT or not (unicodedata.category(one) in _UNSEEN or _BLANK.match(one))
    )
    return _CONTROL.sub(lambda one: f"{one.group()} ", seen)


def _escaped(character: str, *, only_unseen: bool = False) -> str:
    unseen = unicodedata.category(character) in _UNSEEN or _BLANK.match(character)
    if only_unseen and not unseen:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def mark_of(line: str, salt: str) -> str:
    """A mark of 16 digits that does not stand in `line`."""
    mark = ""
    while not mark or mark in line:
        mark = hashlib.sha256(f"{salt}\n{mark}\n{line}".encode()).hexdigest()[:16]
    return mark
