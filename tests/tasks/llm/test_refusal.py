"""Refusals: a text that declines what was asked, by how it begins."""

import polars as pl
import pytest

from tasks.llm.refusal import is_refusal
from tasks.score.signals import declines


def of_rows(text):
    return pl.select(declines(pl.lit(text, pl.String))).item()


BOTH = pytest.mark.parametrize("reads", [is_refusal, of_rows])
"""What we ask models and what stands in rows is read by one pattern, in two engines."""


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
    "I can't help with that.",
    "I cannot assist with this request.",
    "I’m sorry, but I can’t do that.",
    "I am unable to provide a rating for this.",
    "Sorry, I can't comply.",
    "I apologize, but I cannot create such content.",
    "Unfortunately, I am not able to answer.",
    "As an AI language model, I cannot judge people.",
    "**I won't help with this.**",
    "抱歉，我不能回答这个问题。",
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
    "I can help with that.",
    "I can't help but notice the second is better.",
    "I cannot overstate how good this is.",
    "I am sorry to hear that you were ill. Rest, and drink tea.",
    "Sorry, we are closed on Sundays.",
    "As an AI researcher, she works on vision.",
    "The model says: I cannot help with that.",
    "Unfortunately, the answer is wrong.",
    '{"refusal": "I can\'t help with that."}',
]


@BOTH
@pytest.mark.parametrize("text", REFUSALS)
def test_a_text_that_begins_by_declining_is_a_refusal(text, reads):
    assert reads(text)


@BOTH
@pytest.mark.parametrize("text", ANSWERS)
def test_a_text_that_only_sounds_like_it_is_none(text, reads):
    assert not reads(text)


def test_what_goes_on_for_long_after_declining_is_taken_for_an_answer_of_a_model():
    assert not is_refusal("I can't help with that. " + "But here is the whole story. " * 40)


def test_no_answer_is_neither():
    assert of_rows(None) is None
