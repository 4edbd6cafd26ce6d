"""Made-up rows that heads can learn from: each answer speaks of what its prompt asks."""

import random
from typing import Any

from tests.builders import row

THINGS = {
    "bread": "flour yeast oven dough crust", "guitar": "strings chords frets tune melody",
    "garden": "soil seeds watering tomatoes compost", "bicycle": "wheels chain brakes pedals tyre",
    "volcano": "lava magma eruption crater ash", "chess": "pawn bishop castling king opening",
    "laptop": "battery screen keyboard processor memory", "river": "water delta bank flood current",
    "painting": "canvas brush colours oil portrait", "football": "goal striker match referee pass",
    "vaccine": "immune dose virus antibodies trial", "tax": "income deduction return bracket audit",
    "poem": "rhyme verse stanza metaphor rhythm", "sleep": "rest dream bedtime night pillow",
    "coffee": "beans roast espresso grinder caffeine", "whale": "ocean blubber krill pod blowhole",
}  # fmt: skip
ASKS = ("How do I start with {0}?", "Explain {0} to a child.", "Why do people like {0}?",
        "What goes wrong with {0}?", "Give me advice on {0}.")  # fmt: skip


def corpus(count: int, wrong: float = 0.0, seed: int = 0) -> tuple[list[dict[str, Any]], set[str]]:
    """`count` rows, and the ids of the share `wrong` of them whose answers were swapped."""
    chance = random.Random(seed)
    rows = []
    for at in range(count):
        thing, words = chance.choice(list(THINGS.items()))
        told = ", ".join(chance.sample(words.split(), 3))
        answer = f"For number {chance.randrange(999)} think of {told}. That is what matters here."
        asked = f"{chance.choice(ASKS).format(thing)} Case {at}."
        rows.append((asked, answer, thing))
    swapped = chance.sample(range(count), int(count * wrong))
    other = {
        at: next(one[1] for one in rows[at + 1 :] + rows[:at] if one[2] != rows[at][2])
        for at in swapped
    }
    made = [
        row(f"r{at:04}", asked, other.get(at, said)) for at, (asked, said, _) in enumerate(rows)
    ]
    return made, {f"r{at:04}" for at in swapped}
