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
    "starts, less *starting*: what the same two nights take over {few} rows and {few} new ones, "
    "which start the server, load the models and, in the second, compare two releases as these "
    "do. *Unchanged* is a third night, which has nothing to do, as a whole. Stages that must see "
    "all rows at once (duplicates, contradictions, split) and the files of the release are made "
    "anew each night."
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
        old, new = raw / "old.jsonl", raw / "tonight.jsonl"
        bench.head(FEW).write_ndjson(old)
        _night(raw, place.with_name("warm"), settings)  # makes Prefect's database
        few = place.with_name("few")
        bench.slice(FEW, FEW).write_ndjson(old)
        start = _night(raw, few, settings)
        bench.slice(2 * FEW, FEW).write_ndjson(new)
        start_again = _night(raw, few, settings)
        new.unlink()
        bench.head(rows).write_ndjson(old)
        first = _night(raw, place, settings) - start
        bench.slice(rows).write_ndjson(new)
        second = _night(raw, place, settings) - start_again
        unchanged = _night(raw, place, settings)
    return {
        "settings": name, "first night, CPU s": first, "starting": start, "second": second,
        "starting it": start_again, "unchanged": unchanged, "share": share(second, first),
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
