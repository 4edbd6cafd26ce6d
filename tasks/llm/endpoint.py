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
    parts = urlsplit(params.endpoint)
    if parts.username or parts.password or parts.query:
        raise UsageError("llm.endpoint holds a key or a query; keys go into llm.key_variable")
    if parts.scheme not in ("http", "https") or not parts.hostname or not _port_is_number(parts):
        raise UsageError(
            f"llm.endpoint {params.endpoint!r} is no address; wanted: none, local, or a base URL "
            "such as https://api.openai.com/v1"
        )
    if not params.model:
        raise UsageError(f"llm.model is empty; name a model that {params.endpoint} serves")
    return params


def _port_is_number(parts: object) -> bool:
    try:
        _ = parts.port  # type: ignore[attr-defined]
    except ValueError:
        return False
    return True


def identity(params: LlmParams) -> str:
    """Name of the model and what tells its weights from others of that name."""
    if params.endpoint == "local":
        from tasks.llm import weights

        name = weights.identity(params.model or weights.DEFAULT)
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

        server = local_server(params.model or weights.DEFAULT)
        return Address(server.base_url, server.key, server.model)
    return Address(params.endpoint.rstrip("/"), api_key(params), params.model)
