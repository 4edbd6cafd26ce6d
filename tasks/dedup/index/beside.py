"""New rows beside released ones, so that the guard can tell what they do not share.

The guard gets words (`tasks.dedup.index.spelling`), all but a few as they were: of a released
word that is not known it is tried whether a slip of the pen, or a cut, makes it of a word of the
new row. If not, it is another word, and which one does not matter. What the guard lacks:
RapidFuzz's similarity, words that one side writes in two, and slips in words beyond plain ASCII.
"""

import json
from collections.abc import Iterable
from functools import partial

import numpy as np
import polars as pl

from tasks.base.text import words
from tasks.dedup.guard.lexicon import Lexicon, numbered
from tasks.dedup.guard.look import Row, Texts, verdict
from tasks.dedup.guard.sieve import Apart
from tasks.dedup.index.fragments import NAMES, Known
from tasks.dedup.index.recall import Recalled
from tasks.dedup.index.signatures import NO_SIGNS, beginning
from tasks.dedup.index.spelling import BLANK, spelling
from tasks.dedup.similar.word_hashes import WordLists, gathered, unhashed, word_lists


class Beside:
    """The new rows have the first places, the released ones follow."""

    def __init__(self, listed: pl.DataFrame, found: Recalled, known: Known) -> None:
        """Read rows.

        Args:
            listed: asked, told and context (its hash) of n new rows.
            found: m released rows.
            known: Where they are from.
        """
        self.n, m = listed.height, found.rows.height
        asked, told = (word_lists(listed[name]) for name in ("asked", "told"))
        lists = [_flat(asked), _theirs(found, "asked"), _flat(told), _theirs(found, "told")]
        flat = np.concatenate([one.hashes for one in lists])
        sizes = np.concatenate([one.sizes for one in lists])
        self.hashes, numbers = np.unique(flat, return_inverse=True)
        spelled = spelling(self.hashes, _said(listed), known)
        self.words, read, letters, self.unknown, self.begun = spelled
        starts = np.append(0, np.cumsum(sizes))
        self.numbered = numbered(numbers.astype(np.int32), starts, read, letters, self.n + m)
        self.apart = Apart(Lexicon(self.words, self.numbered))
        self.texts = Texts(listed.with_columns(folded=pl.lit("")), self.apart)
        self.names = _names(found, known)
        self.rows = found.rows
        self.numbers = dict(zip(self.words, range(len(self.words)), strict=True))
        self.tried: dict[tuple[int, int], str | None] = {}

    def same(self, new: int, old: int) -> bool:
        """Whether the new row at `new` says what the released row at `old` says."""
        half = len(self.numbered.content) // 2
        for part in (0, half):
            self._spell(new + part, self.n + old + part)
        guessed = self._cut(new + half, self.n + old + half)
        said = verdict(self.texts[new], self._released(old), self.apart)
        self.numbered.letters[guessed] = ord(BLANK)
        return said == "same"

    def _released(self, old: int) -> Row:
        row = self.rows.row(old, named=True)
        asked, told = json.loads(row["signs"]) if row["signs"] else NO_SIGNS
        return Row(
            place=self.n + old,
            folded="",
            context=row["context"],
            names=(partial(self._named, old, False), partial(self._named, old, True)),
            asked_signs=(tuple(asked[0]), tuple(asked[1])),
            told_signs=(tuple(told[0]), tuple(told[1])),
            denials=(row["asked_denials"], row["told_denials"]),
            strict=row["structured"],
        )

    def _named(self, old: int, told: bool, words: Iterable[str]) -> bool:
        names = self.names.get((old, told), frozenset())
        return any(int(self.hashes[self.numbers[word]]) in names for word in words)

    def _words(self, text: int) -> set[int]:
        starts = self.numbered.starts
        return {*self.numbered.ordered[starts[text] : starts[text + 1]].tolist()}

    def _spell(self, new: int, old: int) -> None:
        """Find out which words of a released text are slips of the new one's."""
        mine, theirs = self._words(new), self._words(old)
        others = sorted(mine - theirs)
        for word in sorted(theirs - mine) if others else ():
            if self.unknown[word]:
                found = (self._slip(word, other) for other in others)
                spelled = next((one for one in found if one), None)
                if spelled:
                    self._learn(word, spelled)

    def _slip(self, word: int, other: int) -> str | None:
        """The word, if a slip or a cut makes it of another one."""
        w, v = self.numbered.features[[word, other]]
        near = w["length"] <= v["length"] + 1 and (
            w["first"] == v["first"] or (w["last"] == v["last"] and w["length"] >= v["length"] - 1)
        )
        if not near or w["number"] or v["number"]:
            return None
        if (word, other) not in self.tried:
            self.tried[word, other] = unhashed(self.words[other], int(self.hashes[word]))
        return self.tried[word, other]

    def _learn(self, word: int, spelled: str) -> None:
        rows, begin = self.numbered, self.numbered.bounds[word]
        rows.letters[begin : begin + len(spelled)] = [ord(letter) for letter in spelled]
        self.words[word] = spelled
        self.numbers[spelled] = word
        self.unknown[word] = False

    def _cut(self, new: int, old: int) -> slice:
        """Where the new answer ends within a word of the released one, say how the word begins.

        Returns:
            The letters behind the first that were written: they are not all of the word, and no
            other pair may see them.
        """
        starts, numbers = self.numbered.starts, self.numbered.numbers
        size = starts[new + 1] - starts[new]
        if not 0 < size <= starts[old + 1] - starts[old]:
            return slice(0)
        last, word = int(numbers[starts[new + 1] - 1]), int(numbers[starts[old] + size - 1])
        begin, end = self.numbered.bounds[last : last + 2].tolist()
        begun = self.begun[word] if self.unknown[word] else []
        if len(begun) < end - begin or begun[end - begin - 1] != self._beginning(last):
            return slice(0)
        at = int(self.numbered.bounds[word])
        self.numbered.letters[at : at + end - begin] = self.numbered.letters[begin:end]
        return slice(at + 1, at + end - begin)

    def _beginning(self, word: int) -> int:
        return int(beginning(self.hashes[word : word + 1])[0])


def _said(listed: pl.DataFrame) -> pl.Series:
    """Every different word of new rows."""
    texts = [listed.lazy().select(word=words(pl.col(name))) for name in ("asked", "told")]
    every = pl.concat(texts).explode("word", empty_as_null=False, keep_nulls=False)
    return every.unique().collect()["word"]


def _flat(lists: WordLists) -> WordLists:
    """The same words behind each other."""
    return gathered(lists, np.arange(len(lists.sizes)))


def _theirs(found: Recalled, part: str) -> WordLists:
    """Words of the prompts or of the answers of released rows."""
    start = 0
    parts = []
    for lists in found.words:
        n = len(lists.sizes)
        told = found.rows["told"][start : start + n].to_numpy().astype(np.int64)
        start += n
        asked = lists.sizes - told
        if part == "asked":
            parts.append(_flat(lists._replace(sizes=asked)))
        else:
            parts.append(_flat(lists._replace(starts=lists.starts + asked, sizes=told)))
    hashes, sizes = (np.concatenate([one[i] for one in parts]) for i in (0, 2))
    return WordLists(hashes, np.cumsum(sizes) - sizes, sizes, ())


def _names(found: Recalled, known: Known) -> dict[tuple[int, bool], frozenset[int]]:
    """Hashes of the names in prompt (false) and answer (true) of released rows, if there are."""
    rows = found.rows.with_row_index("old").select("old", "fragment", row="at")
    theirs = pl.concat(
        known.read(one, NAMES).with_columns(fragment=pl.lit(at, pl.Int64))
        for at, one in enumerate(known.fragments)
    )
    named = theirs.join(rows.lazy(), on=["fragment", "row"]).group_by("old", "told").agg("word")
    return {(old, told): frozenset(words) for old, told, words in named.collect().iter_rows()}
