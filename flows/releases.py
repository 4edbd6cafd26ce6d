"""`finery releases`: what `nightly` released, and what became of it."""

import json
from pathlib import Path

from tasks.base.errors import UsageError
from tasks.publish.listed import Listed
from tasks.publish.releases import LIST, Releases


def list_command(path: str, as_json: bool) -> int:
    """Print a line for each release that ever was in a folder, oldest first.

    Raises:
        UsageError: The folder holds no releases.
    """
    if not (Path(path) / LIST).exists():
        raise UsageError(f"{path!r} holds no releases; name the folder given to --releases")
    releases = Releases(path)
    latest, present = releases.latest(), releases.present
    lines = [{**one.model_dump(mode="json"), "state": _state(one, latest, present)}
             for one in releases.listed]  # fmt: skip
    if as_json:
        print(json.dumps(lines, ensure_ascii=False))  # noqa: T201
        return 0
    for line in lines:
        parent = f"after {line['parent']}" if line["parent"] else "the first"
        print(f"{line['name']:<14} {line['kept']:>12,} rows  {parent:<20} {line['state']}")  # noqa: T201
    return 0


def _state(one: Listed, latest: Listed | None, present: tuple[Listed, ...]) -> str:
    if one == latest:
        return "latest"
    if one.pruned:
        return "removed to make room"
    if one not in present:
        return "DAMAGED or removed by hand"
    return f"gate failed: {', '.join(one.failed_gates)}" if one.failed_gates else ""
