"""What heads see: pairs of vectors, the words they share, and which rows have anything to see."""

import numpy as np
import polars as pl
import pytest

from tasks.embed.static import static_encoder
from tasks.score import features
from tasks.score.features import PLAIN, batches, pair_features, sides_of, texts_of
from tests.builders import row, table, turn


def sides(*pairs):
    listed = table(*(row(f"r{at}", *pair) for at, pair in enumerate(pairs)))
    return sides_of(texts_of(listed), static_encoder(), None)


def test_the_prompt_is_every_turn_but_the_answer():
    found = texts_of(
        table(row("a", turn("system", "Be brief."), turn("user", "Hi"), turn("assistant", "Yo")))
    )
    assert found.select("id", "source", "asked", "answered").row(0) == (
        "a", "s", "Be brief.\nHi", "Yo",
    )  # fmt: skip


@pytest.mark.parametrize("messages", [["Ask", " "], ["", "Yo"], ["Ask"], []])
def test_a_row_that_lacks_a_side_has_neither_nor_a_key(messages):
    found = texts_of(table(row("a", *messages))).select("asked", "answered", "key")
    assert found.row(0) == (None, None, None)


def test_the_key_tells_pairs_apart_and_copies_not():
    found = texts_of(
        table(
            row("a", "x", "y"),
            row("b", "x", "y"),
            row("c", "y", "x"),
            row("d", "xy", "z"),
            row("e", "x", "yz"),
        )
    )
    assert found["key"].n_unique() == 4
    assert found["key"][0] == found["key"][1]


def test_the_same_pair_turned_round_differs_in_its_vectors_alone():
    one, other = pair_features(sides(["red apples", "blue pears"], ["blue pears", "red apples"]))
    dim = static_encoder().dim
    assert one.shape == (PLAIN + 4 * dim,)
    symmetric = slice(PLAIN, PLAIN + 2 * dim)
    assert one[0] == pytest.approx(other[0])
    assert one[symmetric] == pytest.approx(other[symmetric])
    assert not np.allclose(one[symmetric.stop :], other[symmetric.stop :])


def test_shared_words_are_counted_by_kind_not_by_number():
    found = pair_features(
        sides(["Count the apples and pears", "apples apples pears plums"], ["Is it?", "So it is"])
    )
    share, shared, mine, theirs = found[0, 1:PLAIN]
    assert (share, *np.expm1([shared, mine, theirs]).round()) == (pytest.approx(2 / 3), 2, 3, 3)
    assert found[1, 1:PLAIN].tolist() == [0, 0, 0, 0]


def test_further_columns_stand_before_the_vectors():
    given = sides(["red apples", "blue pears"])
    found = pair_features(given, np.array([7.0]), np.array([8.0]))
    assert found[0, PLAIN : PLAIN + 2].tolist() == [7, 8]
    assert np.array_equal(found[0, PLAIN + 2 :], pair_features(given)[0, PLAIN:])


def test_pairs_are_put_together_by_place():
    given = sides(["red apples", "blue pears"], ["green plums", "black figs"])
    crossed = given.pair(np.array([0, 1, 0]), np.array([1, 0, 0]))
    swapped = sides(["red apples", "black figs"], ["green plums", "blue pears"])
    assert np.array_equal(pair_features(crossed)[:2], pair_features(swapped))
    assert np.array_equal(pair_features(crossed)[2], pair_features(given)[0])


def test_batches_and_blocks_hold_every_row_once_in_order(monkeypatch):
    rows = table(*(row(f"r{at}", f"question {at}", f"answer {at}") for at in range(7)))
    monkeypatch.setattr(features, "BATCH", 3)
    monkeypatch.setattr(features, "BLOCK", 2)
    found = [*batches(rows, ["origin"])]
    assert [batch.height for batch in found] == [3, 3, 1]
    assert pl.concat(found)["id"].to_list() == [f"r{at}" for at in range(7)]
    assert found[0]["origin"].to_list() == ["human"] * 3
    blocks = [part for _, part in sides_of(found[0], static_encoder(), None).blocks()]
    assert [len(part.asked) for part in blocks] == [2, 1]
