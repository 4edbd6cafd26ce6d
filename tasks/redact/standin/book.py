"""The stand-ins of one conversation."""

import re
from collections.abc import Sequence

from tasks.redact.rule import digits_of
from tasks.redact.standin import mail
from tasks.redact.standin.draw import Draw
from tasks.redact.standin.kinds import COARSE, MADE, NAMED, OWN
from tasks.redact.standin.numbers import LEAST
from tasks.redact.standin.people import People
from tasks.redact.tags import TagBook, normal

ATTEMPTS = 60  # stand-ins that may be in use already, before there is a tag


class SurrogateBook:
    """What stands for each value of one conversation, kept over all rounds of its redaction."""

    def __init__(self, key: bytes, conversation: str) -> None:
        """Start a book.

        Args:
            key: Of the HMAC that all choices follow from.
            conversation: What the conversation says; a copy has the same stand-ins.
        """
        self._key, self._conversation = key, conversation
        self._taken: set[str] = set()
        self._attempts: dict[tuple[str, str], int] = {}
        self._locals: dict[tuple[str, str], str] = {}
        self._people = People(self._draw, self._taken)
        self._text = ""
        self._tags = TagBook([], [], None)
        self.closed = False  # only tags from now on

    def read(self, texts: Sequence[str], people: Sequence[str]) -> None:
        """Open the book for one more round.

        Args:
            texts: All texts of the conversation as they are now.
            people: Every name that goes.
        """
        self._text = "\n".join(texts).casefold()
        self._people.meet(people, "\n".join(texts))
        self._tags = TagBook(texts, people, None)
        for name in people:  # before any mailbox, which is made of its owner's stand-in
            self._people.name(name)

    def gave(self, value: str) -> bool:
        """Whether `value` is a stand-in of this book's own."""
        return value.casefold() in self._taken

    def tag(self, entity: str, value: str) -> str:
        """The stand-in for `value`; a tag where there is none."""
        found = None if self.closed else self._stand_in(entity, value)
        return self._tags.tag(entity, value) if found is None else found

    def _draw(self, entity: str, value: str, attempt: int) -> Draw:
        return Draw(self._key, (self._conversation, entity, value), attempt)

    def _stand_in(self, entity: str, value: str) -> str | None:
        if entity == "PERSON":
            return self._people.name(value)
        one = (entity, _key_of(entity, value))
        if one in self._attempts:
            return self._make(one, value, self._attempts[one])
        for attempt in range(ATTEMPTS):
            found = self._make(one, value, attempt)
            if found is None:
                return None
            if entity in COARSE or self._is_free(found):
                self._attempts[one] = attempt
                self._taken.add(found.casefold())
                return found
            self._locals.pop(one, None)
        return None

    def _make(self, one: tuple[str, str], value: str, attempt: int) -> str | None:
        entity, draw = one[0], self._draw(*one, attempt)
        if entity not in NAMED:
            kind = MADE.get(entity, OWN)
            enough = kind is not OWN or len(digits_of(value)) >= LEAST
            return kind.make(value, draw) if enough else None
        if one not in self._locals:
            make = mail.mailbox if entity == "EMAIL_ADDRESS" else mail.account
            self._locals[one] = make(value, draw, self._people)
        if entity == "USERNAME":
            return self._locals[one]
        return mail.mail(value, self._locals[one], self._draw("DOMAIN", mail.domain(value), 0))

    def _is_free(self, found: str) -> bool:
        """Whether a stand-in stands for nothing else here and stood nowhere before."""
        folded = found.casefold()
        return folded not in self._taken and folded not in self._text


def _key_of(entity: str, value: str) -> str:
    """What two ways of writing one value have in common."""
    if entity == "DATE_OF_BIRTH":
        return re.sub(r"\s+", " ", value.casefold())
    if entity == "EMAIL_ADDRESS":
        return mail.plain(value)
    return normal(entity, value)
