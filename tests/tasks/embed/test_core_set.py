"""Core sets of plain vectors, also where many pairs are equally near."""

import tracemalloc
from itertools import combinations

import numpy as np
import pytest

from tasks.embed.cells import cells_of
from tasks.embed.core_set import core_set
from tasks.embed.thinning import GRAIN, grained


def even(count, seed, width=8):
    """Vectors with four halves among zeros: their cosines are quarters, and most pairs tie."""
    chance = np.random.default_rng(seed)
    places = np.argsort(chance.random((count, width)), axis=1)[:, :4]
    vectors = np.zeros((count, width), np.float32)
    np.put_along_axis(vectors, places, 0.5, axis=1)
    return vectors * chance.choice([-1, 1], (count, 1)).astype(np.float32)


def uneven(count, seed, width=16):
    vectors = np.random.default_rng(seed).normal(size=(count, width)) + 0.5
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def by_list(sides, stay):
    """The rows that go, when, and their twins: the list of all pairs, nearest and latest first."""
    whole = [side.astype(np.int64) for side in sides]
    alike = np.minimum.reduce([side @ side.T for side in whole]).clip(max=GRAIN**2) / GRAIN**2
    there, went_at = [*range(len(alike))], {}
    pairs = combinations(range(len(alike)), 2)
    for a, b in sorted(pairs, key=lambda pair: (-alike[pair], -pair[1], pair[0])):
        if len(there) > stay and a in there and b in there:
            there.remove(b)
            went_at[b] = alike[a, b]
    twins = [there[alike[b, there].argmax()] for b in sorted(went_at)]
    return sorted(went_at), [went_at[b] for b in sorted(went_at)], twins


@pytest.mark.parametrize("stay", [1, 2, 20, 55, 99])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("make", [even, uneven])
def test_it_is_the_greedy_over_the_list_of_all_pairs_also_where_pairs_tie(make, seed, stay):
    sides = [grained(make(100, seed)), grained(make(100, seed + 100))]
    found = core_set(sides, stay, 1_000)
    gone, went_at, twins = by_list(sides, stay)
    assert found.gone.tolist() == gone
    assert found.went_at.tolist() == went_at
    assert found.twin.tolist() == twins
    assert found.stopped_at == round(min(went_at), 4)
    assert found.nearest_kept is None or found.nearest_kept <= found.stopped_at


def test_how_many_rows_are_multiplied_at_once_makes_no_difference(monkeypatch):
    sides = [grained(uneven(500, 1, 256)), grained(uneven(500, 2, 256))]
    one = core_set(sides, 100, 1_000)
    monkeypatch.setattr("tasks.embed.thinning.PRODUCTS", 1)
    other = core_set(sides, 100, 1_000)
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a, b)


def test_a_product_of_grained_vectors_is_exact():
    side = grained(uneven(300, 3, 256))
    assert ((side @ side.T) == side.astype(np.int64) @ side.astype(np.int64).T).all()
    assert side.max() <= GRAIN


def test_cells_hold_every_row_once_and_rows_of_one_kind_together():
    kinds = np.repeat(np.eye(4, 16, dtype=np.float32), 50, axis=0)
    kinds += np.random.default_rng(0).normal(scale=0.01, size=kinds.shape).astype(np.float32)
    cells = cells_of([grained(kinds)], 50)
    assert sorted(np.concatenate(cells)) == [*range(200)]
    assert [cell.tolist() for cell in cells] == [[*range(n, n + 50)] for n in range(0, 200, 50)]


def test_equal_rows_are_one_cell_and_all_but_the_first_are_spare():
    sides = [grained(np.ones((40, 4), np.float32) / 2)]
    assert len(cells_of(sides, 10)) == 1
    found = core_set(sides, 1, 40)
    assert (found.gone.tolist(), {*found.twin}, found.stopped_at) == ([*range(1, 40)], {0}, 1)


def test_memory_does_not_grow_with_the_number_of_pairs():
    sides = [grained(uneven(6_000, n)) for n in range(2)]
    tracemalloc.start()
    core_set(sides, 1_000, 10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 110e6  # the cosines of all pairs would be 144 MB a side
