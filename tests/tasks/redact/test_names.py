"""Names that the model sees, and how they are cleaned."""

import pytest

from tasks.base.memo import RowMemo
from tasks.redact.names import find_names, is_name


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


@pytest.mark.parametrize("name", ["Lisa", "Jean-Luc Picard", "O'Brien", "Ángeles Casas"])
def test_a_name_has_a_capital_and_a_word_of_its_own(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "L", "lisa", "Thank You", "print(x)", "User_1", "Alternate Assistant", "Main Street"],
)
def test_everyday_words_signs_and_organisations_are_no_names(name):
    assert not is_name(name)
