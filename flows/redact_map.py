"""Show the map that a run wrote of what redaction replaced."""

import json
import sys
from pathlib import Path

from tasks.redact.vault import read_map


def show_command(file: Path, secret: str = "") -> int:
    """Print one JSON document per value: id, kind, value, stand_in; returns the exit code.

    Args:
        file: `pseudonyms.jsonl`, or the folder of the run that holds it.
        secret: Name of the Secret block with the key; empty for the environment variable.

    Raises:
        UsageError: The file is no map, or there is no key that opens it.
    """
    place = file / "pseudonyms.jsonl" if file.is_dir() else file
    for one in read_map(place, secret):
        sys.stdout.write(json.dumps(one._asdict(), ensure_ascii=False) + "\n")
    return 0
