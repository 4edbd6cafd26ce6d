"""Whether the words that one text has alone are near to words of the other.

A paraphrase says with other words what the text says, so each of its words has one near to it. A
template with another input in it does not, though most of both texts is equal.
"""

from collections.abc import Iterable

import polars as pl

from tasks.dedup.guard.light_words import LIGHT
from tasks.embed.vectors import Encoder, Vectors, embed

READ = 2_000  # distinct words of a text among which a near one is sought


class WordVectors:
    """A vector for each word of some texts."""

    def __init__(self, words: Iterable[str], encoder: Encoder, least: float) -> None:
        """Read each of `words` alone.

        Args:
            words: Folded words; those that are light are left out.
            encoder: A quick one: there are as many words as rows.
            least: Cosine from which two words are near.
        """
        known = pl.Series(sorted({*words} - LIGHT), dtype=pl.String)
        self.vectors: Vectors = embed(known, encoder)
        self.place = dict(zip(known, range(len(known)), strict=True))
        self.least = least

    def cover(self, alone: Iterable[str], text: Iterable[str]) -> bool:
        """Whether each word of `alone` is near to one of the words of `text`."""
        mine, theirs = self._places(alone), self._places(text)[:READ]
        if not mine:
            return True
        if not theirs:
            return False
        cosine = self.vectors[mine] @ self.vectors[theirs].T
        return bool((cosine.max(axis=1) >= self.least).all())

    def _places(self, words: Iterable[str]) -> list[int]:
        return [self.place[word] for word in sorted({*words}) if word in self.place]
