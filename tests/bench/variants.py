"""Made-up twins: rows changed so that they still say the same, or so that they do not.

Every kind is a function from a row and a random generator to the changed row, or None where the
row has nothing to change in that way.
"""

import random
import re
from collections.abc import Callable

from tasks.dedup.guard.light_words import LIGHT
from tests.bench.data import Text

Variant = Callable[[Text, random.Random], Text | None]

FILLERS = ("please", "just", "actually", "really", "kindly", "basically", "also")
GREETINGS = ("Hi, ", "Hello! ", "Please ", "Hey, could you please ", "Now ")
FEWEST_WORDS = 6  # in the prompt; shorter ones change meaning with almost any word

_WORD = re.compile(r"[A-Za-z]{5,}")
_NUMBER = re.compile(r"\d+")
_ENTITY = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")  # a capital inside a sentence
_NAMES = ("Zagreb", "Okonkwo", "Marisol", "Tashkent", "Fenwick", "Aurelia", "Bramble", "Quillon")


def typo(text: Text, chance: random.Random) -> Text | None:
    """One slip of the pen for about every twenty words of the prompt, in a long word each."""
    words = list(_WORD.finditer(text.prompt))
    if not words:
        return None
    prompt = text.prompt
    slips = chance.sample(words, min(len(words), max(1, len(prompt.split()) // 20)))
    for word in sorted(slips, key=lambda m: m.start(), reverse=True):
        prompt = prompt[: word.start()] + _slip(word.group(), chance) + prompt[word.end() :]
    return Text(prompt, text.answer)


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return chance.choice(
        (swapped, word[:at] + word[at + 1 :], word[:at] + word[at] * 2 + word[at + 1 :])
    )


def filler(text: Text, chance: random.Random) -> Text | None:
    """One or two words that carry nothing, somewhere in the prompt."""
    words = text.prompt.split(" ")
    for _ in range(chance.randint(1, 2)):
        words.insert(chance.randrange(1, len(words)), chance.choice(FILLERS))
    return Text(" ".join(words), text.answer)


def greeting(text: Text, chance: random.Random) -> Text | None:
    """A set phrase in front of the prompt."""
    return Text(chance.choice(GREETINGS) + text.prompt, text.answer)


def swapped_words(text: Text, chance: random.Random) -> Text | None:
    """Two neighbouring words of the answer change places."""
    words = text.answer.split(" ")
    places = [i for i in range(len(words) - 1) if words[i].isalpha() and words[i + 1].isalpha()]
    places = [i for i in places if words[i].lower() != words[i + 1].lower()]
    if not places:
        return None
    at = chance.choice(places)
    words[at], words[at + 1] = words[at + 1], words[at]
    return Text(text.prompt, " ".join(words))


def other_number(text: Text, chance: random.Random) -> Text | None:
    """Another number in the prompt; the answer stays, as in a template filled carelessly."""
    prompt = _renumbered(text.prompt, chance)
    return Text(prompt, text.answer) if prompt else None


def other_result(text: Text, chance: random.Random) -> Text | None:
    """Another number in the answer: one of the two is wrong."""
    answer = _renumbered(text.answer, chance)
    return Text(text.prompt, answer) if answer else None


def _renumbered(text: str, chance: random.Random) -> str | None:
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        return None
    place = chance.choice(numbers)
    number = str(int(place.group()[-9:]) + chance.randint(1, 9))
    return text[: place.start()] + number + text[place.end() :]


def other_name(text: Text, chance: random.Random) -> Text | None:
    """Another name in the prompt; the answer does not have it."""
    names = [name for name in _ENTITY.findall(text.prompt) if name not in text.answer]
    return _renamed(text, names, chance)


def other_name_in_both(text: Text, chance: random.Random) -> Text | None:
    """Another name in prompt and answer: the same question about somebody else."""
    names = [name for name in _ENTITY.findall(text.prompt) if name in text.answer]
    return _renamed(text, names, chance)


def _renamed(text: Text, names: list[str], chance: random.Random) -> Text | None:
    if not names:
        return None
    old = chance.choice(names)
    new = chance.choice([name for name in _NAMES if name != old])
    return Text(*(re.sub(rf"\b{old}\b", new, side) for side in text))


def other_answer(text: Text, chance: random.Random) -> Text | None:
    """The prompt as it was, a tenth of the answer's long words replaced: a contradiction."""
    words = text.answer.split(" ")
    places = [i for i, w in enumerate(words) if _WORD.fullmatch(w) and w.lower() not in LIGHT]
    if not places:
        return None
    for at in chance.sample(places, max(1, len(places) // 10)):
        words[at] = chance.choice([name.lower() for name in _NAMES])
    return Text(text.prompt, " ".join(words))


SAME: dict[str, Variant] = {
    "typos": typo,
    "fillers": filler,
    "set phrase in front": greeting,
    "swapped words": swapped_words,
}
OTHER: dict[str, Variant] = {
    "another number in the prompt": other_number,
    "another number in the answer": other_result,
    "another name in the prompt alone": other_name,
    "another name in prompt and answer": other_name_in_both,
    "other words in the answer": other_answer,
}


def variants(texts: list[Text], kind: Variant, most: int, seed: int) -> list[tuple[Text, Text]]:
    """At most `most` rows with their variants of one kind, the same for the same seed."""
    chance = random.Random(seed)
    pairs: list[tuple[Text, Text]] = []
    for text in chance.sample(texts, len(texts)):
        if len(pairs) == most:
            break
        if len(text.prompt.split()) < FEWEST_WORDS:
            continue
        made = kind(text, chance)
        if made is not None and made != text:
            pairs.append((text, made))
    return pairs
