"""What redaction costs and how many rows it touches; beside Presidio on the same rows."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tasks.redact import names
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact, redact_pii
from tasks.redact.remembered import Memory, row_memo
from tasks.redact.stock.analyze import analyze
from tasks.redact.stock.engine import stock_engine
from tasks.redact.stock.resolve import Finding
from tests.bench.data import MESSY, Text, as_rows, bench_texts, missing
from tests.bench.redaction import PARAMS
from tests.bench.runs import run
from tests.bench.section import Cell, Section, share
from tests.bench.spent import Spent, measured

TITLE = "What redaction costs"
ROWS = 2_000
TIMED = 150  # rows of them, read by Presidio text by text in every round
ROUNDS = 3
BY_US = "Presidio, by Finery"
_NOTE = (
    "The first {rows:,} rows of the bench set, prompt and answer as turns. *Presidio* is its own "
    "`AnalyzerEngine.analyze`, text by text; *Presidio, by Finery* is `redact.detector=presidio`, "
    "tags included. Speed is over {timed} of the rows, all in one process in turn, models loaded, "
    "medians of {rounds} rounds. *Again* is a second run over the same rows and 1 % new ones with "
    "the memo, as a share of the first. *Messy* is the realistic input, redacted from nothing in a "
    "fresh process, models loaded in it; in brackets the whole run of `curate` over it."
)


def redaction_cost(count: int) -> Section:
    """Rows touched, speed, a second run and the realistic input."""
    texts = bench_texts(min(ROWS, count))
    more = bench_texts(len(texts) + max(1, len(texts) // 100))
    blank = dict.fromkeys(("Presidio", BY_US, "Finery", "Finery, strict"), "–")
    systems = {BY_US: "Presidio", "Finery": "Finery", "Finery, strict": "Finery, strict"}
    lines: list[dict[str, Cell]] = [
        {"measure": "rows touched", **blank,
         **{name: share(touched(texts, PARAMS[s]), len(texts)) for name, s in systems.items()}},
        {"measure": "texts with Presidio's very findings", **blank, BY_US: identical(texts)},
        *speed(texts[:: max(1, len(texts) // TIMED)], ROUNDS),
        {"measure": "again, share of the first run's CPU", **blank,
         **{name: again(texts, more, PARAMS[s]) for name, s in systems.items()}},
        {"measure": "messy, CPU seconds", **blank, "Finery": messy()},
    ]  # fmt: skip
    note = _NOTE.format(rows=len(texts), timed=min(TIMED, len(texts)), rounds=ROUNDS)
    return Section("redaction_cost", TITLE, note, lines)


def touched(texts: Sequence[Text], params: RedactParams) -> int:
    """How many rows redaction changes."""
    rows = redact(as_rows(list(texts)), params).rows.collect()
    return rows.height - rows["edit_entities"].null_count()


def identical(texts: Sequence[Text]) -> str:
    """In how many texts stock mode finds exactly what Presidio does: places, kinds, scores."""
    engine = stock_engine()
    sides = sorted({side for text in texts for side in text}, key=len)
    same = 0
    for side, ours in zip(sides, analyze(sides), strict=True):
        theirs = engine.analyze(side, language="en")
        same += ours == [Finding(r.start, r.end, r.entity_type, r.score) for r in theirs]
    return f"{same:,} of {len(sides):,}"


def speed(texts: Sequence[Text], rounds: int) -> list[dict[str, Cell]]:
    """Characters per CPU second of each system, and how many times as fast as Presidio."""
    rows, sides = as_rows(list(texts)), [side for text in texts for side in text]
    engine = stock_engine()
    work = {"Presidio": lambda: [engine.analyze(side, language="en") for side in sides]}
    for name, params in ((BY_US if s == "Presidio" else s, p) for s, p in PARAMS.items()):
        work[name] = lambda p=params: redact(rows, p).rows.collect()
    spent: dict[str, list[float]] = {name: [] for name in work}
    for at in range(rounds + 1):
        for name, do in work.items():
            one = Spent()
            with measured(one):
                do()
            if at:  # the first round only loads the models and fills their caches
                spent[name].append(one.cpu)
    characters = sum(map(len, sides)) / 1000
    base = spent["Presidio"]
    return [
        {"measure": "characters per CPU second, thousands",
         **{name: characters / median(seconds) for name, seconds in spent.items()}},
        {"measure": "times as fast as Presidio",
         **{name: median(b / s for b, s in zip(base, seconds, strict=True))
            for name, seconds in spent.items()}},
    ]  # fmt: skip


def again(texts: Sequence[Text], more: Sequence[Text], params: RedactParams) -> Cell:
    """CPU of a second run over `more`, which holds all of `texts`, as a share of the first."""
    costs = []
    with tempfile.TemporaryDirectory() as store:
        for rows in (as_rows(list(texts)), as_rows(list(more))):
            seen = names.memory(store)
            memory, spent = Memory(seen, row_memo(store, redact_pii, params)), Spent()
            with measured(spent):
                redact(rows, params, memory).rows.collect()
            costs.append(spent.cpu)
    return share(costs[1], costs[0])


def messy() -> str:
    """CPU seconds of redaction of the realistic input, and of the whole run over it."""
    if missing(MESSY):
        return "–"
    with tempfile.TemporaryDirectory() as store:
        done = run("plain", MESSY, Path(store))
    return f"{done.stages['redact.pii'].cpu:.1f} ({done.command.cpu:.1f})"
