"""What words the hashes in an index stand for, as far as that can be known.

A hash that a word of a new row has stands for that word; so does that of a light word. Of any
other word there are the first and the last letter and the length, and a name made up for it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.errors import UsageError
from tasks.dedup.guard.lexicon import FEATURES, Letters, features_of, letters_of
from tasks.dedup.guard.light_words import LIGHT, NEGATIONS
from tasks.dedup.guard.wording import swapped_light
from tasks.dedup.index.fragments import VOCABULARY, Known
from tasks.dedup.similar.word_hashes import Hashes, hashes_of

BLANK = chr(0xE000)  # a letter of a word that is not known; no text has it


class Spelling(NamedTuple):
    """n words."""

    words: list[str]  # as they are, or a name that no other word has
    features: npt.NDArray[np.void]  # `tasks.dedup.guard.lexicon.FEATURES`
    letters: Letters  # code points of all words behind each other
    unknown: npt.NDArray[np.bool_]
    beginnings: dict[int, list[int]]  # of an unknown word, by its place


def spelling(hashes: Hashes, said: pl.Series, known: Known) -> Spelling:
    """What is known of words.

    Args:
        hashes: n hashes.
        said: Words of new rows.
        known: Where the other words are from.
    """
    # `isn't` is two words
    sure = sorted({*said, *(w for w in {*LIGHT, *NEGATIONS, *swapped_light()} if "'" not in w)})
    spelled = dict(zip(hashes_of(pl.Series(sure, dtype=pl.String)).tolist(), sure, strict=True))
    found = [spelled.get(one) for one in hashes.tolist()]
    unknown = np.array([word is None for word in found], np.bool_)
    lines = _drawn(hashes[unknown], known)
    drawn = [_blank(*line[:3]) for line in lines]
    at = iter(drawn)
    letters = [next(at) if word is None else word for word in found]
    features = np.zeros(len(found), FEATURES)
    known_words = [word for word in found if word is not None]
    features[~unknown] = features_of(known_words, letters_of(known_words))
    features[unknown] = [
        (ord(word[0]), ord(word[-1]), len(word), False, False, is_number, False, False, False)
        for word, is_number in zip(drawn, (hashes[unknown] & 1).tolist(), strict=True)
    ]
    words = [_name(i, bool(hashes[i] & 1)) if word is None else word
             for i, word in enumerate(found)]  # fmt: skip
    points = letters_of(letters).copy()
    begun = {
        place: line[3] for place, line in zip(np.flatnonzero(unknown).tolist(), lines, strict=True)
    }
    return Spelling(words, features, points, unknown, begun)


def _drawn(hashes: Hashes, known: Known) -> list[tuple[int, int, int, list[int]]]:
    """First and last letter, length and beginnings of words."""
    theirs = pl.concat([known.read(one, VOCABULARY) for one in known.fragments])
    found = theirs.filter(pl.col("word").is_in(pl.Series(hashes).implode()))
    seen = found.unique("word", keep="first", maintain_order=True).collect()
    lines = {word: tuple(line) for word, *line in seen.iter_rows()}
    if not lines.keys() >= {*hashes.tolist()}:
        raise UsageError(
            f"--index {known.path!r} is damaged; `finery index list` says which release"
        )
    return [lines[one] for one in hashes.tolist()]


def _blank(first: int, last: int, length: int) -> str:
    return chr(first) + BLANK * (length - 2) + chr(last) * (length > 1)


def _name(number: int, has_digit: bool) -> str:
    """A name for a word; it has a digit where the word has one."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    return f"{BLANK}{letters}{'0' * has_digit}"
