"""Which endpoint and which model settings name, and how it is reached."""

from typing import NamedTuple
from urllib.parse import urlsplit

from tasks.base.errors import UsageError
from tasks.llm.keys import api_key
from tasks.llm.params import LlmParams


class Address(NamedTuple):
    """Where to ask, and with what. It holds a key: keep it out of messages."""

    base_url: str
    key: str
    model: str  # as the endpoint calls it


def checked(params: LlmParams) -> LlmParams:
    """`params` if they name a model that can be asked.

    Raises:
        UsageError: They do not.
    """
    if params.endpoint == "none":
        raise UsageError(
            "no language model is named: set llm.endpoint=local (after `finery models install`), "
            "or the base URL of an OpenAI-compatible API and llm.model"
        )
    if params.endpoint == "local":
        if params.mode == "batch":
            raise UsageError("llm.mode=batch: the local model has no batches; leave it online")
        # it answers one at a time; in their order, its cache has read most of each question
        return params.model_copy(update={"concurrency": 1})
    if not _is_address(params.endpoint):
        raise UsageError(
            "llm.endpoint is no address; wanted: none, local, or a base URL such as "
            "https://api.openai.com/v1, without a user, a key or a query in it"
        )
    if not params.model:
        raise UsageError(f"llm.model is empty; name a model that {params.endpoint} serves")
    return params


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # a ValueError where it is no number
    except ValueError:
        return False
    holds_more = parts.username or parts.password or parts.query or parts.fragment
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not holds_more


def identity(params: LlmParams) -> str:
    """Name of the model and what tells its weights from others of that name."""
    if params.endpoint == "local":
        from tasks.llm import weights

        name = weights.identity(weights.language_model(params.model))
    else:
        name = params.model
    return f"{name}+{params.revision}" if params.revision else name


def address(params: LlmParams) -> Address:
    """Where to ask; a local server is started here.

    Raises:
        UsageError: There is no key, or the local model is not installed.
    """
    if params.endpoint == "local":
        from tasks.llm import weights
        from tasks.llm.local import local_server

        server = local_server(weights.language_model(params.model))
        return Address(server.base_url, server.key, server.model)
    return Address(params.endpoint.rstrip("/"), api_key(params), params.model)
