"""What stands in place of a value: a tag, the same wherever the value stands.

That is all through a conversation or, with a key, all through the set.

Tags are numbered in reading order and apart for each kind. Numbers that a conversation holds
already are left to their owners, so a text that was redacted before keeps its sense.
"""

import hashlib
import hmac
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from tasks.redact.plain import plain
from tasks.redact.rule import digits_of
from tasks.redact.rules import PERSON
from tasks.redact.spelling import alike
from tasks.redact.standin.phones import EXTENSION
from tasks.redact.words import TITLES

TAG = re.compile(r"<([A-Z][A-Z0-9_]*)_(\d{1,6})>")
NUMERIC = frozenset({"PHONE_NUMBER", "CREDIT_CARD", "US_SSN", "ACCOUNT_NUMBER"})
"""Kinds whose values are the same where their digits are."""
HASH_LENGTH = 12  # hex digits: 48 bits, so two of a million values collide once in 600 sets


def normal(entity: str, value: str) -> str:
    """What two ways of writing one value have in common."""
    value = plain(value)[0]
    if entity == PERSON:
        words = re.sub(r"'s\b", "", alike(value).casefold()).replace(".", " ").split()
        return " ".join(w for w in words if w not in TITLES) or value.casefold()
    if entity == "PHONE_NUMBER" and len(digits_of(value)) >= 7:
        return digits_of(EXTENSION.sub("", value))[-10:]
    if entity in NUMERIC and len(digits_of(value)) >= 7 and not re.search(r"[^\W\d_]", value):
        return digits_of(value)
    if entity in ("EMAIL_ADDRESS", "PERSON", "USERNAME", "STREET_ADDRESS"):
        return " ".join(value.casefold().split())
    if entity == "SECRET":
        return value
    value = re.sub(r"[\s-]", "", value)
    if entity == "MAC_ADDRESS":
        return re.sub("[:.]", "", value).lower()
    return value.upper() if entity == "IBAN_CODE" else value


class TagBook:
    """The tags of one conversation."""

    def __init__(self, texts: Iterable[str], people: Iterable[str], key: bytes | None) -> None:
        """Start a book.

        Args:
            texts: All texts of the conversation; tags in them are not given again.
            people: Every name that goes; "Smith" is taken for the "John Smith" among them.
            key: Makes tags that are the same in every conversation; None numbers them.
        """
        self.key = key
        self.given: dict[tuple[str, str], str] = {}
        self.last: Counter[str] = Counter()
        for entity, number in (m for text in texts for m in TAG.findall(text)):
            self.last[entity] = max(self.last[entity], int(number))
        names = dict.fromkeys(normal(PERSON, name) for name in people)
        self.people: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)  # by word
        for name in sorted(names, key=lambda name: -len(name.split())):
            for word in set(name.split()):
                self.people[word][name] = set(name.split())

    def tag(self, entity: str, value: str) -> str:
        """The tag for `value`."""
        one = self._whole(value) if entity == PERSON else normal(entity, value)
        if (entity, one) not in self.given:
            self.given[entity, one] = f"<{entity}_{self._suffix(entity, one)}>"
        return self.given[entity, one]

    def _whole(self, value: str) -> str:
        """The longest name that `value` is a part of."""
        name = normal(PERSON, value)
        parts = set(name.split())
        having = min((self.people.get(word, {}) for word in parts), key=len, default={})
        return next((known for known, words in having.items() if parts <= words), name)

    def _suffix(self, entity: str, one: str) -> str:
        if self.key:
            blob = f"{entity}\0{one}".encode("utf-8", "surrogatepass")
            return hmac.new(self.key, blob, hashlib.sha256).hexdigest()[:HASH_LENGTH]
        self.last[entity] += 1
        return str(self.last[entity])
