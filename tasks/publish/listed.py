"""What a store of releases knows of each of them, by its manifest and by what changed."""

import hashlib
import json
from pathlib import Path

from pydantic import BaseModel

from tasks.base.errors import UsageError
from tasks.publish.folder import MANIFEST

CHANGES = "compare.json"  # see `tasks.compare.folder`
"""What changed since the parent; made after the release, so its manifest does not list it."""


class Listed(BaseModel, frozen=True):
    """What is known of a release without opening it."""

    name: str
    created: str
    identity: str  # hash of the sources and settings that it was made of
    parent: str | None  # the release before it
    kept: int  # rows
    failed_gates: tuple[str, ...]
    manifest: str  # SHA-256 of its manifest
    pruned: bool = False  # its folder was removed to make room

    @property
    def passed(self) -> bool:
        """Whether every gate did."""
        return not self.failed_gates


def read_listed(place: Path) -> Listed:
    """What the manifest of a release, and what was found to have changed, say of it.

    Raises:
        UsageError: The folder holds no release that was finished, or one that is damaged.
    """
    try:
        return _read(place)
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"{place} has the name of a release and holds none that is whole: its {MANIFEST} or "
            f"{CHANGES} is damaged or of something else; move the folder elsewhere"
        ) from None


def _read(place: Path) -> Listed:
    body = (place / MANIFEST).read_bytes()
    manifest = json.loads(body)
    changes = place / CHANGES
    gates = [*manifest["gates"]]
    if changes.exists():
        gates += json.loads(changes.read_bytes())["gates"]
    return Listed(
        name=place.name,
        created=manifest["created"],
        identity=manifest.get("identity") or "",
        parent=manifest["parent"],
        kept=manifest["counts"]["kept"],
        failed_gates=tuple(gate["name"] for gate in gates if not gate["passed"]),
        manifest=hashlib.sha256(body).hexdigest(),
    )
