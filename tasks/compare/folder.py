"""Where a comparison is written to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.base.errors import UsageError
from tasks.compare.page import render
from tasks.publish.folder import MANIFEST, unwritable

PAGE, NUMBERS = "compare.html", "compare.json"


def refuse_taken(out: Path) -> None:
    """Make sure that writing to `out` overwrites nothing but an earlier comparison.

    Raises:
        UsageError: `out` is a file, cannot be written to, is a release, or holds other files.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {str(out)!r} is a file; name a folder")
    if why := unwritable(out):
        raise UsageError(f"--out {str(out)!r}: {why}; name another folder")
    if (out / MANIFEST).exists():
        raise UsageError(
            f"--out {str(out)!r} is a release, to which nothing is added; name another folder"
        )
    if out.exists() and any(out.iterdir()) and not (out / NUMBERS).exists():
        raise UsageError(
            f"--out {str(out)!r} is not empty and holds no comparison; name another folder, so "
            "that none of your files is overwritten"
        )


def write_comparison(facts: Mapping[str, Any], out: Path) -> None:
    """Write the page and its numbers, each whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    numbers = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    for name, body in ((PAGE, render(facts)), (NUMBERS, numbers)):
        draft = out / f".{name}.draft"
        draft.write_text(body, encoding="utf-8")
        draft.replace(out / name)
