"""SemHash in an environment of its own, given our vectors; beside it stands `dedup.semantic`.

Run by its own interpreter as `python semhash.py VECTORS THRESHOLD...`: for every threshold it
prints the rows that go, each with the one it is said to repeat, and the seconds of CPU of the index
and the search, after the imports.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

VERSION = "0.5.0"


def install(folder: Path) -> Path | str:
    """The interpreter of a fresh environment with SemHash, or why there is none."""
    python = folder / "bin/python"
    steps = [
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "-q", f"semhash=={VERSION}"],
    ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            return f"SemHash {VERSION} could not be installed ({said})"
    return python


def ask(python: Path, vectors: np.ndarray, *thresholds: float) -> list[dict]:
    """What it finds at each threshold: `twins` (pairs of row and the one it repeats), and `cpu`."""
    given = python.parents[1] / "vectors.npy"
    np.save(given, vectors)
    done = subprocess.run(
        [str(python), __file__, str(given), *map(str, thresholds)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def _main() -> None:
    # not at the top: our own interpreter has no such package, and this file has its name
    sys.path = [path for path in sys.path if Path(path) != Path(__file__).parent]
    from semhash import SemHash

    vectors = np.load(sys.argv[1])
    records = [{"row": str(at)} for at in range(len(vectors))]
    for threshold in map(float, sys.argv[2:]):
        started = time.process_time()
        # asked for by its signature, and never called: the vectors are there
        found = SemHash.from_embeddings(vectors, records, model=None, columns=["row"])
        result = found.self_deduplicate(threshold=threshold)
        cpu = time.process_time() - started
        twins = [(int(one.record["row"]), int(one.duplicate_of["row"])) for one in result.filtered]
        sys.stdout.write(json.dumps({"cpu": cpu, "twins": twins}) + "\n")


if __name__ == "__main__":
    _main()
