"""What a night costs that brings one percent new rows, beside the first one."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from flows.home import ROOT
from tests.bench.data import bench_rows
from tests.bench.runs import cpu_of_children, environment
from tests.bench.section import Cell, Section, share

ROWS = 10_000
FEW = 20
WAYS = {"as it comes": (), "redact.strict=true": ("redact.strict=true",)}
TITLE = "The second night"
_NOTE = (
    "`finery nightly` over the first {rows:,} rows of the bench set, then over the same file with "
    "1 % new rows in another file beside it. CPU seconds of each command and of all that it "
    "starts, less what a night over {few} rows takes, which starts the server and loads the "
    "models as they do; *unchanged* is a third night, which has nothing to do. Stages that must "
    "see all rows at once (duplicates, contradictions, split) and the files of the release are "
    "made anew each night."
)


def second_night(count: int) -> Section:
    """Both nights, for what comes without settings and with every name looked for."""
    rows = min(ROWS, count)
    lines = [_nights(name, rows, settings) for name, settings in WAYS.items()]
    return Section("second_night", TITLE, _NOTE.format(rows=rows, few=FEW), lines)


def _nights(name: str, rows: int, settings: tuple[str, ...]) -> dict[str, Cell]:
    with tempfile.TemporaryDirectory() as folder:
        raw, place = Path(folder, "raw"), Path(folder, "releases")
        raw.mkdir()
        bench = bench_rows(rows + rows // 100)
        bench.head(FEW).write_ndjson(raw / "old.jsonl")
        _night(raw, place.with_name("warm"), settings)  # makes Prefect's database
        bench.slice(FEW, FEW).write_ndjson(raw / "old.jsonl")
        start = _night(raw, place.with_name("few"), settings)
        bench.head(rows).write_ndjson(raw / "old.jsonl")
        first = _night(raw, place, settings)
        bench.slice(rows).write_ndjson(raw / "tonight.jsonl")
        second = _night(raw, place, settings)
        unchanged = _night(raw, place, settings)
    return {
        "settings": name, "first night, CPU s": first - start, "second": second - start,
        "starting": start, "unchanged": unchanged, "share": share(second - start, first - start),
    }  # fmt: skip


def _night(raw: Path, place: Path, settings: tuple[str, ...]) -> float:
    before = cpu_of_children()
    more = [part for one in settings for part in ("--set", one)]
    call = [sys.executable, "-m", "flows.cli", "nightly", str(raw), "-r", str(place), "-q", *more]
    done = subprocess.run(
        call, cwd=ROOT, env=os.environ | environment(place.parent),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"a night failed; it said last:\n{done.stderr[-2000:]}")
    return cpu_of_children() - before
