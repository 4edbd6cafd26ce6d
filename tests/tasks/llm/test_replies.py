"""Replies that are almost JSON."""

import pytest

from tasks.llm.replies import CHAT, accepted

REPLY = b'{"choices": [{"message": {"role": "assistant", "content": "%s"}}]}'


@pytest.mark.parametrize(
    ("said", "heard"),
    [(rb"a \ud83d", "a \ufffd"), (rb"\ude00 b", "\ufffd b"), (rb"\ud83d\ude00", "\U0001f600"),
     (rb"\\ud83d", r"\ud83d")],
)  # fmt: skip
def test_half_a_character_is_no_reason_to_ask_again(said, heard):
    outcome = accepted(REPLY % said, CHAT)
    assert outcome.reason is None
    assert outcome.body["choices"][0]["message"]["content"] == heard


@pytest.mark.parametrize("content", [b"", b"{", b'{"choices": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_none(content):
    outcome = accepted(content, CHAT)
    assert (outcome.reason, outcome.again) == ("endpoint_failed", True)
