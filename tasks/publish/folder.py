"""The folder of a run: claimed before the first byte, complete when the manifest is there."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.base.disk import room_in
from tasks.base.errors import UsageError
from tasks.base.locks import sole

MANIFEST = "manifest.json"
UNFINISHED = ".finery-unfinished"


class RunFolder:
    """Writes the files of one run and remembers their hashes."""

    def __init__(self, out: str) -> None:
        self.path = Path(out)
        self.files: list[dict[str, str | int | None]] = []

    def claim(self) -> None:
        """Make the folder ours; files of an earlier run in it are removed, also of one cut short.

        Raises:
            UsageError: The folder holds something else.
        """
        refuse_foreign(str(self.path))
        self.path.mkdir(parents=True, exist_ok=True)
        left = _listed(self.path) or []
        marker = self.path / UNFINISHED
        left += marker.read_text().splitlines() if marker.exists() else []
        marker.write_text("".join(f"{name}\n" for name in left))
        (self.path / MANIFEST).unlink(missing_ok=True)
        for name in left:
            _inside(self.path, name).unlink(missing_ok=True)

    def write(self, name: str, body: bytes, rows: int | None = None) -> None:
        """Write one file whole and note its hash."""
        with room_in(self.path), (self.path / UNFINISHED).open("a") as marker:
            marker.write(f"{name}\n")
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.draft")
        with room_in(self.path):
            try:
                draft.write_bytes(body)
                draft.replace(place)
            finally:
                draft.unlink(missing_ok=True)
        digest = hashlib.sha256(body).hexdigest()
        self.files.append({"path": name, "sha256": digest, "bytes": len(body), "rows": rows})

    def finish(self, manifest: dict[str, object]) -> None:
        """Write the manifest, which says that all else is there."""
        whole = {**manifest, "files": self.files}
        body = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
        draft = self.path / f".{MANIFEST}.draft"
        with room_in(self.path):
            draft.write_text(body + "\n")
            draft.replace(self.path / MANIFEST)
        (self.path / UNFINISHED).unlink(missing_ok=True)


@contextmanager
def sole_writer(out: str) -> Iterator[None]:
    """Keep other runs from writing to the folder meanwhile.

    Raises:
        UsageError: One is writing to it, or it holds something other than a run.
    """
    refuse_foreign(out)
    with room_in(out):
        Path(out).mkdir(parents=True, exist_ok=True)
    with sole(Path(out) / UNFINISHED) as is_ours:
        if not is_ours:
            raise UsageError(
                f"another run is writing to {out!r}; wait until it has ended, or name another "
                "folder: what this run computed is cached"
            )
        yield


def refuse_foreign(out: str) -> None:
    """Make sure that writing to `out` overwrites nothing but an earlier run.

    Raises:
        UsageError: `out` is a file, or a folder with files that are no run's.
    """
    path = Path(out)
    if path.exists() and not path.is_dir():
        raise UsageError(f"--out {out!r} is a file; name a folder")
    if why := unwritable(path):
        raise UsageError(f"--out {out!r}: {why}; name another folder")
    ours = (path / UNFINISHED).exists() or _listed(path) is not None
    if path.exists() and any(path.iterdir()) and not ours:
        raise UsageError(
            f"--out {out!r} is not empty and holds no run of Finery; name another folder, so that "
            "none of your files is overwritten"
        )


def unwritable(path: Path) -> str:
    """Why the folder `path`, which need not be there, cannot be written to; empty if it can."""
    there = next(one for one in (path.absolute(), *path.absolute().parents) if one.exists())
    if not there.is_dir():
        return f"{there} is a file"
    if not os.access(there, os.W_OK | os.X_OK) or _is_virtual(there):
        return f"{there} cannot be written to"
    return ""


def _is_virtual(path: Path) -> bool:
    """Whether `path` is in a file system of the kernel's, where even root makes no folder."""
    return path.parts[1:2] in (("proc",), ("sys",))


def _listed(path: Path) -> list[str] | None:
    """Names of the files of the run in `path`; None if there is no manifest, or not one of ours.

    Web pages and browser extensions have a file of that name, too.
    """
    try:
        manifest = json.loads((path / MANIFEST).read_bytes())
        is_ours = "finery_version" in manifest
        return [str(file["path"]) for file in manifest["files"]] if is_ours else None
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _inside(path: Path, name: str) -> Path:
    """The file `name` of the run; a manifest that points elsewhere was not written by us."""
    place = (path / name).resolve()
    if not place.is_relative_to(path.resolve()):
        raise UsageError(
            f"{str(path / MANIFEST)!r} lists {name!r}, which is outside its folder; name another "
            "folder for --out"
        )
    return place
