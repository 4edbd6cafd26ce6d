"""The tools that Finery's join is measured beside, and an environment for each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from flows.home import ROOT

DRIVERS = Path(__file__).parent / "drivers"
PATIENCE = 1200  # seconds that one installation may take


class Tool(NamedTuple):
    """A tool, the script that runs it, and what it takes to do so."""

    name: str
    driver: str
    packages: tuple[str, ...]  # beyond pyarrow, which reads the rows

    @property
    def script(self) -> Path:
        return DRIVERS / f"{self.driver}.py"


class NotInstalledError(Exception):
    """A tool could not be installed; the message says why."""


RENSA = Tool("rensa 0.5.0", "with_rensa", ("rensa==0.5.0",))
DEDUP_RS = Tool("dedup-rs 0.4.0", "with_dedup_rs", ("dedup-rs==0.4.0",))
DATASKETCH = Tool("datasketch 2.0.0, in bulk", "with_datasketch", ("datasketch==2.0.0",))
TEXT_DEDUP = Tool("text-dedup 0.4.0", "with_text_dedup", ("text-dedup==0.4.0",))
DATA_JUICER = Tool(  # asks for aiohttp on import and does not say so
    "data-juicer 1.6.1", "with_data_juicer", ("py-data-juicer==1.6.1", "aiohttp")
)
DATATROVE = Tool(  # as a whole its extra `processing` is large; these are the parts that count
    "datatrove 0.10.1", "with_datatrove",
    ("datatrove==0.10.1", "spacy", "regex", "tokenizers", "xxhash<4"),
)  # fmt: skip
QUICK = (RENSA, DEDUP_RS, DATASKETCH)
ALL = (*QUICK, TEXT_DEDUP, DATA_JUICER, DATATROVE)


def home() -> Path:
    """Where the environments are kept: FINERY_BENCH_PEERS, or data/bench-peers."""
    return Path(os.environ.get("FINERY_BENCH_PEERS") or ROOT / "data/bench-peers")


def interpreter(tool: Tool) -> Path:
    """Python of the environment of `tool`, which is made when it is first asked for.

    Raises:
        NotInstalledError: It could not be made.
    """
    place = home() / tool.driver
    python, stamp, wanted = place / "bin/python", place / ".ready", "\n".join(tool.packages)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(place, ignore_errors=True)
    _call(sys.executable, "-m", "venv", str(place))
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _call(str(python), *pip, "pyarrow", *tool.packages)
    stamp.write_text(wanted)
    return python


def _call(*command: str) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except (subprocess.TimeoutExpired, OSError) as problem:
        raise NotInstalledError(str(problem)) from problem
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        why = next((line for line in said if line.startswith("ERROR")), (said or ["no word"])[-1])
        raise NotInstalledError(why.removeprefix("ERROR: "))
