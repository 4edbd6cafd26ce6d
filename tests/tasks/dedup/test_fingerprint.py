"""Fingerprints are equal where normalised texts are, and nowhere else."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.exact import ENDS, normalised
from tasks.dedup.fingerprint import fingerprints

SIGNS = "aB1 .,-'\"?!`\n\t\x1e;:`–“é’…É\u00a0你à\u0301ﬁ👍ᄒ\u1161"


def prints(texts):
    return [tuple(pair) for pair in fingerprints(pl.Series(texts), normalised, ENDS).tolist()]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(SIGNS, max_size=9), min_size=2, max_size=40))
def test_a_fingerprint_is_that_of_the_normalised_text(texts):
    plain = pl.DataFrame({"t": texts}).select(normalised(pl.col("t"))).to_series().to_list()
    assert prints(texts) == prints(plain)
    known = dict(zip(plain, prints(texts), strict=True))
    assert len({*known.values()}) == len(known)


def test_a_sign_that_is_zero_is_a_sign():
    assert len({*prints(["a", "a\0", "a\0\0", "a\0b", "abcdefg", "abcdefg\0"])}) == 6


@pytest.mark.parametrize("sign", ["a", "é", "–", "你", "ﬁ"])
def test_long_texts_differ_in_every_place(sign):
    text = sign * 40
    others = [text[:i] + "x" + text[i + 1 :] for i in range(40)]
    assert len({*prints([text, *others])}) == 41
