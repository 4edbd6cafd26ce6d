"""Ways to change a row of the near-duplicate benchmark: six keep its meaning, one does not.

Every way is a function from a row and a random generator to the changed row, or None where the
row has nothing to change in that way.
"""

import random
import re

from tests.bench.data import Text
from tests.bench.variants import Variant

PHRASES = (
    "Here is what you asked for:",
    "Of course, happy to do that for you.",
    "Do tell me if anything in here is unclear.",
    "This reply was written by a language model and may hold mistakes.",
    "That should cover all of it, good luck!",
    "Thanks a lot for your question.",
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_CUT = 40  # characters that a cut answer still has

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_LOOSE = re.compile(r"[.,;:!?](?=\s|$)")


class Words:
    """Words and names of real rows, which stand in for others."""

    def __init__(self, texts: list[Text]) -> None:
        self.words = [w for t in texts for w in re.findall(r"\b[a-z]{4,}\b", t.answer)] or ["word"]
        found = {name for text in texts for name in _NAME.findall(text.answer)}
        self.names = sorted(found) or ["Zagreb", "Okonkwo"]

    def other_words(self, text: Text, chance: random.Random) -> Text | None:
        """One to three words of the longer side are replaced, left out or added."""
        words = _longer(text).split(" ")
        for _ in range(chance.randint(1, 3)):
            at, way = chance.randrange(len(words)), chance.random()
            if way < 0.5:
                words[at] = chance.choice(self.words)
            elif way < 0.75 and len(words) > 3:
                del words[at]
            else:
                words.insert(at, chance.choice(self.words))
        return _with_longer(text, " ".join(words))

    def swap(self, text: Text, chance: random.Random) -> Text | None:
        """Every number, or else one name, is another in question and answer: another meaning."""
        numbers = sorted({*_NUMBER.findall(text.prompt), *_NUMBER.findall(text.answer)})
        if _NUMBER.search(text.prompt) and _NUMBER.search(text.answer):
            new = {n: _other_number(n, chance) for n in numbers}
            return Text(*(_NUMBER.sub(lambda found: new[found[0]], side) for side in text))
        both = sorted({n for n in _NAME.findall(text.prompt) if n in text.answer})
        if not both:
            return None
        was, now = chance.choice(both), chance.choice(self.names)
        return Text(*(re.sub(rf"\b{was}\b", now, side) for side in text))


def _other_number(number: str, chance: random.Random) -> str:
    """Another number of about as many digits."""
    low = 10 ** (min(len(number), 9) - 1)
    made = number
    while made == number:
        made = str(chance.randrange(low, 10 * low))
    return made


def _longer(text: Text) -> str:
    return text.answer if len(text.answer) > len(text.prompt) else text.prompt


def _with_longer(text: Text, changed: str) -> Text:
    if len(text.answer) > len(text.prompt):
        return Text(text.prompt, changed)
    return Text(changed, text.answer)


def form(text: Text, chance: random.Random) -> Text | None:
    """Case, white space and punctuation change, no word does."""
    ways = (
        str.upper,
        str.lower,
        lambda side: re.sub(" ", lambda _: chance.choice((" ", "  ", "\n")), side),
        lambda side: _LOOSE.sub(lambda _: chance.choice(("", " ", ".")), side),
        lambda side: f'  "{side}" ',
    )
    way = chance.choice(ways)
    return Text(way(text.prompt), way(text.answer))


def slips(text: Text, chance: random.Random) -> Text | None:
    """One to three letters of the longer side are swapped, lost or added."""
    letters = list(_longer(text))
    for _ in range(chance.randint(1, 3)):
        if len(letters) < 4:
            return None
        at, way = chance.randrange(len(letters) - 1), chance.random()
        if way < 1 / 3:
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        elif way < 2 / 3:
            del letters[at]
        else:
            letters.insert(at, chance.choice(LETTERS))
    return _with_longer(text, "".join(letters))


def boilerplate(text: Text, chance: random.Random) -> Text | None:
    """A set phrase stands before or after the answer."""
    phrase = chance.choice(PHRASES)
    before = chance.random() < 0.4
    return Text(text.prompt, f"{phrase} {text.answer}" if before else f"{text.answer} {phrase}")


def reorder(text: Text, chance: random.Random) -> Text | None:
    """Two neighbouring sentences of the answer change places."""
    parts = [part for part in _SENTENCE.split(text.answer) if part]
    if len(parts) < 3:
        return None
    at = chance.randrange(len(parts) - 1)
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    return Text(text.prompt, " ".join(parts))


def cut(text: Text, chance: random.Random) -> Text | None:
    """The answer ends after 70 to 92 percent."""
    length = int(len(text.answer) * chance.uniform(0.70, 0.92))
    return Text(text.prompt, text.answer[:length]) if length >= SHORTEST_CUT else None


def same(words: Words) -> dict[str, Variant]:
    """The ways that keep the meaning."""
    return {
        "fmt": form, "typo": slips, "word": words.other_words, "boiler": boilerplate,
        "reorder": reorder, "trunc": cut,
    }  # fmt: skip
