"""How many tokens calls will take, before they are made."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tasks.llm.memory import Totals

ENOUGH = 20  # answers of a model from which its own ratio is learnt
CHARACTERS_PER_TOKEN = 3.0  # cautious: English has about four
OVERHEAD = 8  # tokens that a chat template puts around one call


class Estimate(NamedTuple):
    """What calls will come to."""

    calls: int = 0  # that must be made
    recalled: int = 0  # that are remembered, and free
    tokens_in: int = 0
    tokens_out: int = 0  # at most
    how: str = ""  # how tokens were counted


def characters(value: object) -> int:
    """Characters of all texts in a call's body."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(characters(v) for v in value.values())
    if isinstance(value, list | tuple):
        return sum(characters(v) for v in value)
    return 0


def per_token(totals: Totals) -> float:
    """Characters per token: of this model, where enough is known, else a cautious guess."""
    if totals.answers < ENOUGH or not totals.tokens_in:
        return CHARACTERS_PER_TOKEN
    return max(0.5, totals.characters / totals.tokens_in)


def counter(totals: Totals) -> tuple[Callable[[object], int], str]:
    """How to count the tokens of a call's body before it is sent, and how that was chosen.

    By the ratio of this model's earlier answers, else by a tokenizer that is near, else by a
    cautious guess.
    """
    tokenizer = _tokenizer()
    if totals.answers >= ENOUGH and totals.tokens_in:
        ratio = per_token(totals)
        how = f"{ratio:.2f} characters per token, as in {totals.answers:,} answers of this model"
    elif tokenizer is not None:
        return (lambda body: _tokens(tokenizer, body) + OVERHEAD), "counted by Llama 2's tokenizer"
    else:
        ratio = CHARACTERS_PER_TOKEN
        how = f"guessed at {ratio:g} characters per token"
    return (lambda body: int(characters(body) / ratio) + OVERHEAD), how


def _tokens(tokenizer: Any, value: object) -> int:  # noqa: ANN401 (tokenizers is imported late)
    if isinstance(value, str):
        return len(tokenizer.encode(value, add_special_tokens=False))
    if isinstance(value, dict):
        return sum(_tokens(tokenizer, v) for v in value.values())
    if isinstance(value, list | tuple):
        return sum(_tokens(tokenizer, v) for v in value)
    return 0


@cache
def _tokenizer() -> Any | None:  # noqa: ANN401
    """The tokenizer that comes with the static embeddings, if they are installed."""
    try:
        import wordllama
        from tokenizers import Tokenizer
    except ImportError:
        return None
    found = sorted(Path(wordllama.__file__).parent.glob("tokenizers/*.json"))
    return Tokenizer.from_file(str(found[0])) if found else None
