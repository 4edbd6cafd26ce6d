"""Disks that are full: a limit on the size of files, and a small file system."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """No file that this process writes may grow beyond `size` bytes: half of it is written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def small_disk(place: Path, megabytes: float) -> Iterator[bool]:
    """A file system of this size at `place`; False where we may not mount one."""
    place.mkdir(parents=True, exist_ok=True)
    size = f"size={int(megabytes * 1024)}k"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], capture_output=True, check=False
    )
    try:
        yield made.returncode == 0
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", "-l", place], check=True)
