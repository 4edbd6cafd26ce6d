"""How likely a small chat model finds an answer, after its prompt and by itself."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tasks.llm import weights
from tasks.llm.gguf import Gguf
from tasks.llm.llama import Llama

if TYPE_CHECKING:
    from tokenizers import Tokenizer

START, END = "<|im_start|>", "<|im_end|>"
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
"""What the model's own template puts in front of a conversation that has no system turn."""

Turn = tuple[str, str]  # role and text


class Read(NamedTuple):
    """A conversation in token ids, ready for the model."""

    asked: list[int]  # all turns but the answer, and the head of the answer's turn
    head: list[int]  # of the answer's turn, all that stands before the answer by itself
    answer: list[int]
    end: int

    @property
    def tokens(self) -> int:
        """Tokens of the whole conversation."""
        return len(self.asked) + len(self.answer) + 1


class Likely(NamedTuple):
    """What the model makes of an answer; natural logarithms."""

    given: float  # mean negative log-likelihood of the answer's tokens, after the prompt
    alone: float  # the same without the prompt
    end: float  # log-probability that the turn ends where the answer ends


class Likelihood:
    """A chat model in the format of ChatML, such as SmolLM2 (arXiv 2502.02737)."""

    def __init__(self, model: str = weights.DEFAULT) -> None:
        """Load the weights of `model`.

        Raises:
            NotInstalledError: They were never fetched.
            WeightsError: They are not the ones they should be.
        """
        file = Gguf(weights.path(model) / "model.gguf")
        self.model = Llama(file)
        self.tokenizer = _tokenizer(file)
        self.start, self.end = map(file.meta["tokenizer.ggml.tokens"].index, (START, END))

    def read(self, turns: Sequence[Turn], answer: str) -> Read:
        """Token ids of `turns` and of `answer`, as the model's chat template lays them out.

        Text that looks like a mark of the template is read as plain text.
        """
        given = list(turns) if turns and turns[0][0] == "system" else [("system", SYSTEM), *turns]
        head = [self.start, *self._ids("assistant\n")]
        asked: list[int] = []
        for role, text in given:
            asked += [self.start, *self._ids(f"{role}\n{text}"), self.end, *self._ids("\n")]
        return Read(asked + head, head, self._ids(answer), self.end)

    def score(self, reads: Iterable[Read]) -> Iterator[Likely]:
        """What the model makes of each answer, in order; each has a token at least.

        Rows are read beside each other, each on one core and in matrices of its own: in common ones
        the last digits of a row would depend on its neighbours.
        """
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from pool.map(self._score, reads)

    def _score(self, read: Read) -> Likely:
        given, alone = self.model.log_probs(
            [
                ([*read.asked, *read.answer, read.end], len(read.asked)),
                ([*read.head, *read.answer], len(read.head)),
            ]
        )
        return Likely(-float(given[:-1].mean()), -float(alone.mean()), float(given[-1]))

    def _ids(self, text: str) -> list[int]:
        sound = text.encode("utf-8", "replace").decode("utf-8")  # no halves of a character
        ids: list[int] = self.tokenizer.encode(sound, add_special_tokens=False).ids
        return ids


@cache
def likelihood_model(model: str) -> Likelihood:
    """The model, loaded once in a process: half a gigabyte of memory."""
    return Likelihood(model)


def _tokenizer(file: Gguf) -> "Tokenizer":
    """SmolLM's tokenizer: GPT-2's byte pairs with every digit set apart."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {token: at for at, token in enumerate(file.meta["tokenizer.ggml.tokens"])}
    merges = [tuple(merge.split(" ")) for merge in file.meta["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    return tokenizer
