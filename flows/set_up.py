"""Last step of the set-up: make Prefect's database, so that the first run need not."""

import subprocess
import sys

from flows.home import ROOT, settle


def main() -> int:
    """Create or migrate the database in PREFECT_HOME."""
    settle()
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
