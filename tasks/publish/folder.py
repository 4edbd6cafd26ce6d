"""The folder of a run: claimed before the first byte, complete when the manifest is there."""

import hashlib
import json
from pathlib import Path

from tasks.base.errors import UsageError

MANIFEST = "manifest.json"
UNFINISHED = ".finery-unfinished"


class RunFolder:
    """Writes the files of one run and remembers their hashes."""

    def __init__(self, out: str) -> None:
        self.path = Path(out)
        self.files: list[dict[str, str | int | None]] = []

    def claim(self) -> None:
        """Make the folder ours; files of an earlier run in it are removed.

        Raises:
            UsageError: The folder holds something else.
        """
        refuse_foreign(str(self.path))
        self.path.mkdir(parents=True, exist_ok=True)
        marker = self.path / UNFINISHED
        before = self.path / MANIFEST
        listed = json.loads(before.read_text())["files"] if before.exists() else []
        marker.touch()
        before.unlink(missing_ok=True)
        for file in listed:
            (self.path / file["path"]).unlink(missing_ok=True)

    def write(self, name: str, body: bytes, rows: int | None = None) -> None:
        """Write one file whole and note its hash."""
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.draft")
        draft.write_bytes(body)
        draft.replace(place)
        digest = hashlib.sha256(body).hexdigest()
        self.files.append({"path": name, "sha256": digest, "bytes": len(body), "rows": rows})

    def finish(self, manifest: dict[str, object]) -> None:
        """Write the manifest, which says that all else is there."""
        body = json.dumps({**manifest, "files": self.files}, indent=2, ensure_ascii=False)
        draft = self.path / f".{MANIFEST}.draft"
        draft.write_text(body + "\n")
        draft.replace(self.path / MANIFEST)
        (self.path / UNFINISHED).unlink(missing_ok=True)


def refuse_foreign(out: str) -> None:
    """Make sure that writing to `out` overwrites nothing but an earlier run.

    Raises:
        UsageError: `out` is a file, or a folder with files that are no run's.
    """
    path = Path(out)
    if path.exists() and not path.is_dir():
        raise UsageError(f"--out {out!r} is a file; name a folder")
    ours = (path / MANIFEST).exists() or (path / UNFINISHED).exists()
    if path.exists() and any(path.iterdir()) and not ours:
        raise UsageError(
            f"--out {out!r} is not empty and holds no run of Finery; name another folder, so that "
            "none of your files is overwritten"
        )
