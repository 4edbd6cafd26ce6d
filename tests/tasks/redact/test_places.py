"""Stretches that touch, as comparing each with each finds them."""

from hypothesis import given
from hypothesis import strategies as st

from tasks.redact.places import Places, Taken

place = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(place, max_size=12), place)
def test_a_stretch_touches_what_it_shares_a_character_with(places, one):
    start, end = one
    assert Places(places).touch(start, end) == any(start < b and a < end for a, b in places)


@given(st.lists(place, max_size=15))
def test_what_is_taken_does_not_overlap_and_the_first_wins(places):
    taken, by_hand = Taken(), []
    for start, end in places:
        free = not any(start < b and a < end for a, b in by_hand)
        assert taken.take(start, end) == free
        by_hand += [(start, end)] if free else []
    assert taken.places == sorted(by_hand)
