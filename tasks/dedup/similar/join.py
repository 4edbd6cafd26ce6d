"""All pairs of sets whose Jaccard similarity reaches a threshold, exactly.

With the rarest elements first, two sets of similarity >= t share one of the first
`m - ceil(t * m) + 1` elements of the larger and of the first `m - ceil(2t / (1 + t) * m) + 1` of
the smaller (prefix filter: Chaudhuri et al. 2006; Bayardo et al. 2007, All-Pairs; Xiao et al.
2008, PPJoin). So only sets that meet there are compared, each pair once, and of those only what
a bound over bitmaps leaves (Sandes et al. 2020, arXiv:1711.07295). MinHash, which most tools use,
misses 1-3 % of the pairs and adds wrong ones.

An element that more than `COMMON` sets have in their prefixes is no meeting place for all of them:
the pairs of a family grow with the square of its size. There each set is compared with the
`LEADERS` first of those that had no partner among the leaders before them. So a pair is missed only
if all that its two sets share is that common, and each of a family still meets one that stands for
it.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from numba import types
from numba.extending import intrinsic

from tasks.base.parallel import cores, each
from tasks.dedup.similar.shingles import SIZE, Sets
from tasks.dedup.similar.word_hashes import Chunk

COMMON = 512  # sets that may meet at an element, each with each
COUNTED = 200  # sets that a byte counts; above, it holds the power of two
TOLD = 16  # of so many sets above, one is told; rarity need not be exact
LEADERS = 64
TRIES = 512  # leaders that a set is compared with in vain before it is left alone
ROOM = 1 << 20  # pairs that one call may find
REGION = 17  # log2 of the counters that are touched at a time; they fit the processor's cache
LEVELS = np.array(
    [0, 0, *(int(math.log2(i)) for i in range(2, COUNTED + 1)), *range(1, 256 - COUNTED)], np.uint8
)
"""From a counter to how rare an element is: 0 no other set, else the power of two."""
HEAVY = int(math.log2(COUNTED))  # below this level no element is common
INDEXED, COMMONPLACE = 1, 2  # bits of a prefix element's flag

U64, U32 = np.uint64, np.uint32
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


class Prefixes(NamedTuple):
    """The rarest elements of each set, ascending; those that no other set has are left out."""

    keys: npt.NDArray[np.uint32]
    flags: npt.NDArray[np.uint8]  # INDEXED, COMMONPLACE
    starts: Ints  # n
    sizes: npt.NDArray[np.int32]  # n


def join(sets: Sets, threshold: float, order: Ints) -> tuple[Ints, Ints, Floats]:
    """Pairs of `sets` whose Jaccard similarity is at least `threshold`.

    Args:
        sets: n sets; those of size 0 have no partner.
        threshold: In (0, 1].
        order: Rank of each set; the leaders of a common element are the first by rank.

    Returns:
        Positions a < b and similarity of every pair, in any order, none twice.
    """
    prefixes = _prefixes(sets, _counted(sets), threshold)
    light, heavy = _postings(prefixes, order)
    found = _light_pairs(light, prefixes, sets, threshold)
    if len(heavy):
        found.append(_heavy_pairs(heavy, sets, threshold, order))
    a, b, shared = (np.concatenate([part[i] for part in found]) for i in range(3))
    if len(heavy):
        _, first = np.unique(a.astype(U64) << U64(32) | b.astype(U64), return_index=True)
        a, b, shared = a[first], b[first], shared[first]
    both = sets.sizes[a].astype(np.int64) + sets.sizes[b]
    return a, b, shared / np.maximum(both - shared, 1)


def similar(ones: Sets, a: Ints, others: Sets, b: Ints, threshold: float) -> Ints:
    """Of each pair of a set of `ones` and one of `others` what they share; 0 if they are no pair.

    Args:
        ones: Sets.
        a: Places in `ones` of n sets.
        others: Sets.
        b: Places in `others` of n sets.
        threshold: Least Jaccard similarity, in (0, 1].
    """
    shared = np.zeros(len(a), np.int64)
    _compare(*ones[:2], ones.bitmaps, a, *others[:2], others.bitmaps, b, threshold, shared)
    return shared


def _counted(sets: Sets) -> npt.NDArray[np.uint8]:
    """How many sets have the elements of each slot (`LEVELS`); a slot is the leading bits.

    Counters are touched region by region: at random, each would be a miss of the cache.
    """
    elements = sum(chunk.end - chunk.start for chunk in sets.chunks)
    bits = min(30, max(12, math.ceil(math.log2(max(elements, 2))) + 1))
    table = np.zeros(1 << bits, np.uint8)
    parts = min(cores(), 2)
    regions = 1 << max(bits - REGION, 1)

    def count(part: int) -> list[Any]:
        low, high = regions * part // parts, regions * (part + 1) // parts
        return [
            _count(sets.hashes[chunk.start : chunk.end], bits, regions, low, high, table)
            for chunk in sets.chunks
        ]

    over = [slots for part in each(count, range(parts)) for slots in part]
    slots = np.sort(np.concatenate([np.empty(0, U32), *over]))
    firsts = np.flatnonzero(np.r_[True, slots[1:] != slots[:-1]][: len(slots)])
    many = COUNTED + TOLD * np.diff(np.r_[firsts, len(slots)])
    table[slots[firsts]] = COUNTED + np.log2(many).astype(np.uint8)
    return table


def _prefixes(sets: Sets, table: npt.NDArray[np.uint8], threshold: float) -> Prefixes:
    n = len(sets.sizes)
    starts, sizes = np.zeros(n, np.int64), np.zeros(n, np.int32)

    def choose(chunk: Chunk) -> Any:
        return _choose(
            sets.hashes[chunk.start : chunk.end], chunk.start, chunk.texts,
            sets.starts, sets.sizes, table, LEVELS, threshold, starts, sizes,
        )  # fmt: skip

    chosen = each(choose, sets.chunks)
    base = 0
    for chunk, (keys, _) in zip(sets.chunks, chosen, strict=True):
        starts[chunk.texts] += base
        base += len(keys)
    keys = np.concatenate([np.empty(0, U32), *(keys for keys, _ in chosen)])
    flags = np.concatenate([np.empty(0, np.uint8), *(flags for _, flags in chosen)])
    return Prefixes(keys, flags, starts, sizes)


def _postings(prefixes: Prefixes, order: Ints) -> tuple[Any, Any]:
    """Element and set in one number, sorted: of elements with few sets, and of common ones."""
    _unflag(prefixes)
    n_heavy = int((prefixes.flags >> 1).sum())
    light, heavy = np.empty(len(prefixes.keys) - n_heavy, U64), np.empty(n_heavy, U64)
    _post(*prefixes, order, light, heavy)
    light.sort()
    heavy.sort()
    return light, heavy


def _unflag(prefixes: Prefixes) -> None:
    """Leave only those elements common that more than `COMMON` sets have in their prefixes."""
    flagged = np.flatnonzero(prefixes.flags & COMMONPLACE)
    keys = np.sort(prefixes.keys[flagged])
    firsts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]][: len(keys)])
    few = keys[firsts[np.diff(np.r_[firsts, len(keys)]) <= COMMON]]
    if len(few):
        is_few = np.isin(prefixes.keys[flagged], few)
        prefixes.flags[flagged[is_few]] &= np.uint8(255 - COMMONPLACE)


def _light_pairs(postings: Any, prefixes: Prefixes, sets: Sets, threshold: float) -> list[Any]:
    """Pairs that meet at an element with few sets, each at the first where they meet."""
    parts = cores()
    edges = [_border(postings, len(postings) * i // parts) for i in range(parts + 1)]

    def find(part: int) -> list[Any]:
        at, end = edges[part], edges[part + 1]
        a, b, shared = np.empty(ROOM, np.int64), np.empty(ROOM, np.int64), np.empty(ROOM, np.int64)
        found = [(a[:0], b[:0], shared[:0])]
        while at < end:
            at, n = _meet(
                postings, at, end, *prefixes, sets.hashes, sets.starts, sets.bitmaps,
                threshold, a, b, shared,
            )  # fmt: skip
            found.append((a[:n].copy(), b[:n].copy(), shared[:n].copy()))
        return found

    return [pairs for part in each(find, range(parts)) for pairs in part]


def _border(postings: Any, at: int) -> int:
    """The first place from `at` on where another element begins."""
    while 0 < at < len(postings) and postings[at] >> U64(32) == postings[at - 1] >> U64(32):
        at += 1
    return at


def _heavy_pairs(postings: Any, sets: Sets, threshold: float, order: Ints) -> tuple[Any, Any, Any]:
    """Pairs of a set and a leader at an element with many sets."""
    by_rank = np.empty(len(order), np.int64)
    by_rank[order] = np.arange(len(order))
    n = len(order)
    room = 4 * n + len(postings) // 8 + LEADERS
    a, b, shared = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    found = _lead(
        postings, by_rank, sets.hashes, sets.starts, sets.bitmaps, threshold, a, b, shared
    )
    return a[:found], b[:found], shared[:found]


@compiled
def _count(hashes, bits, regions, low, high, table):
    n = hashes.shape[0]
    shift = U32(32 - bits)
    width = U32(32 - round(math.log2(regions)))
    ends = np.zeros(regions + 1, np.int64)
    for i in range(n):
        ends[(hashes[i] >> width) + 1] += 1
    begin = 0
    for r in range(low):
        begin += ends[r + 1]
    ends[low] = 0
    for r in range(low, high):
        ends[r + 1] += ends[r]
    near = np.empty(ends[high], U32)
    for i in range(n):
        r = hashes[i] >> width
        if low <= r < high:
            near[ends[r]] = hashes[i]
            ends[r] += 1
    out = 0
    i = 0
    for r in range(low, high):
        over = 0  # anew in each region, so that no split into parts changes what is told
        while i < ends[r]:
            slot = near[i] >> shift
            i += 1
            if table[slot] < COUNTED:
                table[slot] += np.uint8(1)
                continue
            over += 1
            # scattered: elements come round in the order of the texts
            if (over * 0x9E3779B1) & 0xFFFFFFFF < (1 << 32) // TOLD:
                near[out] = slot
                out += 1
    return near[:out].copy()


@compiled
def _choose(hashes, base, texts, starts, sizes, table, levels, threshold, at, chosen):
    n = hashes.shape[0]
    bits = round(math.log2(table.shape[0]))
    shift = U64(64 - bits)
    regions = 1 << max(bits - REGION, 1)
    width = U32(32 - round(math.log2(regions)))
    ends = np.zeros(regions + 1, np.int64)
    for i in range(n):
        ends[(hashes[i] >> width) + 1] += 1
    for r in range(regions):
        ends[r + 1] += ends[r]
    near = np.empty(n, U64)
    for i in range(n):
        r = hashes[i] >> width
        near[ends[r]] = (U64(hashes[i]) << U64(32)) | U64(i)
        ends[r] += 1
    level = np.empty(n, np.uint8)
    for i in range(n):
        level[near[i] & U64(0xFFFFFFFF)] = levels[table[near[i] >> shift]]
    keys = near.view(U32)  # no longer needed, and twice as large as what is written
    flags = np.empty(n, np.uint8)
    out = 0
    cuts = np.empty(2, np.int64)
    left = np.empty(2, np.int64)
    counts = np.zeros(256, np.int64)
    for t in range(texts.shape[0]):
        d = texts[t]
        m = sizes[d]
        first = starts[d] - base
        counts[:] = 0
        for i in range(first, first + m):
            counts[level[i]] += 1
        # the larger of two sets is looked up by more of its elements than the smaller
        for part in range(2):
            t_part = threshold if part == 0 else 2 * threshold / (1 + threshold)
            wanted = m - math.ceil(t_part * m - 1e-9) + 1
            cut = 0
            while counts[cut] < wanted:
                wanted -= counts[cut]
                cut += 1
            cuts[part] = cut
            left[part] = wanted
        at[d] = out
        for i in range(first, first + m):
            one = level[i]
            if one > cuts[0]:
                continue
            if one == cuts[0]:
                if left[0] == 0:
                    continue
                left[0] -= 1
            flag = np.uint8(0)
            if one < cuts[1]:
                flag = np.uint8(INDEXED)
            elif one == cuts[1] and left[1] > 0:
                left[1] -= 1
                flag = np.uint8(INDEXED)
            if one == 0:
                continue
            if one >= HEAVY:
                flag |= np.uint8(COMMONPLACE)
            keys[out] = hashes[i]
            flags[out] = flag
            out += 1
        chosen[d] = out - at[d]
    return keys[:out].copy(), flags[:out].copy()


@compiled
def _post(keys, flags, starts, sizes, order, light, heavy):
    n_light = 0
    n_heavy = 0
    for d in range(sizes.shape[0]):
        for i in range(starts[d], starts[d] + sizes[d]):
            key = U64(keys[i]) << U64(32)
            if flags[i] & COMMONPLACE:
                heavy[n_heavy] = key | U64(order[d])
                n_heavy += 1
            else:
                last = U64(0) if flags[i] & INDEXED else U64(1) << U64(31)
                light[n_light] = key | last | U64(d)
                n_light += 1


def _count_ones(_context, _number):
    """Bits of a number that are set."""

    def generate(_context, builder, _signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


_ones: Any = intrinsic(_count_ones)


@numba.njit(inline="always")
def _shared(ones, i, n, others, j, m, need):
    """Elements of both sets, or 0 as soon as it is clear that they are fewer than `need`."""
    end_i = i + n
    end_j = j + m
    both = 0
    while i < end_i and j < end_j:
        one = ones[i]
        other = others[j]
        both += one == other
        i += one <= other
        j += other <= one
        if both + min(end_i - i, end_j - j) < need:
            return 0
    return both


@compiled
def _meet(
    postings,
    at,
    end,
    keys,
    flags,
    begins,
    lengths,
    hashes,
    starts,
    bitmaps,
    threshold,
    a,
    b,
    shared,
):
    """Pairs from `at` on, until `end` or until there is no room; returns the next place and n."""
    rows = np.empty(COMMON, np.int64)
    sizes = np.empty(COMMON, np.int64)
    maps = np.empty((COMMON, 8), U64)
    ratio = threshold / (1.0 + threshold)
    n = 0
    while at < end:
        key = postings[at] >> U64(32)
        stop = at + 1
        while stop < end and postings[stop] >> U64(32) == key:
            stop += 1
        many = stop - at
        if many == 1:
            at = stop
            continue
        if n + many * (many - 1) // 2 > a.shape[0]:
            return at, n
        indexed = 0
        for i in range(many):
            low = postings[at + i] & U64(0xFFFFFFFF)
            if low >> U64(31) == 0:
                indexed += 1
            d = np.int64(low & U64(0x7FFFFFFF))
            rows[i] = d
        if indexed:
            for i in range(many):
                maps[i] = bitmaps[rows[i]]
                sizes[i] = np.int64(maps[i, SIZE])
        for y in range(indexed):
            for x in range(y + 1, many):
                small = y
                large = x
                if sizes[x] < sizes[y] or (sizes[x] == sizes[y] and rows[x] < rows[y]):
                    if x >= indexed:
                        continue  # the smaller one does not stand here
                    small = x
                    large = y
                if sizes[small] < threshold * sizes[large] - 1e-9:
                    continue
                need = math.ceil(ratio * (sizes[x] + sizes[y]) - 1e-9)
                apart = U64(0)
                for w in range(SIZE):
                    apart += _ones(maps[x, w] ^ maps[y, w])
                if sizes[x] + sizes[y] - np.int64(apart) < 2 * need:
                    continue
                # only where they meet first
                i = begins[rows[small]]
                i_end = i + lengths[rows[small]]
                j = begins[rows[large]]
                met = False
                while i < i_end and keys[i] < key:
                    if flags[i] == INDEXED:
                        while keys[j] < keys[i]:
                            j += 1
                        if keys[j] == keys[i]:
                            met = True
                            break
                    i += 1
                if met:
                    continue
                s, t = rows[x], rows[y]
                both = _shared(hashes, starts[s], sizes[x], hashes, starts[t], sizes[y], need)
                if both:
                    a[n] = min(s, t)
                    b[n] = max(s, t)
                    shared[n] = both
                    n += 1
        at = stop
    return at, n


@compiled
def _lead(postings, by_rank, hashes, starts, bitmaps, threshold, a, b, shared):
    """Pairs of sets and leaders; returns their number."""
    leaders = np.empty(LEADERS, np.int64)
    last = np.full(by_rank.shape[0], -1, np.int64)  # the leader that a set was found near to
    tries = np.zeros(by_rank.shape[0], np.int32)
    ratio = threshold / (1.0 + threshold)
    n = 0
    at = 0
    while at < postings.shape[0]:
        key = postings[at] >> U64(32)
        stop = at
        led = 0
        while stop < postings.shape[0] and postings[stop] >> U64(32) == key:
            x = by_rank[postings[stop] & U64(0xFFFFFFFF)]
            stop += 1
            near = False
            for z in range(led):
                y = leaders[z]
                if last[x] == y:
                    near = True
                    break
                size_x, size_y = np.int64(bitmaps[x, SIZE]), np.int64(bitmaps[y, SIZE])
                if min(size_x, size_y) < threshold * max(size_x, size_y) - 1e-9:
                    continue
                need = math.ceil(ratio * (size_x + size_y) - 1e-9)
                apart = U64(0)
                for w in range(SIZE):
                    apart += _ones(bitmaps[x, w] ^ bitmaps[y, w])
                if size_x + size_y - np.int64(apart) < 2 * need:
                    continue
                if tries[x] >= TRIES or n == a.shape[0]:
                    continue
                both = _shared(hashes, starts[x], size_x, hashes, starts[y], size_y, need)
                if both:
                    a[n] = min(x, y)
                    b[n] = max(x, y)
                    shared[n] = both
                    n += 1
                    last[x] = y
                    near = True
                    break
                tries[x] += 1
            if not near and led < LEADERS:
                leaders[led] = x
                led += 1
        at = stop
    return n


@compiled
def _compare(
    ones, starts, bitmaps, a, others, other_starts, other_bitmaps, b, threshold, shared
):  # fmt: skip
    ratio = threshold / (1.0 + threshold)
    for i in range(a.shape[0]):
        x, y = a[i], b[i]
        size_x, size_y = np.int64(bitmaps[x, SIZE]), np.int64(other_bitmaps[y, SIZE])
        if min(size_x, size_y) < threshold * max(size_x, size_y) - 1e-9:
            continue
        need = math.ceil(ratio * (size_x + size_y) - 1e-9)
        apart = U64(0)
        for w in range(SIZE):
            apart += _ones(bitmaps[x, w] ^ other_bitmaps[y, w])
        if size_x + size_y - np.int64(apart) < 2 * need:
            continue
        shared[i] = _shared(ones, starts[x], size_x, others, other_starts[y], size_y, need)
