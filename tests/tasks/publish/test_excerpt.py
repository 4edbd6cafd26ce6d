"""Texts of rows on a page: harmless, cut, evidence marked."""

import pytest

from tasks.publish.excerpt import broken, compared, excerpt, plain

CARET = '<b class="caret" title="it breaks here">▲</b>'


def test_markup_in_a_text_is_escaped() -> None:
    assert excerpt("<script>&", 50) == "&lt;script&gt;&amp;"


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert excerpt("x" * 100_000, 10) == "xxxxxxxxxx<i>… 99,990 more characters</i>"


def test_a_text_of_just_the_limit_is_whole() -> None:
    assert excerpt("x" * 10, 10) == "x" * 10


def test_a_text_of_many_lines_is_cut_by_lines() -> None:
    assert excerpt("a\n" * 50, 700).count("\n") == 13


def test_a_text_that_starts_blank_says_so_instead_of_showing_nothing() -> None:
    assert excerpt("\n" * 5_000, 700) == "<i>5,000 characters that start with white space alone</i>"
    assert excerpt("", 700) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\rb", "a↵b"),
        ("\x00", "⟨U+0000⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("tab\tstays", "tab\tstays"),
        ("שלום", "שלום"),
    ],
)
def test_steering_characters_are_shown_and_all_others_kept(text: str, shown: str) -> None:
    assert excerpt(text, 50) == shown


def test_plain_is_one_short_line_and_not_escaped() -> None:
    assert plain("a\n <b>\t" + "c" * 50, 12) == "a <b> " + "c" * 6 + "…"


def test_words_that_differ_are_marked_on_both_sides() -> None:
    assert compared("a red boat", "a blue boat", 50) == (
        "a <mark>red</mark> boat", "a <mark>blue</mark> boat",
    )  # fmt: skip


def test_equal_texts_have_no_marks() -> None:
    assert compared("same <b>", "same <b>", 50) == ("same &lt;b&gt;", "same &lt;b&gt;")


def test_white_space_alone_is_a_difference_that_one_can_see() -> None:
    assert compared("a b", "a  b", 50) == ("a<mark> </mark>b", "a<mark>  </mark>b")


def test_a_difference_far_into_the_texts_is_what_is_shown() -> None:
    one, other = compared("w " * 5_000 + "red", "w " * 5_000 + "blue", 200)
    assert "<mark>red</mark>" in one
    assert "<mark>blue</mark>" in other
    assert one.startswith("…")


def test_markup_inside_a_difference_is_escaped() -> None:
    assert "<mark>&lt;</mark>" in compared("a < b", "a + b", 50)[0]


def test_a_text_that_only_goes_on_is_marked_where_it_goes_on() -> None:
    assert compared("a b", "a b c", 50) == ("a b", "a b<mark> c</mark>")


def test_the_caret_stands_where_json_breaks() -> None:
    assert broken("{\"a\": 'b'}", "", 80, True) == f"{{&#34;a&#34;: {CARET}&#39;b&#39;}}"


def test_the_place_in_the_detail_is_used_where_reading_finds_none() -> None:
    assert broken("a,b,c", "odd cell, column 3", 80, False) == f"a,{CARET}b,c"
    assert broken("a,b,c", "odd cell, char 2", 80, False) == f"a,{CARET}b,c"


@pytest.mark.parametrize("detail", ["column 3 of the file", "column 99", "", "columns"])
def test_an_unknown_place_gets_no_caret(detail: str) -> None:
    assert broken("a,b,c", detail, 80, False) == "a,b,c"


def test_a_record_that_ends_too_early_has_the_caret_at_its_end() -> None:
    assert broken('{"a": "b', "unexpected end, column 9", 80, True).endswith(f"b{CARET}")


def test_a_text_that_was_cut_gets_no_caret_at_the_cut() -> None:
    assert CARET not in broken('{"a": [1, ', "", 80, True)


def test_a_sound_record_gets_no_caret() -> None:
    assert CARET not in broken('{"a": 1}', "", 80, True)


def test_both_sides_of_a_far_caret_are_cut() -> None:
    shown = broken('{"a": "' + "x" * 5_000 + '" oops, "b": "' + "y" * 5_000 + '"}', "", 100, True)
    assert shown.startswith("…")
    assert f"{CARET}oops" in shown
    assert shown.endswith("more characters</i>")
    assert len(shown) < 400


def test_endless_nesting_is_shown_without_a_caret() -> None:
    assert CARET not in broken("[" * 100_000, "", 100, True)
