"""Measure every figure that the README gives: `python -m tests.bench.run`.

Figures that depend on the speed of the machine are ratios of CPU times taken in one run; a table
names the machine and the rows, so it can be pasted as it is.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.data import BENCH, bench_rows, missing
from tests.bench.machine import machine
from tests.bench.runs import Runs
from tests.bench.section import Section

MOST = 60_000  # rows of the bench set
SECTIONS = (
    "throughput",
    "orchestration",
    "cache",
    "labelled",
    "injected",
    "semantic",
    "search",
    "damage",
    "protected",
    "swapped",
    "encoder",
    "injection",
    "likelihood",
    "passports",
    "attack",
    "door",
    "curves",
    "verdicts",
    "defects",
    "exact_10k",
    "peers_10k",
    "peers_100k",
    "million",
    "nightly",
    "second_night",
    "worst",
    "redaction",
    "redaction_cost",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for, and print it as Markdown."""
    asked = _asked(arguments)
    say(f"## Measured on {machine()}\n\nBy `make bench`, {asked.rows:,} rows.\n")
    with tempfile.TemporaryDirectory() as folder:
        made = _sections(asked, Path(folder))
        found = [made[name]() for name in asked.only or SECTIONS]
    if asked.json:
        facts = {"machine": machine(), "rows": asked.rows, **{s.name: s.facts() for s in found}}
        asked.json.write_text(json.dumps(facts, ensure_ascii=False, indent=2), encoding="utf-8")
    return 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--rows", type=_count, default=20_000, help="rows of the bench set to use")
    parser.add_argument(
        "--rounds", type=_count, default=2, help="runs beside each other that are timed"
    )
    parser.add_argument(
        "--only", action="append", choices=SECTIONS, help="this section; may be repeated"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    """A number from 1 to the rows that the bench set has."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MOST:,}")
    return int(text)


def _sections(asked: argparse.Namespace, folder: Path) -> dict[str, Callable[[], Section]]:
    """How each section is made; nothing runs yet."""
    from tests.bench import (
        attack,
        damage,
        door,
        encoder,
        guard,
        joins,
        likelihood,
        nightly,
        passport,
        pipeline,
        protected,
        redaction,
        redaction_cost,
        scaling,
        second_night,
        semantic,
        worst,
    )

    joined = joins.Joins(folder, asked.rounds)
    runs = Runs(folder / "rows.jsonl", asked.rows, asked.rounds)

    def on_bench(name: str, make: Callable[[], Section]) -> Callable[[], Section]:
        def section() -> Section:
            why = missing(BENCH)
            if why is None and not runs.source.exists():
                bench_rows(asked.rows).write_ndjson(runs.source)
            return _told(Section(name, name.capitalize(), why, []) if why else make())

        return section

    return {
        "throughput": on_bench("throughput", lambda: pipeline.throughput(runs)),
        "orchestration": on_bench("orchestration", lambda: pipeline.orchestration(runs)),
        "cache": on_bench("cache", lambda: pipeline.cache(runs)),
        "labelled": lambda: _told(guard.labelled()),
        "injected": on_bench("injected", lambda: guard.injected(asked.rows)),
        "semantic": lambda: _told(semantic.semantic()),
        "search": on_bench("search", lambda: semantic.speed(asked.rows, asked.rounds)),
        "damage": on_bench("damage", lambda: damage.damage(asked.rows)),
        "protected": on_bench("protected", lambda: protected.protected(asked.rows)),
        "swapped": on_bench("swapped", lambda: encoder.swapped(asked.rows)),
        "encoder": on_bench("encoder", lambda: encoder.encoder(asked.rows)),
        "injection": on_bench("injection", lambda: encoder.injection(asked.rows)),
        "likelihood": lambda: _told(likelihood.likelihood()),
        "passports": lambda: _told(passport.passports()),
        "attack": lambda: _told(attack.attack()),
        "door": lambda: _told(door.door()),
        "curves": lambda: _told(scaling.curves()),
        "verdicts": lambda: _told(scaling.verdicts()),
        "defects": on_bench("defects", scaling.defects),
        "exact_10k": on_bench("exact_10k", joined.exact_10k),
        "peers_10k": on_bench("peers_10k", joined.peers_10k),
        "peers_100k": on_bench("peers_100k", joined.peers_100k),
        "million": on_bench("million", joined.million),
        "nightly": on_bench(
            "nightly", lambda: nightly.nightly(joined.sets.made(joins.LARGE), folder)
        ),
        "second_night": on_bench("second_night", lambda: second_night.second_night(asked.rows)),
        "worst": on_bench("worst", lambda: worst.worst(joined.sets.made(joins.FAIR))),
        "redaction": lambda: _told(redaction.redaction()),
        "redaction_cost": on_bench(
            "redaction_cost", lambda: redaction_cost.redaction_cost(asked.rows)
        ),
    }


def _told(section: Section) -> Section:
    """`section`, shown as soon as it is there."""
    say(section.markdown())
    return section


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
