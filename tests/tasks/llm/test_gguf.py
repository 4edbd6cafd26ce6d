"""Weights are read as they were written, and a file that is none says so."""

import numpy as np
import pytest

from tasks.llm.gguf import Gguf, GgufError
from tests.tasks.llm.tiny_model import plain, write_gguf

META = {"name": "ünïcode", "count": 7, "share": 0.5, "words": ["a", "", "c d"]}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.gguf"


def test_metadata_of_every_kind_is_read(file):
    write_gguf(file, META, {})

    assert Gguf(file).meta == META


def test_weights_lie_row_by_row_each_behind_the_other(file):
    write_gguf(file, META, {"a": plain([[1, 2, 3], [4, 5, 6]]), "b": plain([7])})

    assert Gguf(file).weight("a").tolist() == [[1, 2, 3], [4, 5, 6]]
    assert Gguf(file).weight("b").tolist() == [7]


def test_half_precision_is_read(file):
    write_gguf(file, META, {"a": ((2,), 1, np.array([0.5, -2], "<f2").tobytes())})

    assert Gguf(file).weight("a").tolist() == [0.5, -2]


def test_four_bit_blocks_are_scale_times_step_plus_least(file):
    # low halves of the bytes are the first 16 weights of a block, high halves the last 16
    steps = bytes(low | (15 - low) << 4 for low in range(16))
    blob = np.array([0.5, -1], "<f2").tobytes() + steps
    write_gguf(file, META, {"a": ((1, 32), 3, blob)})

    expected = [0.5 * i - 1 for i in [*range(16), *range(15, -1, -1)]]
    assert Gguf(file).weight("a").tolist() == [expected]


def test_eight_bit_blocks_are_scale_times_signed_step(file):
    steps = np.arange(-16, 16, dtype=np.int8)
    blocks = [np.array([scale], "<f2").tobytes() + steps.tobytes() for scale in (0.25, 2)]
    write_gguf(file, META, {"a": ((2, 32), 8, b"".join(blocks))})

    assert np.array_equal(Gguf(file).weight("a"), np.stack([steps * 0.25, steps * 2.0]))


@pytest.mark.parametrize(
    "spoil",
    [lambda raw: b"GGML" + raw[4:], lambda raw: raw[:4] + b"\2" + raw[5:], lambda raw: raw[:60]],
    ids=["other format", "older version", "cut in the metadata"],
)
def test_a_file_that_is_no_gguf_is_refused(file, spoil):
    write_gguf(file, META, {"a": plain([1])})
    file.write_bytes(spoil(file.read_bytes()))

    with pytest.raises(GgufError, match="cannot be read as weights"):
        Gguf(file)


def test_weights_that_are_cut_off_missing_or_of_another_type_are_refused(file):
    write_gguf(file, META, {"a": plain([1]), "odd": ((32,), 2, b"\0" * 18), "b": plain([1] * 99)})
    file.write_bytes(file.read_bytes()[:-64])
    found = Gguf(file)

    assert found.weight("a").tolist() == [1]
    for name in ("b", "odd", "nosuch"):
        with pytest.raises(GgufError, match="finery models install"):
            found.weight(name)
