"""Read a GGUF file: its metadata, and its weights as plain float32 matrices.

Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3, little endian).
"""

import math
import mmap
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.base.errors import FineryError

Matrix = npt.NDArray[np.float32]

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q",
            12: "d"}  # fmt: skip
_STRING, _ARRAY = 8, 9
_Q4_1, _Q8_0 = 3, 8
_BLOCK = 32  # weights that share a scale
_FORMS: dict[int, tuple[np.dtype[Any], int]] = {
    0: (np.dtype("<f4"), 1),
    1: (np.dtype("<f2"), 1),
    _Q4_1: (np.dtype([("scale", "<f2"), ("least", "<f2"), ("halves", "u1", _BLOCK // 2)]), _BLOCK),
    _Q8_0: (np.dtype([("scale", "<f2"), ("steps", "i1", _BLOCK)]), _BLOCK),
}
"""Known types of weights (F32, F16, Q4_1, Q8_0): how they lie in the file, and how many at once."""


class GgufError(FineryError):
    """The file is no GGUF file, or holds a type of weights that is not known here."""


class _Tensor(NamedTuple):
    shape: list[int]
    kind: int
    offset: int  # from where the weights begin


class _Cursor:
    """Reads one value after the other."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def begin(self) -> None:
        if self.data[:4] != b"GGUF" or struct.unpack_from("<I", self.data, 4) != (3,):
            raise ValueError("it does not begin as GGUF of version 3 does")
        self.at = 8

    def scalar(self, code: str) -> Any:  # noqa: ANN401 (as the code says)
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def text(self) -> str:
        length = self.scalar("Q")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8")

    def tensor(self) -> _Tensor:
        shape = [self.scalar("Q") for _ in range(self.scalar("I"))]  # innermost first
        return _Tensor(shape[::-1], self.scalar("I"), self.scalar("Q"))

    def value(self, kind: int) -> Any:  # noqa: ANN401 (as the kind says)
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            kind, length = self.scalar("I"), self.scalar("Q")
            return [self.value(kind) for _ in range(length)]
        return self.scalar(_SCALARS[kind])


class Gguf:
    """What a file holds; weights are read when they are asked for.

    Raises:
        GgufError: It is no GGUF file of version 3, or is cut off.
    """

    def __init__(self, file: Path) -> None:
        """Read the metadata of `file`, and where its weights lie."""
        self.file = file
        with file.open("rb") as source:
            self.data = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        cursor = _Cursor(self.data)
        try:
            cursor.begin()
            count, entries = cursor.scalar("Q"), cursor.scalar("Q")
            self.meta = {cursor.text(): cursor.value(cursor.scalar("I")) for _ in range(entries)}
            self._tensors = {cursor.text(): cursor.tensor() for _ in range(count)}
        except (ValueError, KeyError, struct.error) as error:
            raise self._wrong(error) from error
        align = int(self.meta.get("general.alignment", 32))
        self._start = -(-cursor.at // align) * align

    def weight(self, name: str) -> Matrix:
        """The weights called `name`: rows are outputs, columns are inputs.

        Raises:
            GgufError: There are none, the file is cut off, or their type is not known here.
        """
        try:
            tensor = self._tensors[name]
            form, at_once = _FORMS[tensor.kind]
            count = math.prod(tensor.shape) // at_once
            blocks = np.frombuffer(self.data, form, count, self._start + tensor.offset)
        except (ValueError, KeyError) as error:
            raise self._wrong(error) from error
        return _plain(blocks, tensor.kind).reshape(tensor.shape)

    def _wrong(self, error: Exception) -> GgufError:
        return GgufError(
            f"{self.file} cannot be read as weights ({type(error).__name__}: {error}); "
            "`finery models install` fetches those that Finery knows"
        )


def _plain(blocks: np.ndarray, kind: int) -> Matrix:
    """Blocks of weights as single-precision numbers, in one row."""
    if kind == _Q4_1:
        halves = blocks["halves"]
        steps = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32)
        steps *= blocks["scale"][:, None].astype(np.float32)
        return steps + blocks["least"][:, None].astype(np.float32)
    if kind == _Q8_0:
        return blocks["steps"] * blocks["scale"][:, None].astype(np.float32)
    return blocks.astype(np.float32)
