"""A sequence classifier in a folder: an ONNX file, its tokenizer, and perhaps a chat template."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.base.errors import UsageError
from tasks.score.reward_routes import Messages, as_pair

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FILES = (
    "model.onnx", "tokenizer.json", "model.onnx_data", "tokenizer_config.json", "config.json",
)  # fmt: skip
"""Files that decide a score; the first two must be there."""
LONGEST = 512  # tokens, where the model does not say

Template = Callable[[Messages], str]


class TooLongError(ValueError):
    """The conversation has more tokens than the model reads."""


class TemplateRefusesError(ValueError):
    """The chat template does not take a conversation like this."""


class Classifier:
    """Tokenizer, chat template and model of a folder."""

    def __init__(self, folder: Path) -> None:
        """Load them.

        Raises:
            UsageError: A package is missing, or a file is not what it should be.
        """
        self.session, self.tokenizer = _loaded(folder)
        self.inputs = {one.name for one in self.session.get_inputs()}
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        told = _json(folder / "config.json")
        self.longest = _longest(told.get("max_position_embeddings"))
        self.template = _template(_json(folder / "tokenizer_config.json"))

    def logits(self, messages: Messages) -> object:
        """What the head says of one conversation.

        Raises:
            TooLongError: It has more tokens than the model reads.
            TemplateRefusesError: The chat template does not take it.
        """
        if self.template is None:
            said = self.tokenizer.encode(*as_pair(messages))
        else:  # the template writes the special tokens itself
            said = self.tokenizer.encode(self.template(messages), add_special_tokens=False)
        if len(said.ids) > self.longest:
            raise TooLongError
        given = {
            "input_ids": said.ids, "attention_mask": said.attention_mask,
            "token_type_ids": said.type_ids,
        }  # fmt: skip
        arrays = {k: np.array([v], np.int64) for k, v in given.items() if k in self.inputs}
        try:
            return np.asarray(self.session.run(None, arrays)[0])[0]
        except Exception as error:  # onnxruntime raises plain Exception
            raise UsageError(
                "the local reward model cannot read what its own tokenizer makes of a text; do "
                f"model.onnx and tokenizer.json belong together? ({type(error).__name__})"
            ) from None


def _loaded(folder: Path) -> "tuple[InferenceSession, Tokenizer]":
    try:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer
    except ImportError as error:
        raise UsageError(
            f"score.reward.route=local needs the package {error.name}: pip install {error.name}"
        ) from None
    one_thread = SessionOptions()
    one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
    try:
        model, words = (str(folder / name) for name in FILES[:2])
        session = InferenceSession(model, one_thread, providers=["CPUExecutionProvider"])
        return session, Tokenizer.from_file(words)
    except Exception as error:  # both packages raise plain Exception
        raise UsageError(f"the files in {str(folder)!r} are no classifier: {error}") from None


def folder_of(model: str) -> Path:
    """The folder that holds a model, given itself or as a package."""
    folder = Path(model) if Path(model).is_dir() else _package(model) or Path(model)
    missing = [name for name in FILES[:2] if not (folder / name).is_file()]
    if missing:
        raise UsageError(
            f"score.reward.model {model!r} is no local classifier: {' and '.join(missing)} not "
            "found; name a folder (or an installed package) with model.onnx and tokenizer.json"
        )
    return folder


def _package(name: str) -> Path | None:
    """The folder of an installed package, if there is one of this name."""
    try:
        found = find_spec(name) if name.isidentifier() else None
    except (ValueError, ImportError):  # a module that is no package, or a broken one
        return None
    return Path(found.origin).parent if found and found.origin else None


def _longest(told: object) -> int:
    """Tokens that the model reads, as its config says."""
    if told is None:
        return LONGEST
    if isinstance(told, bool) or not isinstance(told, int) or told < 1:
        raise UsageError(
            f"config.json of the local reward model: max_position_embeddings is {told!r}, and "
            "must be a number of tokens"
        )
    return told


def _template(wording: dict[str, Any]) -> Template | None:
    """The chat template, if there is one; it is code from outside, so it runs in a sandbox."""
    text = wording.get("chat_template")
    if isinstance(text, list):  # several, by name
        named = {one.get("name"): one.get("template") for one in text if isinstance(one, dict)}
        text = named.get("default")
        if not isinstance(text, str):
            raise UsageError(
                f"tokenizer_config.json has chat templates {sorted(map(str, named))} and none that "
                "is named default; leave the one that the model was trained with"
            )
    if not isinstance(text, str):
        return None
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateError(message)

    names = ("bos_token", "eos_token", "pad_token", "unk_token")
    sandbox = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    sandbox.globals |= {name: _token(wording.get(name)) for name in names}
    sandbox.globals |= {"raise_exception": refuse, "add_generation_prompt": False}
    try:
        template = sandbox.from_string(text)
    except TemplateError as error:
        raise UsageError(f"the chat template in tokenizer_config.json is broken: {error}") from None

    def render(messages: Messages) -> str:
        try:
            return template.render(messages=list(messages))
        except Exception:  # whatever code from outside may raise
            raise TemplateRefusesError from None

    return render


def _token(value: object) -> str:
    """A special token, which may stand there by itself or with its properties."""
    return str(value.get("content", "") if isinstance(value, dict) else value or "")


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes()) if path.is_file() else {}
    except ValueError as error:
        raise UsageError(
            f"{path.name} of the local reward model is no JSON ({type(error).__name__}); delete "
            "it, or put the right one there"
        ) from None
    return content if isinstance(content, dict) else {}
