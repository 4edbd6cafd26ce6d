"""New rows beside released ones, so that the guard can tell what they do not share.

Of a released row there are hashes of words. A hash that a word of a new row has stands for that
word; so does that of a light word. Of any other word it is tried whether a slip of the pen, or a
cut, makes it of a word of the new row. If not, it is another word, and which one does not matter.
So the guard gets words, all but a few as they were. What it lacks: RapidFuzz's similarity, words
that one side writes in two, and slips in words that are not plain ASCII.
"""

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.dedup.index.fragments import FILES, Known
from tasks.dedup.index.recall import Recalled
from tasks.dedup.index.signatures import features, pieces
from tasks.dedup.lexicon import FEATURES, Letters, Lexicon, features_of, numbered
from tasks.dedup.light_words import LIGHT, NEGATIONS
from tasks.dedup.look import NO_SIGNS, Row, Signs, Texts, verdict
from tasks.dedup.sieve import Apart
from tasks.dedup.word_hashes import WordLists, gathered, hashes_of, unhashed, word_lists
from tasks.dedup.wording import is_divisible, swapped_light

VOCABULARY, NAMES = FILES[2:]
BLANK = 0xE000  # a letter of a word that is not known; no text has it


class Beside:
    """The new rows have the first places, the released ones follow."""

    def __init__(self, listed: pl.DataFrame, found: Recalled, known: Known) -> None:
        """Read rows.

        Args:
            listed: asked, told and context (its hash) of n new rows.
            found: m released rows.
            known: Where they are from.
        """
        self.n = listed.height
        texts = [*_prompts(found), *_answers(found)]
        new = [word_lists(listed[name]) for name in ("asked", "told")]
        lists = [new[0], *_prompts(found), new[1], *_answers(found)]
