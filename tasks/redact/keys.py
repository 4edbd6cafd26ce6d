"""Keys of the redaction: from the environment or a Secret block of Prefect, never a parameter."""

import os

from tasks.base.errors import UsageError

KEY = "FINERY_REDACT_KEY"
"""Environment variable with the key of keyed tags and of stand-ins."""
MAP_KEY = "FINERY_MAP_KEY"
"""Environment variable with the key that locks the map of values and stand-ins."""
LEAST = 16  # characters of the key of a map, which may be attacked at leisure


def redact_key() -> bytes:
    """The key of keyed tags and of stand-ins; empty where none is set."""
    return os.environ.get(KEY, "").encode()


def map_key(secret: str = "") -> bytes:
    """The key of a map.

    Args:
        secret: Name of a Secret block; empty for the environment variable.

    Raises:
        UsageError: There is no key, no such block, or the key is too short to be one.
    """
    key = (_block(secret) if secret else os.environ.get(MAP_KEY, "")).strip()
    if not key:
        raise UsageError(
            f"redact.map needs a key to lock the map with: set the environment variable {MAP_KEY} "
            "to a long random text, or name a Prefect Secret block in redact.map_key_secret. A key "
            "is never given as a parameter"
        )
    if len(key) < LEAST:
        raise UsageError(
            f"the key in {secret or MAP_KEY} has {len(key)} characters, wanted are at least "
            f"{LEAST}: whoever guesses it reads all that was taken out"
        )
    return key.encode()


def _block(name: str) -> str:
    from prefect.blocks.system import Secret

    try:
        block = Secret.load(name)
    except ValueError:
        raise UsageError(
            f"redact.map_key_secret {name!r}: there is no Secret block of that name; make one in "
            "the UI under Blocks, or leave the parameter out to use the environment"
        ) from None
    return str(block.get())  # type: ignore[union-attr]
