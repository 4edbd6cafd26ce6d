"""Which runs there are and where their reports can be read: `finery report serve` shows these.

Every run notes its folder in the store, so that a link in Prefect's UI finds the page whatever
`--out` was. A note is a file with one path in it; removing it hides the run and nothing else.
"""

import hashlib
import json
import os
import re
from pathlib import Path

from flows.home import prefect_home, store

ADDRESS_VARIABLE = "FINERY_REPORTS"
PORT = 4201  # beside Prefect's 4200
MAIN = ("report.html", "compare.html")
"""The page that a folder is opened with: of a run, of a comparison of two."""


def address() -> str:
    """Where reports are served: `FINERY_REPORTS`, what `make up` started, or the usual port."""
    given = os.environ.get(ADDRESS_VARIABLE) or _started()
    return (given or f"http://127.0.0.1:{PORT}").rstrip("/")


def _started() -> str:
    try:
        return str(json.loads((prefect_home() / "up.json").read_text()).get("reports", ""))
    except (OSError, ValueError):
        return ""


def shelve(out: str, page: str = MAIN[0]) -> str:
    """Note the folder of a run; returns the address of its page."""
    folder = Path(out).absolute()
    name = key(folder)
    notes = store() / "reports"
    notes.mkdir(parents=True, exist_ok=True)
    (notes / name).write_text(str(folder), encoding="utf-8")
    return f"{address()}/{name}/{page}"


def shelved() -> dict[str, Path]:
    """Key and folder of every finished run that is noted and still there."""
    notes = store() / "reports"
    if not notes.is_dir():
        return {}
    found = {one.name: Path(one.read_text(encoding="utf-8")) for one in sorted(notes.iterdir())}
    return {name: folder for name, folder in found.items() if main_page(folder)}


def main_page(folder: Path) -> str | None:
    """What a folder is opened with; None where there is no page."""
    return next((page for page in MAIN if (folder / page).is_file()), None)


def key(folder: Path) -> str:
    """A run's name in an address: that of its folder, and what tells two of one name apart."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "run"
    return f"{name[:60]}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
