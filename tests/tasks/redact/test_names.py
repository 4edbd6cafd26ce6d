"""Names that the model sees, and how they are cleaned."""

import pytest

from tasks.base.memo import RowMemo
from tasks.redact.names import find_names, find_spans, is_name
from tasks.redact.rule import Span


def seen(text):
    """Names in `text`."""
    return [text[a:b] for a, b in find_names([text])[0][text]]


def test_names_come_without_titles_and_possessives():
    assert seen("Yesterday Dr. Lisa Brown's husband met Peter Miller.") == [
        "Lisa Brown",
        "Peter Miller",
    ]


def test_a_rule_of_dashes_after_a_name_takes_no_time():
    assert seen("Lisa Brown " + "- " * 2000)[:1] == ["Lisa Brown"]


def test_equal_texts_are_read_once():
    assert find_names(["Lisa Brown left."] * 3)[1] == 1


def test_no_texts_need_no_model():
    assert find_names([]) == ({}, 0)


def test_the_memo_gives_what_the_model_found(tmp_path):
    memo = RowMemo(str(tmp_path), "names", "1")
    texts = ["Lisa Brown left.", "Nobody came.", "\ud83d odd"]
    first, read = find_names(texts, memo)
    again, reread = find_names(texts, memo)
    assert (read, reread) == (3, 0)
    assert first == again


def test_a_text_in_small_letters_has_names_in_small_letters():
    assert seen("yesterday lisa brown met peter miller") == ["lisa brown", "peter miller"]
    assert seen("We asked whether lisa brown met Peter Miller.") == ["Peter Miller"]


def test_ours_sees_addresses_and_spacys_model_sees_none():
    text = "Our new flat is at 31 Metsanurga 25, Harstad. Lisa Brown has the key."
    name = Span(text.index("Lisa"), text.index(" has"), "PERSON")
    ours, _ = find_spans([text])
    theirs, _ = find_spans([text], model="spacy")
    assert [s.entity for s in ours[text]] == ["PERSON", "STREET_ADDRESS"]
    assert name in ours[text]
    assert {s.entity for s in theirs[text]} == {"PERSON"}


def test_what_one_model_found_is_not_taken_for_what_the_other_finds(tmp_path):
    memo = RowMemo(str(tmp_path), "names", "1")
    text = "Send it to 7 Rue Haute, Apt. 4, 70440 Vik."
    ours, _ = find_spans([text], memo)
    theirs, read = find_spans([text], memo, "spacy")
    assert read == 1
    assert "STREET_ADDRESS" in {s.entity for s in ours[text]} - {s.entity for s in theirs[text]}


@pytest.mark.parametrize("name", ["Lisa", "Jean-Luc Picard", "O'Brien", "Ángeles Casas"])
def test_a_name_has_a_capital_and_a_word_of_its_own(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "L",
        "lisa",
        "ASAP",
        "Thank You",
        "print(x)",
        "User_1",
        "Alternate Assistant",
        "Main Street",
    ],
)
def test_everyday_words_signs_and_organisations_are_no_names(name):
    assert not is_name(name)
