"""The way of a run's rows through its stages, as a diagram of Mermaid.

Prefect's own graph shows tasks in time, part by part; this one shows stages in order, with the rows
between them and what left. The newer UI draws it, the older shows the text, which can be read, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.publish.excerpt import plain

MOST_STAGES = 60

_STYLES = (
    "classDef cached fill:#eef1f4,stroke:#9aa5b1,color:#333",
    "classDef fresh fill:#dcebf7,stroke:#0072b2,color:#222",
    "classDef gone fill:#fbe9dd,stroke:#d55e00,color:#222",
    "classDef made fill:#ddf3ea,stroke:#009e73,color:#222",
)

Report = Mapping[str, Any]


def graph(report: Report) -> str:
    """The diagram; empty where nothing ran."""
    timings: Sequence[Report] = (report.get("timings") or ())[:MOST_STAGES]
    if not timings:
        return ""
    lines = ["flowchart TD", *_nodes(timings)]
    lines += [f"  s{i} --> s{i + 1}" for i in range(len(timings) - 1)]
    places = {str(timing["stage"]): i for i, timing in enumerate(timings)}
    lines += _sides(report.get("waterfall") or (), places)
    return "\n".join([*lines, *(f"  {style}" for style in _STYLES)])


def _nodes(timings: Sequence[Report]) -> Iterator[str]:
    for i, timing in enumerate(timings):
        took = "cached" if timing.get("cached") else f"{timing['seconds']:.1f} s"
        unit = "files" if timing["stage"] == "ingest.read" else "rows"
        told = f"{_label(timing['stage'])}<br/>{timing.get('rows') or 0:,} {unit}, {took}"
        yield f'  s{i}["{told}"]:::{"cached" if timing.get("cached") else "fresh"}'


def _sides(waterfall: Sequence[Report], places: Mapping[str, int]) -> Iterator[str]:
    """What left at a stage, and what it made, beside it."""
    gone: dict[str, int] = {}
    made: dict[str, int] = {}
    for entry in waterfall:
        # records that are no rows leave where they are read
        stage = "ingest.read" if entry["stage"] == "ingest" else str(entry["stage"])
        gone[stage] = gone.get(stage, 0) + entry["dropped"]
        made[stage] = made.get(stage, 0) + (entry.get("made") or 0)
    for stage, rows in gone.items():
        if rows and stage in places:
            what = "quarantined" if stage == "ingest.read" else "dropped"
            yield f'  s{places[stage]} -.-> d{places[stage]}(["{rows:,} {what}"]):::gone'
    for stage, rows in made.items():
        if rows and stage in places:
            yield f'  m{places[stage]}(["{rows:,} made"]):::made -.-> s{places[stage]}'


def _label(stage: object) -> str:
    """A stage's name with nothing in it that is Mermaid's own."""
    return "".join(c for c in plain(stage, 60) if c.isalnum() or c in "._- ")
