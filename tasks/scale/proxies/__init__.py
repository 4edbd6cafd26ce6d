"""Trainers that take seconds on a processor, each blind to something: only together they tell."""

from tasks.scale.proxies.neighbours import Neighbours
from tasks.scale.proxies.ngram import Ngram
from tasks.scale.proxies.ridge import Ridge
from tasks.scale.trainer import Trainer

BATTERY: tuple[Trainer, ...] = (Ngram(), Ridge(), Neighbours())
