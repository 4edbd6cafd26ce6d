"""What is asked of a chat endpoint, and what an answer says."""

import pytest

from tasks.llm.call import Answer
from tasks.llm.chat import Token, chat_call, read_chat
from tests.fault_server import chat

ASKED = [{"role": "user", "content": "Two and two?"}]


def said(body):
    return read_chat(Answer(body))


def with_content(content, **choice):
    return {"choices": [{"message": {"content": content}, "finish_reason": "stop", **choice}]}


def test_a_call_holds_what_was_asked_for_and_no_more():
    call = chat_call(ASKED, max_tokens=7)
    assert call.path == "/chat/completions"
    assert call.body == {"messages": ASKED, "max_tokens": 7, "temperature": 0.0}
    assert call.tokens_out == 7


def test_everything_that_decides_an_answer_is_in_its_key():
    plain = chat_call(ASKED, max_tokens=7)
    others = [
        chat_call([{"role": "user", "content": "Two and two"}], max_tokens=7),
        chat_call(ASKED, max_tokens=8),
        chat_call(ASKED, max_tokens=7, temperature=0.1),
        chat_call(ASKED, max_tokens=7, seed=0),
        chat_call(ASKED, max_tokens=7, top_p=0.5),
        chat_call(ASKED, max_tokens=7, logprobs=5),
        chat_call(ASKED, max_tokens=7, schema={"type": "object"}),
        chat_call(ASKED, max_tokens=7, extra={"grammar": "root ::= [1-5]"}),
        chat_call(ASKED, max_tokens=7, sample=1),
    ]
    keys = {call.key("m") for call in [plain, *others]}
    assert len(keys) == 10
    assert chat_call(list(ASKED), max_tokens=7).key("m") == plain.key("m")


def test_a_schema_is_asked_for_strictly():
    form = chat_call(ASKED, max_tokens=7, schema={"type": "object"}).body["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"] is True
    assert form["json_schema"]["schema"] == {"type": "object"}


def test_a_plain_answer_is_its_text():
    assert said(chat("Four.")) == ("Four.", None, "stop", (), "")
    parts = [{"type": "text", "text": "Fo"}, {"type": "text", "text": "ur."}]
    assert said(with_content(parts)).text == "Four."


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (chat("", refusal="I can't help with that."), "refused"),
        (chat("", finish="content_filter"), "refused"),
        (chat("I'm sorry, but I can't help with that."), "refused"),
        (chat("Four and so", finish="length"), "cut_short"),
        (chat(""), "unparsable"),
        (with_content(None), "unparsable"),
        ({}, "unparsable"),
        ({"choices": []}, "unparsable"),
        ({"choices": "no"}, "unparsable"),
        ({"choices": [None]}, "unparsable"),
        ({"choices": [{"message": "Four"}]}, "unparsable"),
        ({"choices": [{"message": {"content": 4}}]}, "unparsable"),
    ],
)
def test_what_is_no_answer_has_its_reason(body, reason):
    assert said(body).reason == reason


def test_a_call_without_an_answer_keeps_its_reason():
    chat = read_chat(Answer(None, "rate_limited", "status 429"))
    assert (chat.text, chat.reason, chat.detail) == ("", "rate_limited", "status 429")


def test_a_cut_answer_keeps_what_was_said_of_its_tokens():
    top = [{"token": "4", "logprob": -0.1}, {"token": "5", "logprob": -2.5}]
    logprobs = {"content": [{"token": "4", "logprob": -0.1, "top_logprobs": top}]}
    cut = said(with_content("4", logprobs=logprobs, finish_reason="length"))
    assert cut.reason == "cut_short"
    assert cut.tokens == (Token("4", -0.1, {"4": -0.1, "5": -2.5}),)


@pytest.mark.parametrize(
    "place",
    [
        {"token": "4"},
        {"token": "4", "logprob": None},
        {"token": "4", "logprob": float("nan")},
        {"token": "4", "logprob": float("-inf")},
        {"token": "4", "logprob": 1000},
        {"token": "4", "logprob": 0.5},
        {"token": "4", "logprob": True},
        {"token": None, "logprob": -1},
        "4",
    ],
)
def test_probabilities_that_are_none_are_left_out(place):
    good = {"token": "5", "logprob": -1, "top_logprobs": [place, {"token": "5", "logprob": -1}]}
    tokens = said(with_content("45", logprobs={"content": [place, good]})).tokens
    assert tokens == (Token("5", -1.0, {"5": -1.0}),)
