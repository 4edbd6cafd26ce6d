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
from hashlib import file_digest, sha256
from itertools import islice
from pathlib import Path

import polars as pl

from tasks.base.cache import code_of
from tasks.base.memo import RowMemo, hash_of
from tasks.base.report import Cost
from tasks.score.reward_endpoint import Scored
from tasks.score.reward_model import (
    FILES,
    Classifier,
    TemplateRefusesError,
    TooLongError,
    folder_of,
)
from tasks.score.reward_routes import Messages, reward_of

AT_ONCE = 64  # conversations that are remembered together; a run that is killed loses no more


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
        self.folder, self.label = folder_of(model), label
        digest = sha256(str(label).encode())
        for path in filter(Path.exists, (self.folder / name for name in FILES)):
            with path.open("rb") as file:
                digest.update(path.name.encode() + file_digest(file, "sha256").digest())
        self.memo = RowMemo(store, "score.reward", code_of(__name__) + digest.hexdigest())
        self._classifier: Classifier | None = None

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
            self._classifier = Classifier(self.folder)
        try:
            value = reward_of(self._classifier.logits(messages), self.label)
        except TooLongError:
            return Scored(None, "too_long")
        except TemplateRefusesError:
            return Scored(None, "call_rejected")
        return Scored(value, "unparsable" if value is None else None)


def _key(messages: Messages) -> int:
    return hash_of(json.dumps(messages, sort_keys=True).encode())
