"""The loops that look through the shingles of old rows for what new rows need.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

import math
from typing import Any

import numba
import numpy as np

U64, U32 = np.uint64, np.uint32
EMPTY = 0xFFFFFFFF
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


@compiled
def bits_of(elements, bits):
    """A filter of 2^`bits` bits: whether an element may be one of `elements`."""
    found = np.zeros(1 << (bits - 3), np.uint8)
    for element in elements:
        bit = element >> U32(32 - bits)
        found[bit >> U32(3)] |= np.uint8(1) << np.uint8(bit & U32(7))
    return found


@compiled
def table_of(elements, bits):
    """A table of 2^`bits` slots with each element and its place; more slots than elements."""
    slots = np.full(1 << bits, EMPTY, U64)
    last = (1 << bits) - 1
    for place in range(elements.shape[0]):
        slot = np.int64(elements[place] >> U32(32 - bits))
        while slots[slot] != EMPTY:
            slot = (slot + 1) & last
        slots[slot] = (U64(elements[place]) << U64(32)) | U64(place)
    return slots


@compiled
def places_of(hashes, bits, width, slots, size, places):
    """Write the places of those of `hashes` that are in the table; returns how many."""
    n = 0
    last = (1 << size) - 1
    for i in range(hashes.shape[0]):
        one = hashes[i]
        bit = one >> U32(32 - width)
        if (bits[bit >> U32(3)] >> np.uint8(bit & U32(7))) & 1:
            slot = np.int64(one >> U32(32 - size))
            while slots[slot] != EMPTY:
                if U32(slots[slot] >> U64(32)) == one:
                    places[n] = np.int64(slots[slot] & U64(0xFFFFFFFF))
                    n += 1
                    break
                slot = (slot + 1) & last
    return n


@compiled
def prefixes(starts, sizes, places, counts, threshold):
    """Of each new row the elements of which an old one has one at least, the rarest that do.

    Returns:
        Places of elements, and the row of each.
    """
    elements = np.empty(places.shape[0], np.int64)
    rows = np.empty(places.shape[0], np.int64)
    n = 0
    for row in range(sizes.shape[0]):
        size = sizes[row]
        if size == 0:
            continue
        mine = places[starts[row] : starts[row] + size]
        rarest = np.argsort(counts[mine])
        for i in range(size - math.ceil(threshold * size - 1e-9) + 1):
            elements[n] = mine[rarest[i]]
            rows[n] = row
            n += 1
    return elements[:n], rows[:n]


@compiled
def candidates(
    hashes, starts, sizes, bits, width, slots, size, begins, rows, new_sizes, threshold,
    common, few, found, at,
):  # fmt: skip
    """Pairs of an old and a new row that share an element of the new one's prefix.

    Args:
        hashes: Shingles of old rows; with starts and sizes.
        begins: Where the new rows of each element stand in `rows`.
        common: Old rows that may meet all new rows of an element; later ones only if they are few.
        found: Room for new row, old row, and the most elements that they share there.
        at: The old row to begin with.

    Returns:
        The old row to go on with, and how many pairs were written.
    """
    longest = 0
    for d in range(sizes.shape[0]):
        longest = max(longest, sizes[d])
    places = np.empty(longest, np.int64)
    shared = np.zeros(new_sizes.shape[0], np.int32)
    met = np.empty(new_sizes.shape[0], np.int64)
    n = 0
    while at < sizes.shape[0]:
        if n + new_sizes.shape[0] > found.shape[0]:
            break
        length = sizes[at]
        mine = hashes[starts[at] : starts[at] + length]
        hits = places_of(mine, bits, width, slots, size, places)
        many = 0
        passed = 0
        for i in range(hits):
            place = places[i]
            begin, end = begins[place], begins[place + 1]
            if end - begin > few:
                if common[place] == 0:
                    passed += 1
                    continue
                common[place] -= 1
            for j in range(begin, end):
                row = rows[j]
                if shared[row] == 0:
                    met[many] = row
                    many += 1
                shared[row] += 1
        for i in range(many):
            row = met[i]
            if length >= threshold * new_sizes[row] - 1e-9:
                found[n, 0] = row
                found[n, 1] = at
                found[n, 2] = shared[row] + passed
                n += 1
            shared[row] = 0
        at += 1
    return at, n
