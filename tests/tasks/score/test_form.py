"""Form of an answer: JSON where it was asked for, echoes, cut ends, repetition, overlap."""

import polars as pl
import pytest

from tasks.score.form import echoes, ends_cut, json_valid, overlap, repetition


def of(expression, *texts):
    return pl.select(expression(*(pl.lit(text, pl.String) for text in texts))).item()


def series(*texts):
    return pl.Series(texts, dtype=pl.String)


ASKS = [
    "List the drugs in this note. Answer in JSON.",
    "Return a JSON object with the keys name and age.",
    "Summarise the note into structured JSON: conditions, drugs.",
    "List the conditions as JSON with the keys a and b.\nNote: ...",
    "Respond only with valid JSON",
    "Give me the output in the following JSON format: {}",
]


@pytest.mark.parametrize("asked", ASKS)
def test_where_json_is_asked_for_the_answer_is_read(asked):
    assert json_valid(series(asked, asked), series('{"a": [1]}', "a: 1")).to_list() == [1, 0]


@pytest.mark.parametrize(
    "asked",
    ["What is JSON?", "Write a Python function that can return JSON.",
     "Convert this JSON to YAML: {}", "Explain the difference between JSON and XML.",
     "What are the advantages of using JSON and XML?",
     "Why do web APIs usually send data in JSON format?",
     "My server sends the data as JSON. Why do I get a 415?",
     "Implement an API endpoint that responds with JSON.", "How do I open a JSON file?"],
)  # fmt: skip
def test_where_json_is_only_spoken_of_nothing_is_said(asked):
    assert json_valid(series(asked), series("no JSON")).item() is None


@pytest.mark.parametrize(
    ("answered", "valid"),
    [('```json\n{"a": 1}\n```', 1), ('Here it is:\n```\n[1, 2]\n```\nDone.', 1),
     ('{"a": 1}\n{"a": 2}\n', 1), ('{"a": 1,}', 0), ("{'a': 1}", 0), ('{"a": 1', 0), ("42", 0),
     ("```json\n{a: 1}\n```", 0), ('Here is the JSON: {"a": 1}', 1),
     ('```xml\n<a/>\n```\nbecomes:\n```json\n{"a": 1}\n```', 1), ('{"a": 1}\nfrom source [1]', 1),
     ("See [1] and [2].", 0), ("The list is {a, b}.", 0), ("", 0), (None, None)],
)  # fmt: skip
def test_an_object_or_array_is_json_however_it_is_wrapped(answered, valid):
    assert json_valid(series(ASKS[0]), series(answered)).item() == valid


ASKED = "Tell me what the tallest mountain of Africa is"


@pytest.mark.parametrize(
    ("asked", "answered", "echo"),
    [
        (ASKED, ASKED, True), (ASKED, ASKED.upper() + ".", True), (ASKED, f"  {ASKED}?\n", True),
        (ASKED, ASKED + "? It is Kilimanjaro.", False), (ASKED, "Kilimanjaro", False),
        (ASKED, ASKED.replace("Africa", "Asia"), False), ("Say hi", "Say hi", False),
        ("Hi", "Hi", False), (f"Fix the grammar:\n{ASKED}", ASKED, False), (ASKED, None, None),
    ],
)  # fmt: skip
def test_an_answer_that_is_the_question_over_again_is_an_echo(asked, answered, echo):
    assert echoes(series(asked), series(answered)).item() is echo


@pytest.mark.parametrize(
    ("answered", "cut"),
    [
        ("The mountain is the tallest of its continent and it rises to a", True),
        ("It rises from the plain, and there are three cones of it, namely Kibo,", True),
        ("Run this:\n```python\nprint(1)\n", True),
        ("The mountain is the tallest of its continent and it rises from the plain.", False),
        ("Do you know that the mountain is the tallest of its whole continent?", False),
        ("Kilimanjaro", False), ("one of the tallest mountains", False),
        ("- the first item of a list that has no full stop at its end", False),
        ("2. the second item of a list that has no full stop at its end", False),
        ("x = a + b; y = the value of the sum of both of them", False),
        ("Run this:\n```python\nprint(1)\n```", False), ("", False), (None, None),
    ],
)  # fmt: skip
def test_a_longer_answer_that_stops_in_a_sentence_or_a_block_is_cut(answered, cut):
    assert of(ends_cut, answered) is cut


def test_the_same_words_for_ever_are_repetition_and_prose_is_not():
    prose = (
        "Kilimanjaro is a dormant volcano in Tanzania. It has three volcanic cones: Kibo, Mawenzi "
        "and Shira. It is the highest mountain in Africa, and the highest single free-standing "
        "mountain above sea level in the world, rising 5,895 metres above the plain around it."
    )
    assert of(repetition, "Input output " * 50) > 0.8
    assert of(repetition, prose) < 0.1
    assert of(repetition, prose * 3) > of(repetition, prose) + 0.1
    assert of(repetition, "mountain mountain") == 0
    assert of(repetition, None) is None


def test_overlap_is_the_share_of_the_answers_longer_words_that_the_prompt_has():
    assert of(overlap, "Add 12 apples and 30 pears", "12 Apples, 30 pears: 42 fruits") == 4 / 6
    assert of(overlap, "Is it so?", "Yes, it is") is None
    assert of(overlap, "Is it so?", None) is None
    assert of(overlap, "apples", "apples apples apples") == 1
