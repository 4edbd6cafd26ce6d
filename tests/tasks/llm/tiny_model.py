"""A Llama of a few hundred weights, written as a GGUF file: all that the large one has, at once."""

import struct
from pathlib import Path
from typing import Any

import numpy as np

from tasks.llm.likelihood import END, START

HEADS, GROUPS, WIDTH, STATE, INNER, LAYERS = 4, 2, 4, 32, 64, 2
TEXT, ARRAY = 8, 9
Blob = tuple[tuple[int, ...], int, bytes]  # shape, type, bytes


def write_gguf(
    file: Path, meta: dict[str, Any], tensors: dict[str, Blob], version: int = 3
) -> None:
    """Write a file with this metadata and these weights."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(meta))
    head += b"".join(_text(key) + _typed(value) for key, value in meta.items())
    body = b""
    for name, (shape, kind, blob) in tensors.items():
        sizes = struct.pack(f"<I{len(shape)}Q", len(shape), *shape[::-1])
        head += _text(name) + sizes + struct.pack("<IQ", kind, len(body))
        body += blob + b"\0" * (-len(blob) % 32)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(head + b"\0" * (-len(head) % 32) + body)


def plain(values: Any) -> Blob:
    """Weights in single precision."""
    array = np.asarray(values, np.float32)
    return array.shape, 0, array.tobytes()


def write_tiny(file: Path, seed: int = 0) -> None:
    """A model with random weights that reads single bytes."""
    from tokenizers.pre_tokenizers import ByteLevel

    tokens = [START, END, *sorted(ByteLevel.alphabet())]
    meta = {
        "llama.attention.head_count": HEADS, "llama.attention.head_count_kv": GROUPS,
        "llama.rope.dimension_count": WIDTH,
        "llama.attention.layer_norm_rms_epsilon": 1e-5, "llama.rope.freq_base": 100.0,
        "llama.block_count": LAYERS, "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.merges": ["a b"],
    }  # fmt: skip
    tokens.append("ab")
    random, both = np.random.default_rng(seed), HEADS * WIDTH

    def drawn(*shape: int) -> Blob:
        return plain(random.normal(0, 0.4, shape) + (len(shape) == 1))

    weights = {"token_embd.weight": drawn(len(tokens), STATE), "output_norm.weight": drawn(STATE)}
    shapes = {
        "attn_norm": (STATE,), "attn_q": (both, STATE), "attn_k": (GROUPS * WIDTH, STATE),
        "attn_v": (GROUPS * WIDTH, STATE), "attn_output": (STATE, both), "ffn_norm": (STATE,),
        "ffn_gate": (INNER, STATE), "ffn_up": (INNER, STATE), "ffn_down": (STATE, INNER),
    }  # fmt: skip
    for at in range(LAYERS):
        weights |= {f"blk.{at}.{name}.weight": drawn(*shape) for name, shape in shapes.items()}
    write_gguf(file, meta, weights)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _typed(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", TEXT) + _text(value)
    if isinstance(value, list):
        return struct.pack("<IIQ", ARRAY, TEXT, len(value)) + b"".join(map(_text, value))
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    return struct.pack("<II", 4, value)
