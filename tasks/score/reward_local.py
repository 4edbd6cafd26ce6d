"""A reward model or classifier on this machine: a folder with an ONNX file and its tokenizer.

The folder is laid out as sequence classifiers are exported: `model.onnx` (inputs `input_ids` and
where the model has them `attention_mask` and `token_type_ids`, first output the logits),
`tokenizer.json`, and if there are any `config.json` and `tokenizer_config.json`. With a chat
template in the last the whole conversation is rendered by it; without one prompt and answer are
encoded as a pair, as cross-encoders are trained.

Conversations go in one by one: padding would cost more than the calls, and a score cannot depend
on its neighbours. One that is longer than the model reads is not cut, but left without a score.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b, sha256
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tasks.base.cache import code_of
from tasks.base.errors import UsageError
from tasks.base.memo import RowMemo
from tasks.base.report import Cost
from tasks.score.reward_endpoint import Scored
from tasks.score.reward_routes import Messages, as_pair, reward_of

ENGINES = ("onnxruntime", "tokenizers")
FILES = ("model.onnx", "tokenizer.json", "tokenizer_config.json", "config.json")
AT_ONCE = 64  # conversations that are remembered together; a run that is killed loses no more
LONGEST = 512  # tokens, where the model does not say


class LocalScorer:
    """Scores conversations with the classifier in a folder."""

    cost = Cost()  # it asks nobody

    def __init__(self, model: str, store: str, label: int) -> None:
        """Find the files; the model is loaded when a conversation is not remembered.

        Args:
            model: A folder, or the name of an installed package, that holds the files.
            store: Folder of the store, in which scores are remembered.
            label: Which class is the reward.

        Raises:
            UsageError: A file is missing.
        """
        self.folder, self.label = _folder(model), label
        digest = sha256(str(label).encode())
        for path in (self.folder / name for name in FILES):
            digest.update(path.read_bytes() if path.exists() else b"")
        self.memo = RowMemo(store, "score.reward", code_of(__name__) + digest.hexdigest())
        self._classifier: _Classifier | None = None

    def score(
        self, conversations: Iterable[Messages], _samples: Sequence[Messages] = ()
    ) -> Iterator[tuple[int, Scored]]:
        """Reward of every conversation, with its place."""
        source, place = iter(conversations), 0
        while chunk := list(islice(source, AT_ONCE)):
            for scored in self._recall_or_score(chunk):
                yield place, scored
                place += 1

    def _recall_or_score(self, chunk: list[Messages]) -> list[Scored]:
        keys = [_key(messages) for messages in chunk]
        recalled = self.memo.recall(pl.Series(keys, dtype=pl.UInt64))
        known = {key: Scored(*json.loads(value)) for key, value in recalled.iter_rows()}
        fresh = {k: self._score(m) for k, m in zip(keys, chunk, strict=True) if k not in known}
        values = [json.dumps(scored) for scored in fresh.values()]
        self.memo.remember(
            pl.DataFrame({"key": list(fresh), "value": values}, schema=self.memo.schema)
        )
        known |= fresh
        return [known[key] for key in keys]

    def _score(self, messages: Messages) -> Scored:
        if self._classifier is None:
            self._classifier = _Classifier(self.folder)
        logits = self._classifier.logits(messages)
        if logits is None:
            return Scored(None, "too_long")
        value = reward_of(logits, self.label)
        return Scored(value, "unparsable" if value is None else None)


class _Classifier:
    """Tokenizer, chat template and model of a folder."""

    def __init__(self, folder: Path) -> None:
        try:
            from onnxruntime import InferenceSession, SessionOptions
            from tokenizers import Tokenizer
        except ImportError as error:
            raise UsageError(
                f"score.reward.route=local needs the package {error.name}: pip install {error.name}"
            ) from None
        one_thread = SessionOptions()
        one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
        path = str(folder / "model.onnx")
        self.session = InferenceSession(path, one_thread, providers=["CPUExecutionProvider"])
        self.inputs = {one.name for one in self.session.get_inputs()}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        told, wording = _json(folder / "config.json"), _json(folder / "tokenizer_config.json")
        self.longest = int(told.get("max_position_embeddings") or LONGEST)
        self.template = _template(wording)

    def logits(self, messages: Messages) -> object:
        """What the head says of one conversation; None if it is longer than the model reads."""
        if self.template is None:
            said = self.tokenizer.encode(*as_pair(messages))
        else:  # the template writes the special tokens itself
            said = self.tokenizer.encode(self.template(messages), add_special_tokens=False)
        if not 0 < len(said.ids) <= self.longest:
            return None
        given = {
            "input_ids": said.ids, "attention_mask": said.attention_mask,
            "token_type_ids": said.type_ids,
        }  # fmt: skip
        arrays = {k: np.array([v], np.int64) for k, v in given.items() if k in self.inputs}
        return np.asarray(self.session.run(None, arrays)[0])[0]


def _folder(model: str) -> Path:
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


def _template(wording: dict[str, Any]) -> Any:  # noqa: ANN401 (a function over messages, or None)
    """The chat template, if there is one; it is code from outside, so it runs in a sandbox."""
    text = wording.get("chat_template")
    if not isinstance(text, str):
        return None
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    names = ("bos_token", "eos_token", "pad_token", "unk_token")
    tokens = {name: _token(wording.get(name)) for name in names}
    sandbox = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    template = sandbox.from_string(text)
    return lambda messages: template.render(
        messages=list(messages), add_generation_prompt=False, **tokens
    )


def _token(value: object) -> str:
    """A special token, which may stand there by itself or with its properties."""
    return str(value.get("content", "") if isinstance(value, dict) else value or "")


def _json(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return content if isinstance(content, dict) else {}


def _key(messages: Messages) -> int:
    said = json.dumps(messages, sort_keys=True).encode()
    return int.from_bytes(blake2b(said, digest_size=8).digest())
