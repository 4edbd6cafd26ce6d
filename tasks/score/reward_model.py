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
        self.longest = int(told.get("max_position_embeddings") or LONGEST)
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
        return np.asarray(self.session.run(None, arrays)[0])[0]


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
    found = None if Path(model).is_dir() or not model.isidentifier() else find_spec(model)
    folder = Path(found.origin).parent if found and found.origin else Path(model)
    missing = [name for name in FILES[:2] if not (folder / name).is_file()]
    if missing:
        raise UsageError(
            f"score.reward.model {model!r} is no local classifier: {' and '.join(missing)} not "
            "found; name a folder (or an installed package) with model.onnx and tokenizer.json"
        )
    return folder


def _template(wording: dict[str, Any]) -> Template | None:
    """The chat template, if there is one; it is code from outside, so it runs in a sandbox."""
    text = wording.get("chat_template")
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
        except TemplateError:
            raise TemplateRefusesError from None

    return render


def _token(value: object) -> str:
    """A special token, which may stand there by itself or with its properties."""
    return str(value.get("content", "") if isinstance(value, dict) else value or "")


def _json(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return content if isinstance(content, dict) else {}
