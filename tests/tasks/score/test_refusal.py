"""Refusals: an answer that declines what was asked, by how it begins."""

import polars as pl
import pytest

from tasks.score.refusal import declines


def is_refusal(text):
    return pl.select(declines(pl.lit(text, pl.String))).item()


REFUSALS = [
    "I'm sorry, but I can't assist with that.",
    "I’m sorry, but I can’t help you with that request.",
    "Sorry, I cannot provide medical advice.",
    "I cannot fulfill this request as it goes against my guidelines.",
    "As an AI language model, I don't have personal opinions.",
    "As an AI, I am not able to browse the internet.",
    "I'm just an AI, so I cannot experience feelings.",
    "I'm unable to generate images.",
    "Unfortunately, I am not able to access your files.",
    "I apologize for the confusion, but I cannot create that content.",
    "Assistant: I must decline to answer this question.",
    '"I won\'t help with that," is all I can say.',
    "I'm sorry, but as a language model I cannot predict the future.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Es tut mir leid, aber ich kann dabei nicht helfen.",
    "К сожалению, я не могу ответить на этот вопрос.",
    "抱歉，我无法回答这个问题。",
]

ANSWERS = [
    "Sorry, we are closed on Sundays, but you can order online.",
    "I'm sorry to hear that your parcel is late. I can send a new one today.",
    "Sorry seems to be the hardest word.",
    "I can't help but notice how well you write.",
    "I cannot stand the heat, said the cook.",
    "I'm sorry, but I couldn't find any information on that person in the text.",
    "As an AI language model, I am trained on large amounts of text.",
    "As an AI researcher, I cannot provide better advice than this: read widely.",
    "Unfortunately, the train was late, and we cannot provide refunds for delays.",
    "You cannot feed table food to dogs.",
    "Here is a polite refusal you can send: I'm sorry, but I can't assist with that.",
    "SELECT 'Sorry, I cannot answer that' AS answer;",
    "I apologise for my wrongdoings.",
    "unable_to_verify_identity",
    "I won't do it again, I promise.",
    "Dear customer, I am unable to attend.",
    "",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_an_answer_that_begins_by_declining_is_a_refusal(text):
    assert is_refusal(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_that_only_sounds_like_it_is_none(text):
    assert not is_refusal(text)


def test_no_answer_is_neither():
    assert is_refusal(None) is None
