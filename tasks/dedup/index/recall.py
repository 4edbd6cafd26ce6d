"""Old rows that are similar to new ones, fragment by fragment, with all that is kept of them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.dedup.index.fragments import GROUP, ROWS, WORDS, Fragment, Known, damaged
from tasks.dedup.index.meet import MET, MOST, Sought, meetings, sought
from tasks.dedup.similar.word_hashes import Ints, WordLists, gathered

SAMPLES, SHARE = 8, 16  # stretches of a fragment, and which part of it they are together
AT_ONCE = 65_536  # old rows that meet new ones at once
PAIRS = pl.Schema({**dict(MET), "fragment": pl.Int64()})


class Recalled(NamedTuple):
    """Old rows that new ones may be, and the pairs that say which."""

    pairs: pl.DataFrame  # `PAIRS`, of each new row the `MOST` most similar; old: place in `rows`
    found: int  # pairs in all
    rows: pl.DataFrame  # what is kept of n old rows, and `fragment` and place `at` in it
    words: tuple[WordLists, ...]  # theirs, of each fragment that has such rows


def recall(new: WordLists, threshold: float, k: int, known: Known) -> Recalled:
    """The released rows that are similar to new ones.

    Args:
        new: Words of new rows; they stay as they are.
        threshold: Least Jaccard similarity, in (0, 1].
        k: Words in a shingle.
        known: The releases.
    """
    copy = gathered(new, np.arange(len(new.sizes)))
    want = sought(copy, threshold, k, _samples(known))
    found, pairs = 0, pl.DataFrame(schema=PAIRS)
    words: dict[int, tuple[Ints, WordLists]] = {}
    for at, fragment in enumerate(known.fragments):
        lists = _words(known, fragment)
        met = pl.concat([pl.DataFrame(schema=MET), *_meetings(want, lists)])
        found += met.height
        pairs = _nearest(pl.concat([pairs, met.with_columns(fragment=pl.lit(at, pl.Int64))]))
        used = pairs.filter(fragment=at)["old"].unique().sort().to_numpy()
        words[at] = used, gathered(lists, used)
    return _with_rows(known, pairs, words, found)


def _samples(known: Known) -> Iterator[WordLists]:
    """Stretches of words from all over each fragment."""
    for fragment in known.fragments:
        # a row group is read as one
        starts = {fragment.words * at // SAMPLES // GROUP * GROUP for at in range(SAMPLES)}
        length = -(-fragment.words // SHARE // len(starts))
        for start in sorted(starts):
            some = known.read(fragment, WORDS).slice(start, length).collect()["word"].to_numpy()
            yield WordLists(some, np.zeros(1, np.int64), np.array([len(some)]), ())


def _words(known: Known, fragment: Fragment) -> WordLists:
    """All words of a fragment."""
    sizes = known.read(fragment, ROWS).select("words").collect()["words"].to_numpy()
    hashes = known.read(fragment, WORDS).collect()["word"].to_numpy()
    ends = np.cumsum(sizes, dtype=np.int64)
    if len(sizes) != fragment.rows or int(sizes.sum()) != len(hashes):
        raise damaged(known.path, fragment.name)
    return WordLists(hashes, ends - sizes, sizes.astype(np.int64), ())


def _meetings(want: Sought, old: WordLists) -> Iterator[pl.DataFrame]:
    """Pairs with the rows of a fragment, some rows at a time."""
    for low in range(0, len(old.sizes), AT_ONCE):
        some = slice(low, low + AT_ONCE)
        starts, sizes = old.starts[some], old.sizes[some]
        hashes = old.hashes[starts[0] : starts[-1] + sizes[-1]]
        met = meetings(want, WordLists(hashes, starts - starts[0], sizes, ()))
        yield met.with_columns(pl.col("old") + low)


def _nearest(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of each new row the most similar old ones; of those that are equally so the oldest."""
    ordered = pairs.sort("new", -pl.col("jaccard"), "fragment", "old")
    return ordered.filter(pl.int_range(pl.len()).over("new") < MOST)


def _with_rows(
    known: Known, pairs: pl.DataFrame, words: dict[int, tuple[Ints, WordLists]], found: int
) -> Recalled:
    """Give old rows that are in a pair in the end places behind each other."""
    rows, lists, places = [], [], []
    base = 0
    for at, (gathered_at, there) in words.items():
        used = pairs.filter(fragment=at)["old"].unique().sort().to_numpy()
        table = known.read(known.fragments[at], ROWS).collect()[used]
        place = pl.Series("at", used, pl.UInt32)
        rows.append(table.with_columns(place, fragment=pl.lit(at, pl.Int64)))
        lists.append(gathered(there, np.searchsorted(gathered_at, used)))
        number = {"old": used, "place": np.arange(base, base + len(used))}
        places.append(pl.DataFrame(number).with_columns(fragment=pl.lit(at, pl.Int64)))
        base += len(used)
    numbered = pairs.join(pl.concat(places), on=["fragment", "old"], maintain_order="left")
    final = numbered.drop("old").rename({"place": "old"}).select(PAIRS.names())
    return Recalled(final, found, pl.concat(rows), tuple(lists))
