"""Near pairs: exact however they are cut into blocks, and the same from an index of neighbours."""

from importlib.util import find_spec

import numpy as np
import pytest

from tasks.base.errors import UsageError
from tasks.embed import approximate, neighbours
from tasks.embed.approximate import approximate_pairs
from tasks.embed.neighbours import Side, near_pairs


def vectors(count, seed, dim=96):
    """Unit vectors in families: a centre for every eight rows, and noise around it."""
    chance = np.random.default_rng(seed)
    centres = np.repeat(chance.normal(size=(count // 8 + 1, dim)), 8, axis=0)[:count]
    made = centres + chance.normal(scale=chance.uniform(0.1, 0.6, (count, 1)), size=(count, dim))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def brute(*sides):
    """Pairs by multiplying everything with everything."""
    near = [side.vectors.astype(np.float64) @ side.vectors.T >= side.least for side in sides]
    return set(zip(*map(list, np.nonzero(np.triu(np.logical_and.reduce(near), 1))), strict=True))


def found(near):
    return set(near.pairs.select("a", "b").iter_rows())


@pytest.mark.parametrize("dense", [0.0, 2.0], ids=["multiplied out", "gathered"])
@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_every_near_pair_is_found(monkeypatch, count, dense):
    monkeypatch.setattr(neighbours, "LATER", 37)
    monkeypatch.setattr(neighbours, "EARLIER", 53)
    monkeypatch.setattr(neighbours, "DENSE", dense)
    sides = [Side(vectors(count, 1), 0.8), Side(vectors(count, 2, dim=40), 0.6)]

    near = near_pairs(sides, most=1_000)

    assert found(near) == brute(*sides)
    assert near.left_out == 0
    assert count < 500 or near.pairs.height > 100


def test_a_row_keeps_the_nearest_and_of_equal_ones_the_first():
    same = np.zeros((5, 4), np.float32)
    same[:, 0] = 1
    same[2] = [0.8, 0.6, 0, 0]

    near = near_pairs([Side(same, 0.5)], most=2)

    assert found(near) == {(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (0, 4), (1, 4)}
    assert near.left_out == 3


def test_a_vector_of_nothing_is_near_to_nothing():
    assert found(near_pairs([Side(np.zeros((3, 4), np.float32), 0.5)], most=9)) == set()


def test_cosines_do_not_depend_on_the_blocks(monkeypatch):
    side = Side(vectors(300, 3), 0.7)
    whole = near_pairs([side], most=50).pairs
    monkeypatch.setattr(neighbours, "LATER", 41)
    monkeypatch.setattr(neighbours, "GATHERED", 7)
    assert near_pairs([side], most=50).pairs.equals(whole)


@pytest.mark.skipif(find_spec("usearch") is None, reason="needs: pip install 'finery[ann]'")
def test_an_index_finds_nearly_all_of_them():
    sides = [Side(vectors(3_000, 1), 0.8), Side(vectors(3_000, 1), 0.8)]
    exact, quick = near_pairs(sides, most=32), approximate_pairs(sides, most=32)
    assert found(quick) <= found(exact)
    assert len(found(quick)) >= 0.97 * len(found(exact))


def test_without_the_index_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(approximate, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'finery\[ann\]'"):
        approximate_pairs([Side(vectors(9, 1), 0.8)], most=3)
