"""`finery maintain`."""

import json
import os
from collections.abc import Sequence

from flows.server import Server


def maintain_command(
    days: int, versions: int, releases: Sequence[str], *, dry_run: bool, as_json: bool
) -> int:
    """Run the flow, and print what went or would go; returns the exit code."""
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_LOGGING_INTERNAL_LEVEL", "CRITICAL")
    server = Server()  # starts while the imports below load
    from flows.freed import facts, megabytes
    from flows.maintain import maintain

    server.wait()
    done = maintain(days=days, versions=versions, releases=tuple(releases), dry_run=dry_run)
    if as_json:
        print(json.dumps(facts(done), ensure_ascii=False))  # noqa: T201
        return 0
    for name in done.names:
        print(f"  {name}")  # noqa: T201
    for one in done.freed:
        print(f"{one.kind:<44} {one.count:>9,} {megabytes(one.bytes):>14}")  # noqa: T201
    for note in done.notes:
        print(note)  # noqa: T201
    print(done.sentence)  # noqa: T201
    return 0
