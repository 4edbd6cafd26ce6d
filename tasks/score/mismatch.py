"""Which answers belong to another prompt, learned without a label from the set itself.

A head learns to tell the set's own pairs from the same prompts with answers of other rows: half of
those drawn at random, half from the same source and of like length, so that topic and format do
not give it away. Some of the set's own pairs are swapped too, which blurs what is learned but
hardly turns it round; `tasks.score.tilt` says how many they are, and which.

Which answer a prompt calls for is also guessed by a ridge regression from prompt to answer vector,
for the same kind of prompt has the same kind of answer (a label, a query, a note). A pair that
taught it is judged by what it would have said without that pair (leave one out, exactly).
"""

from typing import NamedTuple

import numpy as np
import polars as pl
import polars_hash as plh

from tasks.embed.vectors import Vectors
from tasks.score.features import PLAIN, Floats, Places, Sides, pair_features
from tasks.score.head import FOLDS, Folds, Head, Lesson, folds_of, train_head
from tasks.score.tilt import Tilt, tilt_of

RIDGE = 1.0  # 1 and 10 rank alike on 8,000 rows


class AnswerGuess(NamedTuple):
    """A ridge regression from the vector of a prompt to that of its answer."""

    asked_mean: Floats
    answered_mean: Floats
    inverse: Floats  # (dim, dim) of the prompts' products
    slopes: Floats  # (dim, dim)

    def of(self, sides: Sides, taught: Places) -> Floats:
        """The answer that each prompt calls for: (n, dim), from the mean answer on.

        Args:
            sides: n pairs as they were found.
            taught: Those among them that taught the regression; each is left out of its own guess.
        """
        asked = sides.asked - self.asked_mean
        guess: Floats = asked @ self.slopes
        mine = asked[taught]
        lever = np.einsum("ij,ij->i", mine @ self.inverse, mine)[:, None]
        error = sides.answered[taught] - self.answered_mean - guess[taught]
        guess[taught] -= error * lever / (1 - lever)
        return guess


def guess_answers(asked: Vectors, answered: Vectors) -> AnswerGuess:
    """Teach the regression on n pairs."""
    means = asked.mean(axis=0, dtype=np.float64), answered.mean(axis=0, dtype=np.float64)
    prompts, answers = asked - means[0], answered - means[1]
    inverse = np.linalg.inv(prompts.T @ prompts + RIDGE * np.eye(prompts.shape[1]))
    return AnswerGuess(*means, inverse, inverse @ (prompts.T @ answers))


def swapped(texts: pl.DataFrame, folds: Folds, seed: int) -> tuple[Places, Places]:
    """Pairs of a prompt and the answer of another row of the same fold.

    Args:
        texts: Columns id, source and answered of n rows.
        folds: (n,) fold of each.
        seed: Changes which answer a prompt gets.

    Returns:
        Places of prompts and of the answers put to them, about 2 n pairs. A pair whose answer is
        word for word the prompt's own is left out.
    """
    listed = texts.select(
        "source",
        fold=pl.Series(folds),
        length=pl.col("answered").str.len_chars().log1p().round(),
        order=plh.concat_str(pl.lit(f"{seed}:swap:"), "id").nchash.xxh3_64(),
    ).with_row_index("at")
    prompts, answers = [], []
    for kind in (["order"], ["source", "length", "order"]):
        for fold in range(FOLDS):
            ranked = listed.filter(fold=fold).sort(*kind)["at"].to_numpy().astype(np.intp)
            prompts.append(ranked)
            answers.append(np.roll(ranked, -1))
    asked, answered = np.concatenate(prompts), np.concatenate(answers)
    said = texts["answered"]
    differ = (said.gather(asked) != said.gather(answered)).to_numpy()
    return asked[differ], answered[differ]


class Mismatch(NamedTuple):
    """What a sample of the set has taught."""

    keys: pl.Series  # of the pairs in the sample
    guess: AnswerGuess
    head: Head
    tilt: Tilt
    auc: float  # sample against swapped pairs, out of fold
    seed: int

    def probability(self, texts: pl.DataFrame, sides: Sides) -> Floats:
        """How likely each of n answers is another prompt's."""
        taught = np.flatnonzero(texts["key"].is_in(self.keys.implode()).to_numpy())
        guess = self.guess.of(sides, taught)
        fit = _cosine(guess, sides.answered - self.guess.answered_mean)
        said = self.head.predict(pair_features(sides, fit))
        own = said[np.arange(len(said)), folds_of(texts["asked"], self.seed)]
        return self.tilt.probability(own)


def learn(texts: pl.DataFrame, sides: Sides, seed: int) -> Mismatch:
    """Learn which answers belong to which prompts.

    Args:
        texts: Columns id, source, key, asked and answered of n rows, in the order of a hash.
        sides: The same rows.
        seed: Changes folds and swaps.
    """
    folds = folds_of(texts["asked"], seed)
    guess = guess_answers(sides.asked, sides.answered)
    own = np.arange(len(texts))
    prompts, answers = swapped(texts, folds, seed)
    asked, answered = np.concatenate([own, prompts]), np.concatenate([own, answers])
    called_for = guess.of(sides, own)[asked]
    fit = _cosine(called_for, sides.answered[answered] - guess.answered_mean)
    features = pair_features(sides.pair(asked, answered), fit)
    is_swapped = np.repeat([0.0, 1.0], [len(own), len(prompts)])
    even = np.where(is_swapped == 1, 1 / max(len(prompts), 1), 1 / len(own))
    head = train_head(Lesson(features, PLAIN + 1, is_swapped, folds[asked], even))
    said = head.out_of_fold
    tilt = tilt_of(said[: len(own)], said[len(own) :])
    return Mismatch(texts["key"], guess, head, tilt, area(said, is_swapped), seed)


def area(scores: Floats, is_high: Floats) -> float:
    """Probability that an item that should be high is above one that should not; a tie is half."""
    ranks = pl.Series(scores).rank("average").to_numpy()[is_high == 1]
    high, low = len(ranks), int((is_high == 0).sum())
    return float((ranks.sum() - high * (high + 1) / 2) / max(high * low, 1))


def _cosine(one: Floats, other: Floats) -> Floats:
    lengths = np.sqrt(np.square(one).sum(axis=1) * np.square(other).sum(axis=1))
    found: Floats = (one * other).sum(axis=1) / np.maximum(lengths, 1e-12)
    return found
