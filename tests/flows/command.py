"""Run the `finery` command as a user does: another process, its own store and Prefect home."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = str(ROOT / "deployments" / "demo" / "sample")


def finery(*arguments, env, cwd=None, stdin=None):
    """The finished process, with its output as text."""
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *map(str, arguments)],
        env={**env, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error:::flows,error:::tasks"},
        cwd=cwd or ROOT, input=stdin, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
