"""Chance that is the same each time, and the seal by which a stand-in is known again."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
LETTERS = "abcdefghijklmnopqrstuvw"  # no x, y and z: rows of x are masks


class Draw:
    """Choices that follow from a key and from what they are about, and from nothing else."""

    def __init__(self, key: bytes, about: Sequence[str], attempt: int = 0) -> None:
        """Start to draw.

        Args:
            key: Secret, or known to everybody; see `tasks.redact.params`.
            about: Conversation, kind and value.
            attempt: How many earlier stand-ins for this value could not be used.
        """
        self.attempt = attempt
        self._key = key
        self._about = "\0".join([*about, str(attempt)]).encode("utf-8", "surrogatepass")
        self._pool, self._size, self._fills = 0, 1, 0

    def below(self, n: int) -> int:
        """A number from 0 to n - 1."""
        if self._size < n << 32:  # so no choice is likelier than another by one in four billions
            blob = self._about + b"\0%d" % self._fills
            self._pool = int.from_bytes(hmac.digest(self._key, blob, "sha256"))
            self._size, self._fills = 1 << 256, self._fills + 1
        self._pool, found = divmod(self._pool, n)
        self._size //= n
        return found

    def of(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        return choices[self.below(len(choices))]

    def digits(self, n: int) -> str:
        """So many digits."""
        return f"{self.below(10**n):0{n}}" if n else ""

    def like(self, sign: str) -> str:
        """A digit for a digit, a letter of the same case for a letter; all else stays."""
        if sign.isdigit():
            return str(self.below(10))
        if not sign.isalpha():
            return sign
        letter = self.of(LETTERS)
        return letter.upper() if sign.isupper() else letter


def seal(kind: str, body: str) -> int:
    """A number of 32 bits that everybody can work out of a stand-in, as the last digit of a card.

    A stand-in is built so that its seal comes out as agreed; a real value does so by chance only.
    """
    blob = f"{kind}\0{body}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(blob, digest_size=4, person=b"finery stand-in")
    return int.from_bytes(digest.digest())


def fill(shape: str, signs: str) -> str:
    """`shape` with its letters and digits replaced by `signs`, one by one; all else stays."""
    rest = iter(signs)
    return "".join(next(rest, c) if c.isalnum() else c for c in shape)


def compact(value: str) -> str:
    """The letters and digits of `value`."""
    return "".join(c for c in value if c.isalnum())
