"""Full disks: told by the folder that was written to, whichever library found out."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.base.errors import DiskFullError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Polars and SQLite pass on no number
_SAID = re.compile(rf"os error ({'|'.join(map(str, FULL))})\b|database or disk is full")


@contextmanager
def room_in(folder: Path | str) -> Iterator[None]:
    """Write to `folder` within.

    Raises:
        DiskFullError: There was no room.
    """
    try:
        yield
    except Exception as error:
        if is_full(error):
            raise full(folder) from error
        raise


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk is full, a quota is spent or a file too large."""
    return (isinstance(error, OSError) and error.errno in FULL) or bool(_SAID.search(str(error)))


def full(folder: Path | str) -> DiskFullError:
    """The error about a full disk."""
    return DiskFullError(
        f"no room is left for {str(folder)!r} (the disk is full, or a quota or limit of file sizes "
        "is reached); free some (`finery maintain --dry-run` lists what no run needs any more) or "
        "put the folder elsewhere, and run again: what was finished is cached, and nothing "
        "half-written was kept"
    )
