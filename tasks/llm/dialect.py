"""What an endpoint calls things, learnt from what it refuses.

Newer models of OpenAI want `max_completion_tokens` instead of `max_tokens` and take no temperature
but their own; other servers know no seed. A refusal that names such a field teaches it, for
this endpoint and model and for the life of the process. A call keeps its key: what is remembered
of an answer does not depend on how its question had to be put.

Only fields that say how to draw an answer may be left out. One without which the answer means
something else (`logprobs`, `response_format`, `grammar`) may not: that call is rejected.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

logger = logging.getLogger(__name__)

RENAMED = {"max_tokens": "max_completion_tokens"}
OPTIONAL = ("temperature", "top_p", "seed")
_UNKNOWN = re.compile(
    r"unsupported|not supported|does not support|unrecogni[sz]ed|unknown|extra_forbidden|"
    r"not permitted|only the default",
    re.IGNORECASE,
)

_LEARNT: dict[tuple[str, str], "Dialect"] = {}


class Dialect:
    """The fields that one model at one endpoint does not take."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def wire(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`body` as this endpoint takes it."""
        said = {RENAMED.get(k, k) if k in self.refused else k: v for k, v in body.items()}
        return {k: v for k, v in said.items() if k not in self.refused}

    def learn(self, sent: Mapping[str, Any], error: object) -> bool:
        """Learn from a refusal (status 400 or 422) of the body `sent`.

        Args:
            sent: The body as it went out (`wire`).
            error: JSON that came back.

        Returns:
            Whether the call is worth sending once more, said in another way.
        """
        said = str(error)
        if not _UNKNOWN.search(said):
            return False  # known, but with a value that it does not take: the call is wrong
        for name in (*RENAMED, *OPTIONAL):
            if name in sent and _is_named(name, error, said):
                if name not in self.refused:
                    logger.warning("the endpoint takes no %r for this model; sent without", name)
                self.refused.add(name)
                return True
        return False


def _is_named(name: str, error: object, said: str) -> bool:
    """Whether the refusal is about field `name`: its `param` says so, or else its words."""
    inner = error.get("error", error) if isinstance(error, Mapping) else None
    param = inner.get("param") if isinstance(inner, Mapping) else None
    if param:
        return bool(param == name)
    return re.search(rf"(?<![a-z_]){name}(?![a-z_])", said) is not None


def dialect_of(endpoint: str, model: str) -> Dialect:
    """The one dialect of a model at an endpoint, for the life of the process."""
    return _LEARNT.setdefault((endpoint, model), Dialect())
