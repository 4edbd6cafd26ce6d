"""API keys: from a Secret block of Prefect or from the environment, and never from a parameter."""

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

from tasks.base.errors import UsageError
from tasks.llm.params import LlmParams

NO_KEY = "none"  # what a server on this machine is sent where no key is set


def api_key(params: LlmParams) -> str:
    """The key for the endpoint that `params` name.

    Raises:
        UsageError: There is none and the endpoint is not on this machine, or it would be sent in
            clear text.
    """
    found = _secret(params.key_secret) if params.key_secret else os.environ.get(params.key_variable)
    key = (found or "").strip()  # a key read from a file often has the end of its line
    local = is_loopback(params.endpoint)
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise UsageError(
            f"the key in {params.key_secret or params.key_variable} has a blank or a character "
            "that no key has; was more than the key copied?"
        )
    if not key:
        if local:
            return NO_KEY
        raise UsageError(
            f"no key for {params.endpoint}: set the environment variable {params.key_variable}, or "
            "name a Prefect Secret block in llm.key_secret. A key is never given as a parameter"
        )
    if urlsplit(params.endpoint).scheme == "http" and not local:
        raise UsageError(
            f"llm.endpoint {params.endpoint!r} would carry the key in clear text; use https://"
        )
    return key


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _secret(name: str) -> str:
    from prefect.blocks.system import Secret

    try:
        block = Secret.load(name)
    except ValueError:
        raise UsageError(
            f"llm.key_secret {name!r}: there is no Secret block of that name; make one in the UI "
            "under Blocks, or leave the parameter out to use the environment"
        ) from None
    return str(block.get())  # type: ignore[union-attr]
