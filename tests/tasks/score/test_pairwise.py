"""Two answers to one prompt, put both ways round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.score.backends.asking import Asking
from tasks.score.case import Case, Turn
from tasks.score.decision import Decision
from tasks.score.pairwise import Preference, compare, join, share_consistent, turned
from tests.tasks.score.scripted import Scripted, as_json, data_of, weighed

PAIRS = [
    Case((Turn("user", "Q"),), answers)
    for answers in (("good", "bad"), ("bad", "good"), ("good", "good"))
]


def leaning(place):
    """A judge that sees what is good, and leans to the place A by `place`."""

    def reply(body):
        row = data_of(body)
        better = (row["answer_a"] == "good") - (row["answer_b"] == "good")
        return weighed({"A": 0.5 + 0.25 * better + place, "B": 0.5 - 0.25 * better - place})

    return Scripted(reply)


def test_the_better_answer_is_found_in_either_place():
    found, used = compare(leaning(0), PAIRS, Asking(), "logprobs")
    assert [one.first for one in found] == pytest.approx([0.75, 0.25, 0.5])
    assert [one.consistent for one in found] == [True, True, True]
    assert used == "logprobs"


def test_a_small_leaning_to_a_place_cancels_out():
    found, _ = compare(leaning(0.1), PAIRS, Asking(), "logprobs")
    assert found[0].first > 0.7
    assert found[1].first < 0.3
    assert found[2].first == pytest.approx(0.5)
    assert [one.consistent for one in found] == [True, True, False]


def test_a_judge_that_always_names_the_first_is_consistent_on_no_pair():
    found, _ = compare(
        Scripted(lambda _: weighed({"A": 0.9, "B": 0.1})), PAIRS, Asking(), "logprobs"
    )
    assert [one.first for one in found] == pytest.approx([0.5] * 3)
    assert share_consistent(found) == 0


def test_each_pair_is_asked_in_both_orders_side_by_side():
    model = leaning(0)
    compare(model, PAIRS[:1], Asking(), "logprobs")
    shown = [(data_of(c.body)["answer_a"], data_of(c.body)["answer_b"]) for c in model.asked]
    assert shown == [("good", "bad"), ("bad", "good")]


def test_a_pair_with_one_order_open_is_undecided_and_counts_in_no_share():
    reply = leaning(0).reply
    model = Scripted(lambda body: "refused" if data_of(body)["answer_a"] == "bad" else reply(body))
    found, _ = compare(model, PAIRS, Asking(), "logprobs")
    assert [one.reason for one in found] == ["refused", "refused", None]
    assert [one.consistent for one in found] == [None, None, True]
    assert share_consistent(found) == 1
    assert share_consistent(found[:2]) is None


def test_shares_of_draws_are_averaged_as_they_are():
    model = Scripted(lambda body: as_json("A" if data_of(body)["answer_a"] == "good" else "B"))
    found, _ = compare(model, PAIRS, Asking(samples=2), "samples")
    assert [one.first for one in found] == [1.0, 0.0, 0.5]


def test_log_odds_let_the_surer_order_weigh_more():
    one, other = Decision((0.99, 0.01)), Decision((0.6, 0.4))
    assert join(one, other).first == pytest.approx(0.8904, abs=1e-4)
    assert join(one, other, is_drawn=True).first == pytest.approx(0.695)


probability = st.floats(0, 1)


@given(probability, probability)
def test_a_pair_turned_round_is_as_likely_the_other_way(p, q):
    one, other = Decision((p, 1 - p)), Decision((q, 1 - q))
    straight, back = join(one, other), join(other, one)
    assert straight.first == pytest.approx(1 - back.first, abs=1e-9)
    assert straight.consistent == back.consistent


def test_the_lesser_mass_of_the_two_orders_is_told():
    assert join(Decision((1.0, 0.0), 0.9), Decision((0.0, 1.0), 0.7)).mass == 0.7
    assert join(Decision((1.0, 0.0)), Decision((0.0, 1.0))) == Preference(
        pytest.approx(1, abs=1e-5), True
    )


def test_turning_a_pair_twice_gives_it_back():
    assert turned(turned(PAIRS[0])) == PAIRS[0] != turned(PAIRS[0])
