"""The map from values to what stands for them, locked, one line per conversation.

Each line is encrypted and authenticated with AES-SIV (RFC 5297), bound to its row's id. The same
key and map make the same bytes, as every file of a run must be the same for the same input; what
that gives away is only that two maps of one row are equal. The map never is in the clear on disk.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tasks.base.errors import UsageError
from tasks.redact.keys import MAP_KEY, map_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

Pairs = Mapping[tuple[str, str], str]
"""Kind and value to what stands for it."""


class Pseudonym(NamedTuple):
    """One value of one conversation."""

    id: str
    kind: str
    value: str
    stand_in: str


class Vault:
    """Locks and opens maps with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def lock(self, row: str, pairs: Pairs) -> str:
        """The locked map of the row with id `row`."""
        plain = json.dumps([[kind, value, given] for (kind, value), given in pairs.items()])
        return base64.b64encode(_cipher(self._key).encrypt(plain.encode(), [row.encode()])).decode()

    def open(self, row: str, locked: str) -> list[Pseudonym]:
        """What `lock` was given for the row with id `row`.

        Raises:
            UsageError: It was locked with another key, for another row, or was changed.
        """
        from cryptography.exceptions import InvalidTag

        try:
            plain = _cipher(self._key).decrypt(base64.b64decode(locked), [row.encode()])
        except (InvalidTag, ValueError):
            raise UsageError(
                f"row {row}: the map does not open: it was locked with another key than that in "
                f"{MAP_KEY} (or the Secret block), or the file was changed"
            ) from None
        return [Pseudonym(row, *one) for one in json.loads(plain)]


@cache
def _cipher(key: bytes) -> "AESSIV":
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    # slow on purpose, for keys that people make up; 64 bytes are two keys of 256 bits
    return AESSIV(hashlib.scrypt(key, salt=b"finery map", n=2**14, r=8, p=1, dklen=64))


def read_map(file: Path, secret: str = "") -> Iterator[Pseudonym]:
    """Every value in the map of a run, in the order of the file.

    Args:
        file: `pseudonyms.jsonl` of a run.
        secret: Name of the Secret block with the key; empty for the environment variable.

    Raises:
        UsageError: The file is no map, or there is no key, or it is another one.
    """
    vault = Vault(map_key(secret))
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        locked = [(str(line["id"]), str(line["locked"])) for line in lines]
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); check the path") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{file}: is no map of a run; name its file pseudonyms.jsonl") from None
    for row, text in locked:
        yield from vault.open(row, text)
