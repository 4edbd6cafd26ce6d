"""A training of the user's own, on whatever machine: files in, measures out.

The program is run without a shell, once for every set. What it prints last is one JSON object:
numbers by the name of what was measured, and if it likes `cost` in money.
"""

import hashlib
import json
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tasks.scale.corpus import Corpus
from tasks.scale.jobs import METRICS
from tasks.scale.lora import METRIC
from tasks.scale.params import CommandParams
from tasks.scale.proxies import BATTERY
from tasks.scale.trainer import Held, Metric, Point, Subset, TrainingError, tokens_of

NAME = "command"
MOST = 1e12  # of a measure; what is larger, or no number, is none
TAKEN = {metric.name for trainer in BATTERY for metric in trainer.metrics} | {
    metric.name for metric in (*METRICS, METRIC)
}
DECIDING = {".py", ".sh", ".yaml", ".yml", ".json", ".toml", ".cfg", ".ini"}
"""Files of a command that decide what comes of it; others may be logs."""


class Command:
    """Runs the program of `scale.command.run`."""

    name = NAME
    is_dear = True
    metrics: tuple[Metric, ...] = ()  # known when it has run: `metrics_of`

    def __init__(self, params: CommandParams) -> None:
        self.params = params
        digest = hashlib.sha256(json.dumps([params.run, params.higher, params.version]).encode())
        for word in shlex.split(params.run):
            if Path(word).suffix in DECIDING and Path(word).is_file():
                digest.update(Path(word).read_bytes())
        self.version = digest.hexdigest()[:16]

    def train(self, corpus: Corpus, subset: Subset, held: Held, seed: int) -> Iterator[Point]:
        """Points of the one size of `subset`.

        Raises:
            TrainingError: The program failed, took too long or printed no measures.
        """
        (size,) = subset.sizes
        with tempfile.TemporaryDirectory() as folder:
            train, held_out, out = (Path(folder, n) for n in ("train.jsonl", "held.jsonl", "out"))
            train.write_text(corpus.jsonl(subset.prompts), encoding="utf-8")
            held_out.write_text(corpus.jsonl(held.rows), encoding="utf-8")
            out.mkdir()
            words = [word.format(train=train, held_out=held_out, seed=seed, out=out)
                     for word in shlex.split(self.params.run)]  # fmt: skip
            said = self._run(words)
        measures, cost = _measures(said)
        tokens = int(tokens_of(corpus, subset)[0])
        for at, (name, value) in enumerate(sorted(measures.items())):
            less = 1 - value if name in self.params.higher else value
            if name in TAKEN or not re.fullmatch(r"[\w .:/@-]{1,40}", name):
                raise TrainingError("a measure of its has a name that is taken, or is none")
            if less < 0:
                most = "above 1" if name in self.params.higher else "below 0"
                raise TrainingError(
                    f"its measure {name} is {most}; less is better and 0 the least, and what "
                    "scale.command.higher names lies between 0 and 1"
                )
            yield Point(name, size, tokens, less, 0.0 if at else cost)

    def _run(self, words: Sequence[str]) -> str:
        try:
            done = subprocess.run(
                words, capture_output=True, text=True, errors="replace", check=False,
                stdin=subprocess.DEVNULL, timeout=60 * self.params.minutes,
            )  # fmt: skip
        except FileNotFoundError:
            raise TrainingError(f"there is no program {words[0]!r}") from None
        except PermissionError:
            raise TrainingError(f"{words[0]!r} may not be run") from None
        except subprocess.TimeoutExpired:
            raise TrainingError(f"it took more than {self.params.minutes:g} minutes") from None
        if done.returncode:
            raise TrainingError(f"it ended with code {done.returncode}")
        return done.stdout


def _measures(said: str) -> tuple[dict[str, float], float]:
    """Measures and cost in the last line that was printed."""
    lines = said.strip().split("\n")
    try:
        found = json.loads(lines[-1])
    except ValueError:
        raise TrainingError("its last line is no JSON") from None
    if not isinstance(found, dict):
        raise TrainingError("its last line is no JSON object")
    numbers = {name: float(value) for name, value in found.items()
               if isinstance(value, int | float) and not isinstance(value, bool)
               and abs(value) < MOST}  # fmt: skip
    cost = numbers.pop("cost", 0.0)
    if not numbers or cost < 0:
        raise TrainingError("its last line has no measure that is a number")
    return numbers, cost


def metrics_of(names: Sequence[str], params: CommandParams) -> list[Metric]:
    """What the program measured."""
    return [
        Metric(name, name, "held-out rows, by your own training",
               unit="1 − it" if name in params.higher else "as told", sees="what it is trained for",
               blind="nothing that is known here")
        for name in names
    ]  # fmt: skip
