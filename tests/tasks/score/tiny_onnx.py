"""A sequence classifier of a dozen numbers, written as an ONNX file byte by byte.

The package that writes ONNX is not needed to read it, so the tests do without. The model looks up a
row of numbers for every token and for the segment it is in, and gives their mean: logits.
"""

import struct
from collections.abc import Sequence

FLOAT, INT64 = 1, 7


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    head, rest = number & 0x7F, number >> 7
    return bytes([head | 0x80]) + varint(rest) if rest else bytes([head])


def field(number: int, value: int | str | bytes) -> bytes:
    """One field of a protobuf message: a number, or a text or message with its length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def tensor(name: str, rows: Sequence[Sequence[float]]) -> bytes:
    """A matrix of constants."""
    numbers = [number for row in rows for number in row]
    raw = struct.pack(f"<{len(numbers)}f", *numbers)
    shape = field(1, len(rows)) + field(1, len(rows[0]))
    return shape + field(2, FLOAT) + field(8, name) + field(9, raw)


def port(name: str, kind: int, *shape: int | str) -> bytes:
    """An input or output; a text stands for a size that varies."""
    dims = b"".join(field(1, field(2 if isinstance(d, str) else 1, d)) for d in shape)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, dims)))


def node(kind: str, inputs: Sequence[str], output: str, attribute: bytes = b"") -> bytes:
    """One operation."""
    return b"".join(field(1, i) for i in inputs) + field(2, output) + field(4, kind) + attribute


def classifier(words: Sequence[Sequence[float]], segments: Sequence[Sequence[float]]) -> bytes:
    """The file's content.

    Args:
        words: Logits that each token votes for.
        segments: The same for each segment.
    """
    axes = field(1, "axes") + field(8, 1) + field(20, 7)
    flat = field(1, "keepdims") + field(3, 0) + field(20, 2)
    nodes = [
        node("Gather", ["words", "input_ids"], "said"),
        node("Gather", ["segments", "token_type_ids"], "where"),
        node("Add", ["said", "where"], "votes"),
        node("ReduceMean", ["votes"], "logits", field(5, axes) + field(5, flat)),
    ]
    graph = (
        b"".join(field(1, one) for one in nodes)
        + field(2, "tiny")
        + field(5, tensor("words", words))
        + field(5, tensor("segments", segments))
        + field(11, port("input_ids", INT64, "batch", "length"))
        + field(11, port("token_type_ids", INT64, "batch", "length"))
        + field(12, port("logits", FLOAT, "batch", len(words[0])))
    )
    return field(1, 8) + field(8, field(1, "") + field(2, 13)) + field(7, graph)
