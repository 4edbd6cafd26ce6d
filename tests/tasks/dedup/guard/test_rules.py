"""The guard: which differences between two similar conversations are none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.dedup.guard.rules import is_structured, judge
from tasks.dedup.guard.signs import symbols
from tasks.dedup.guard.wording import difference


def split(text):
    return re.findall(r"\w+", text.lower())


TOLD = split("the harbour lies at the mouth of the river and ships of every size can enter it")
LONG_TOLD = [*TOLD, *split("because pilots meet them outside near the lighthouse rocks")]


def essential(one, other):
    found = difference(split(one), split(other))
    return found.left, found.right


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("where does the river end", "where does river end"),
        ("please tell me where the river ends", "tell me where the river ends"),
        ("the river ends here", "ends here the river"),
        ("describe the hurricane", "describe the hurricnae"),
        ("describe the hurricane", "describe the huricane"),
        ("describe the hurricane", "describe the hurricanes"),
        ("what is that word", "waht is that word"),
    ],
)
def test_light_words_order_and_slips_of_the_pen_are_no_difference(one, other):
    assert essential(one, other) == ((), ())


@pytest.mark.parametrize(
    ("one", "other", "left", "right"),
    [
        ("letter of hurricane", "letter of family", ("hurricane",), ("family",)),
        ("the cat", "the car", ("cat",), ("car",)),  # too short for a slip
        ("chapter 12", "chapter 13", ("12",), ("13",)),
        ("room 1234", "room 1243", ("1234",), ("1243",)),
        ("he can swim", "he cannot swim", (), ("cannot",)),
        ("one word word", "one word", ("word",), ()),
        ("sort ascending", "sort descending", ("ascending",), ("descending",)),
    ],
)
def test_another_word_or_number_is_a_difference(one, other, left, right):
    assert essential(one, other) == (left, right)


@given(st.lists(st.sampled_from(split("river mouth tide 7 not the a of harbour")), max_size=12))
def test_a_text_differs_from_no_order_of_its_own_words(found):
    seen = difference(found, sorted(found))
    assert (seen.left, seen.right) == ((), ())


pile = st.lists(st.sampled_from(split("river mouth tide 7 8 not the harbuor harbour")), max_size=10)


@given(pile, pile, pile, pile)
def test_who_is_named_first_decides_nothing(asked, other_asked, told, other_told):
    one = judge((asked, other_asked), (told, other_told))
    assert one == judge((other_asked, asked), (other_told, told))


@pytest.mark.parametrize(
    ("asked", "other", "expected"),
    [
        ("where is the harbour of the old town", "where is the old town's harbour", "same"),
        ("name 3 rivers of the old country", "name 4 rivers of the old country", "other_number"),
        ("which rivers reach the sea there", "which rivers never reach the sea there", "negated"),
        ("how deep is the harbour there", "how wide is the harbour there", "other_words"),
        ("describe the harbour", "describe the harbour and all pilots", "too_much_added"),
    ],
)  # fmt: skip
def test_every_kind_of_difference_has_its_name(asked, other, expected):
    short = ["yes"]  # an answer so short that being equal says nothing
    assert judge((split(asked), split(other)), (short, short)) == expected


def test_the_same_prompt_with_another_answer_is_a_contradiction():
    asked = split("where is the harbour of the old town")
    assert judge((asked, asked), (["north"], ["south"])) == "other_answer"


def test_a_telling_answer_excuses_words_in_front_but_no_negation_and_no_other_word():
    asked = split("where do ships enter the harbour")
    more = split("read the text below and answer 2 questions") + asked
    assert judge((asked, more), (LONG_TOLD, LONG_TOLD)) == "same"
    assert judge((asked, more), (["yes"], ["yes"])) != "same"
    assert judge((asked, [*asked, "never"]), (LONG_TOLD, LONG_TOLD)) == "negated"
    other = split("where do trains enter the harbour")
    assert judge((asked, other), (LONG_TOLD, LONG_TOLD)) == "other_words"


def test_two_questions_about_one_long_text_are_not_one_because_a_word_answers_both():
    background = split("the harbour lies at the river mouth and ships of every size enter it") * 9
    asked, other = [*background, *split("who sails")], [*background, *split("who swims")]
    assert judge((asked, other), (["chris"], ["chris"])) == "other_words"
    assert judge((asked, other), (TOLD, TOLD)) == "same"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3 + 5", "3 - 5", False),
        ("3 + 5", "3  +  5", True),
        ("a < b", "a > b", False),
        ("a < b", "a b", False),
        ("x - 5", "x-5", True),
        ("-5", "5", False),
        ("5-6", "5 - 6", True),
        ("well-known", "well known", True),
        ("20%", "20", False),
        ("$5", "£5", False),
        ("pay $5 = fine", "pay 5 = $fine", True),  # where it stands is for the words to tell
        ("C#", "C", False),
        ("# Title", "Title", True),
        ("a && b", "a || b", False),
        ("and/or", "and or", True),
    ],
)
def test_operators_and_currencies_are_compared(one, other, same):
    assert (symbols(one) == symbols(other)) is same


@pytest.mark.parametrize(
    ("text", "structured"),
    [('{"a": 1}', True), (" [1, 2]\n", True), ("{x", False), ("[1] says so", False), ("", False)],
)  # fmt: skip
def test_json_is_known_by_its_brackets(text, structured):
    assert is_structured(text) is structured


def test_in_structured_answers_a_word_more_is_another_answer():
    asked = split("extract the harbour names of that text")
    near = split("please extract the harbour names of that text")
    more = [*LONG_TOLD, "estuary"]
    assert judge((asked, near), (LONG_TOLD, more)) == "same"
    assert judge((asked, near), (LONG_TOLD, more), strict_answer=True) == "other_answer"
