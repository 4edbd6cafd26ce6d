"""Untrusted text in Markdown."""

from tasks.publish.markdown import code, table, words


def test_words_are_never_markup() -> None:
    assert words("*a* [b](c) <i>|`") == r"\*a\* \[b\](c) \<i\>\|\`"


def test_plain_words_stay_as_they_are() -> None:
    assert words("1,204 rows (3.5 %) of support.jsonl") == "1,204 rows (3.5 %) of support.jsonl"


def test_a_code_span_cannot_be_ended_from_within() -> None:
    assert code("a`b|c") == "`a'b¦c`"
    assert code("near_twin") == "`near_twin`"
    assert code("  ") == ""


def test_columns_of_numbers_are_set_to_the_right() -> None:
    assert table(("name", "rows:"), [("a", "1")]) == "| name | rows |\n| --- | ---: |\n| a | 1 |"
