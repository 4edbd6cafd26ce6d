"""Encoders by the name that settings call them."""

from typing import Literal

from tasks.embed.minilm import minilm_encoder
from tasks.embed.static import static_encoder
from tasks.embed.vectors import Encoder

EncoderName = Literal["static", "minilm"]
ENGINES = ("wordllama", "tokenizers", "onnxruntime")
"""What their vectors depend on; a stage that uses them names it too."""


def encoder_of(name: EncoderName) -> Encoder:
    """The encoder `name`, loaded once in a process.

    Raises:
        UsageError: It is not installed.
    """
    return static_encoder() if name == "static" else minilm_encoder()
