"""Marks that make an address of what a model sees."""

import time

import pytest

from tasks.redact.postal import believed, is_postal


@pytest.mark.parametrize(
    "text",
    ["12 Rue Haute", "Brucknerweg 14, 4020 Linz, Oman 92227", "7 Hauska, Apt. 4",
     "54 Metsan 48\n Tabor\n Malta 3830"],
)  # fmt: skip
def test_a_mark_makes_an_address(text):
    assert is_postal(text, 0, len(text))


def test_words_before_make_an_address():
    text = "My address is Tylova 1036."
    assert is_postal(text, 14, 25)


@pytest.mark.parametrize(
    "text",
    ["Ravens 24, Browns 10", "the 2022 World Snooker Championship", "Thunderbolt 4 Hub:",
     "Alessio Foconi 15-8", "Jun 16 16:40:54 PDT 2015", "62 Count", "10 Samsung"],
)  # fmt: skip
def test_scores_years_and_goods_are_no_addresses(text):
    assert not is_postal(f"We saw {text} there", 7, 7 + len(text))


def test_what_stands_beside_an_address_is_part_of_it():
    text = "> Adrianal 62\n> Suite 624\n> Tabor\n> some far 9"
    places = [(2, 13), (16, 25), (36, 46)]
    assert believed(text, places) == [(2, 46)]
    assert believed(text, places[:1]) == []


@pytest.mark.parametrize("text", ["30 Veslebakken 48, HARSTAD", "USNV Holm, FPO AE 51332"])
def test_a_number_on_either_side_or_a_military_post_makes_an_address(text):
    assert is_postal(text, 0, len(text))


@pytest.mark.parametrize(
    "text",
    ["1998 Model 24", "Windows 11", "Kokusai Street", "2 Pencils, 3 Pens 4", "9.5 Tasks 3"],
)
def test_what_only_looks_like_it_is_none(text):
    assert not is_postal(text, 0, len(text))


def test_the_lines_below_an_address_bring_their_unit_and_their_code():
    text = "Anna Berg\n> 31 7 Rue Haute\n> Suite 402\n> Vik\n> Malta 70440\n> Order 99"
    place = (text.index("7"), text.index("\n> Suite"))
    found = [text[a:b] for a, b in believed(text, [place])]
    assert found == ["31 7 Rue Haute\n> Suite 402\n> Vik\n> Malta 70440"]


def test_numbers_below_that_end_no_line_are_no_code():
    for below in ("There were 70440 of us.", "Built in 1987", "Room 12\nMalta 70440 a"):
        text = f"We met at 7 Rue Haute\n{below}"
        assert [text[a:b] for a, b in believed(text, [(10, 21)])] == ["7 Rue Haute"]


def test_two_addresses_beside_each_other_stay_two():
    text = "from 7 Rue Haute to 12 Elm Street"
    assert believed(text, [(5, 16), (20, 33)]) == [(5, 16), (20, 33)]


def test_many_addresses_take_time_in_proportion():
    one = "7 Rue Haute,  "
    places = [(at * len(one), at * len(one) + 11) for at in range(20_000)]
    began = time.process_time()
    assert believed(one * len(places), places) == places
    assert time.process_time() - began < 10
