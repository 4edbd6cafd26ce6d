"""What `make up` started and where it answers: `up.json` in PREFECT_HOME."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployments.processes import Started
from flows.home import prefect_home
from tasks.base.errors import UsageError
from tasks.base.locks import sole


def note() -> Path:
    """The file."""
    return prefect_home() / "up.json"


def started() -> dict[str, Started]:
    """Every process that was started and not yet ended; empty where nothing is up.

    Raises:
        UsageError: Another version wrote the note.
    """
    noted = _noted().get("processes", {})
    try:
        return {name: Started(*one) for name, one in noted.items()}
    except TypeError:
        raise UsageError(
            f"{note()} was written by another version of Finery; end the processes "
            f"{', '.join(map(str, noted.values()))} yourself, and remove the file"
        ) from None


def reports() -> str:
    """Where reports are served."""
    return str(_noted()["reports"])


def remember(name: str, one: Started, url: str, reports: str) -> None:
    """Note one more process."""
    facts = {"api_url": url, "reports": reports, "processes": {**started(), name: one}}
    draft = note().with_suffix(".draft")
    draft.write_text(json.dumps(facts))
    draft.replace(note())


@contextmanager
def alone() -> Iterator[None]:
    """One `up` or `down` at a time.

    Raises:
        UsageError: Another one is at work.
    """
    prefect_home().mkdir(parents=True, exist_ok=True)
    with sole(prefect_home() / "up.lock") as is_ours:
        if not is_ours:
            raise UsageError("another `make up` or `make down` is at work; wait for it")
        yield


def _noted() -> dict[str, Any]:
    return dict(json.loads(note().read_text())) if note().exists() else {}
