"""How far people agree: the textbook's figures."""

import pytest

from tasks.review.agreement import COHEN, KRIPPENDORFF, agreement
from tasks.review.votes import Vote


def votes(*columns):
    """What each person says of items in turn; a dot is no answer."""
    said = {"k": "keep", "d": "drop", "e": "edit"}
    return [
        Vote(f"i{n}", f"p{person}", said[answer])
        for person, column in enumerate(columns)
        for n, answer in enumerate(column) if answer != "."
    ]  # fmt: skip


def test_two_people_have_cohens_kappa_as_in_the_textbook():
    one = "k" * 25 + "d" * 25
    other = "k" * 20 + "d" * 5 + "k" * 10 + "d" * 15  # 20 and 15 of 50 alike: kappa is 0.4
    found = agreement(votes(one, other))
    assert found["measure"] == COHEN
    assert found["value"] == pytest.approx(0.4)
    assert found["low"] < 0.4 < found["high"]
    assert found["same"]["value"] == pytest.approx(0.7)
    assert found["items"] == 50


def test_more_people_have_krippendorffs_alpha_also_where_not_all_have_seen_all():
    one, other, third = "kkddk.", "kkddke", "k.ddke"
    found = agreement(votes(one, other, third))
    assert found["measure"] == KRIPPENDORFF
    assert found["value"] == pytest.approx(1.0)
    less = agreement(votes(one, "kkddde", third))
    assert less["value"] < 1


def test_items_that_one_person_saw_say_nothing_of_agreement():
    assert agreement(votes("kd..", "..kd"))["items"] == 0
    assert agreement(votes("kd.k", "..kk"))["items"] == 1


def test_where_everybody_always_says_the_same_chance_cannot_be_told_from_it():
    found = agreement(votes("kkkk", "kkkk"))
    assert found["value"] is None
    assert found["same"]["value"] == 1.0


def test_nobody_agrees_with_nobody():
    assert agreement([])["items"] == 0
