"""Ways to ask a model a question that has a few answers, so that each gets a probability.

| name | asks for | works where |
| --- | --- | --- |
| decisions | all questions about a text at once | OpenAI's decisions endpoint |
| logprobs | one token, and the probabilities of the likeliest | the endpoint gives them |
| samples | an answer in JSON, several times | everywhere, at a price |

A backend takes items and yields a decision for each, as they come. What gets no answer of the form
asked for is undecided with a reason; it never counts as a poor answer.
"""
