"""Where a comparison is written to."""

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.base.errors import UsageError
from tasks.compare.page import render
from tasks.publish.folder import MANIFEST, unwritable

if TYPE_CHECKING:
    from tasks.compare.compare import Comparison

PAGE, NUMBERS, ROWS = "compare.html", "compare.json", "compare.parquet"


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


def write_comparison(found: "Comparison", out: Path) -> None:
    """Write the page, its numbers and the list of rows, each whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    numbers = json.dumps(found.facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    rows = BytesIO()
    found.rows.write_parquet(rows, compression="zstd", statistics=False)
    bodies = {NUMBERS: numbers.encode(), ROWS: rows.getvalue(), PAGE: render(found.facts).encode()}
    for name, body in bodies.items():
        draft = out / f".{name}.draft"
        draft.write_bytes(body)
        draft.replace(out / name)
