"""Rows that teach something, made by chance from a few topics, with a seed."""

import random

from tests.builders import row

TOPICS = {
    "bread": ("rye dough yeast oven crust flour salt starter", "bake", "knead it until"),
    "rivers": ("rhine danube bank ferry delta source bridge lock", "cross", "it flows by way of"),
    "birds": ("wren heron nest feather egg song wing flight", "watch", "it sings before"),
    "metals": ("zinc iron copper ore alloy rust forge mint", "melt", "it melts long after"),
}  # fmt: skip


def sentence(topic, chance):
    words, verb, told = TOPICS[topic]
    a, b, c = chance.sample(words.split(), 3)
    asked = f"How do people {verb} {a} with {b} near {c}, case {chance.randint(1, 10**6)}?"
    return asked, f"With {b}, {told} the {c} and the {a} are {chance.choice(words.split())}."


def rows(many, seed=0, origin="human"):
    chance = random.Random(seed)
    names = list(TOPICS)
    return [
        row(f"{origin[0]}{seed}-{n:05}", *sentence(names[n % 4], chance), source=f"s{n % 2}",
            origin=origin, parent=None, meta=None)
        for n in range(many)
    ]  # fmt: skip
