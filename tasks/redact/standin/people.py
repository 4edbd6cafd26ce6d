"""Stand-ins for names, word by word: who shares a surname goes on sharing one.

A word of a name has one stand-in all through a conversation, so "Smith" after "John Smith" is the
surname of John's stand-in, and so is that of his wife. Titles, particles and initials stay what
they are, and so do capitals and possessives.
"""

import re
from collections.abc import Callable, Iterable
from itertools import product

from tasks.redact.spelling import alike
from tasks.redact.standin.coined import COINED, FEMININE, MASCULINE, SURNAMES, is_hers
from tasks.redact.standin.draw import LETTERS, Draw
from tasks.redact.words import PARTICLES, TITLES

WORD = re.compile(r"[^\s.,;:()\"“”]+")
KEPT = TITLES | PARTICLES | {"sr", "ii", "iii", "iv", "md", "phd"}
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor)\.?\s+([^\s.,;:()\"]+)(?!\S*\s+[A-ZÀ-Þ])"
)
_POSSESSIVE = re.compile(r"['’]s?$")
ALIKE = 2  # letters by which a stand-in may be longer or shorter
USUAL = 40  # attempts to find a coined name that is free; then two are joined

Drawing = Callable[[str, str, int], Draw]
"""Kind, value and attempt to what is drawn for them in one conversation."""


class People:
    """The words of names in one conversation and what stands for them."""

    def __init__(self, drawing: Drawing, taken: set[str]) -> None:
        """Start without a name.

        Args:
            drawing: Where choices come from.
            taken: Stand-ins that are given already, case folded; ours are added.
        """
        self.given: dict[str, str] = {}
        self._drawing, self._taken = drawing, taken
        self._plain: dict[str, tuple[int, str]] = {}  # letters of a word: which it is, and its coin
        self._longest = 0
        self._surnames: set[str] = set()
        self._text = ""

    def meet(self, names: Iterable[str], text: str) -> None:
        """Learn which words are surnames, before any is replaced.

        Args:
            names: Every name that goes.
            text: All texts of the conversation, in which no stand-in may stand already.
        """
        words = [[w for w in map(_core, WORD.findall(name)) if w not in KEPT] for name in names]
        self._surnames |= {name[-1] for name in words if len(name) > 1}
        self._surnames |= {_core(word) for word in _TITLED.findall(text)}
        self._text = text.casefold()

    def name(self, value: str) -> str:
        """The stand-in for a name or a part of one."""
        found = WORD.sub(lambda m: self._word(m[0]), value)
        return found if found != value else WORD.sub(lambda m: self._coin(m[0]), value)

    def known(self, letters: str) -> list[str]:
        """Stand-ins for the words of names in `letters`, which are small, in their order there."""
        found: dict[int, tuple[int, str]] = {}
        for start, size in product(range(len(letters)), range(3, self._longest + 1)):
            word = letters[start : start + size]
            if word in self._plain and letters.find(word) == start:
                found[start] = max(found.get(start, (0, "")), self._plain[word])
        return [coin for _, (_, coin) in sorted(found.items())]

    def coin(self, word: str, attempt: int = 0) -> str:
        """A coined name for `word`, case folded, that is not yet used in this conversation."""
        choices = [] if word in self.given else self._choices(word)
        while word not in self.given:
            draw = self._drawing("PERSON", word, attempt)
            found = draw.of(choices)
            if attempt >= USUAL:
                found += "-" + draw.of(SURNAMES)
            if found.casefold() not in self._taken and found.casefold() not in self._text:
                self.given[word] = found
                plain = "".join(filter(str.isalpha, word))
                self._plain[plain] = (len(self.given), found)
                self._longest = max(self._longest, len(plain))
                self._taken.add(found.casefold())
            attempt += 1
        return self.given[word]

    def _choices(self, word: str) -> list[str]:
        his = FEMININE if is_hers(word) else MASCULINE
        every = SURNAMES if word in self._surnames else his
        return [n for n in every if abs(len(n) - len(word)) <= ALIKE] or list(every)

    def _word(self, written: str) -> str:
        core = _core(written)
        if core in KEPT:
            return written
        if len(core) < 2:
            letter = self._drawing("PERSON", core, 0).of(LETTERS)
            return letter.upper() if written.isupper() else letter
        return self._coin(written)

    def _coin(self, written: str) -> str:
        end = _POSSESSIVE.search(written)
        coin = self.coin(_core(written))
        body = written[: end.start()] if end else written
        if body.islower():
            coin = coin.lower()
        elif body.isupper() and len(body) > 1:
            coin = coin.upper()
        return coin + (end[0] if end else "")


def _core(word: str) -> str:
    """A word of a name as it is compared."""
    return alike(_POSSESSIVE.sub("", word)).casefold()


def knows_name(value: str) -> bool:
    """Whether every word of `value` that says who it is was coined."""
    words = [w for w in map(_core, WORD.findall(value)) if w not in KEPT and len(w) > 1]
    return bool(words) and all(part in COINED for word in words for part in word.split("-"))
