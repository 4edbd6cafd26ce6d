"""A training of the user's own, on whatever machine: files in, measures out.

The program is run without a shell, once for every set. What it prints last is one JSON object:
numbers by the name of what was measured, and if it likes `cost` in money.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tasks.scale.corpus import Corpus
from tasks.scale.jobs import METRICS
from tasks.scale.lora import METRIC
from tasks.scale.proxies import BATTERY
from tasks.scale.trainer import Held, Metric, Point, Subset, TrainingError
from tasks.scale.trainer_params import CommandParams, filled

NAME = "command"
LOG = "scale/command.log"  # in the store: the end of what the last training that failed said
MOST_SAID, LARGE = 20_000, 2**20  # characters of it; bytes of a program that is no script
MOST = 1e9  # of a measure; what is larger, or no number, is none
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

    def __init__(self, params: CommandParams, store: str = "") -> None:
        self.params, self.store = params, store
        digest = hashlib.sha256(json.dumps([params.run, params.higher, params.version]).encode())
        self.spent = 0.0
        for file in _deciding(params.run):
            digest.update(file.read_bytes())
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
            given = {"train": train, "held_out": held_out, "seed": seed, "out": out}
            said = self._run([filled(word, given) for word in shlex.split(self.params.run)])
        measures, cost = _measures(said)
        self.spent += cost
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
            yield Point(name, size, less, 0.0 if at else cost)

    def _run(self, words: Sequence[str]) -> str:
        try:
            program = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, errors="replace", start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError:
            raise TrainingError(f"there is no program {words[0]!r}") from None
        except OSError as error:
            raise TrainingError(f"{words[0]!r} cannot be run: {error.strerror}") from None
        try:
            said, complaint = program.communicate(timeout=60 * self.params.minutes)
        except subprocess.TimeoutExpired:
            raise TrainingError(f"it took more than {self.params.minutes:g} minutes") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)  # also what it has started
            program.wait()
        if program.returncode:
            self._keep(complaint)
            where = f"what it said last is in {LOG} in the store"
            raise TrainingError(f"it ended with code {program.returncode}; {where}")
        return said

    def _keep(self, complaint: str) -> None:
        """Rows may stand in it, so it goes to the store and never into a report."""
        if self.store:
            file = Path(self.store, LOG)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(complaint[-MOST_SAID:], encoding="utf-8")


def _deciding(run: str) -> list[Path]:
    """Scripts and settings that a command names, and a program of one's own."""
    words = shlex.split(run)
    named = [Path(part) for word in words for part in word.split("=")]
    found = [file for file in named if file.suffix in DECIDING and file.is_file()]
    program = shutil.which(words[0]) if words else None
    if program and Path(program).stat().st_size < LARGE:
        found.append(Path(program))
    return found


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
