"""Families: who claims whom, and that nobody is asked more than needed."""

import numpy as np
import pytest

from tasks.dedup.families import Claim, Pairs, claims


def pairs(*listed):
    a, b, score = zip(*listed, strict=True) if listed else ((), (), ())
    return Pairs(np.array(a, np.int64), np.array(b, np.int64), np.array(score, float))


def lost(found, order, families, same=lambda _: True):
    return claims(found, np.array(order), same, families)


CHAIN = pairs((0, 1, 0.8), (1, 2, 0.7))


def test_near_to_a_dropped_row_is_not_near_enough():
    assert lost(CHAIN, [0, 1, 2], "survivor") == {1: Claim(0, 0)}


def test_connected_families_follow_chains_to_the_most_preferred():
    assert lost(CHAIN, [0, 1, 2], "connected") == {1: Claim(0, 0), 2: Claim(0, 1)}
    assert lost(CHAIN, [2, 1, 0], "connected") == {1: Claim(2, 0), 0: Claim(2, 0)}


@pytest.mark.parametrize("families", ["survivor", "connected"])
def test_a_row_is_claimed_by_the_most_preferred_that_says_the_same(families):
    found = pairs((0, 2, 0.9), (1, 2, 0.8))
    said = lost(found, [0, 1, 2], families, lambda at: at == 1)
    assert said == {2: Claim(1, 1)}


@pytest.mark.parametrize("families", ["survivor", "connected"])
def test_in_a_family_of_equals_each_row_is_asked_about_once(families):
    n, asked = 30, []
    found = pairs(*((a, b, 1.0) for a in range(n) for b in range(a + 1, n)))
    said = lost(found, range(n), families, lambda at: asked.append(at) or True)
    assert said.keys() == set(range(1, n))
    assert len(asked) == n - 1


@pytest.mark.parametrize("families", ["survivor", "connected"])
def test_no_pairs_no_loss(families):
    assert lost(pairs(), [0, 1], families) == {}
