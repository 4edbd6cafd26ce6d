"""A folder of releases: each the folder of a run under a name of its own, one of them the latest.

    releases.json    every release that ever was here, oldest first
    latest           link to the last one that passed its gates
    2026-11-26/      a release; a second one of that day is 2026-11-26.2
    .draft/          the one in the making

A release is written as a draft and renamed when it is whole, so a night that is cut short leaves
the releases as they were. What the list says of a release it says by the release's own manifest;
one that a killed process renamed and did not list is listed by the next.
"""

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from tasks.base.errors import UsageError
from tasks.base.locks import sole
from tasks.publish.folder import MANIFEST, unwritable
from tasks.publish.listed import Listed, read_listed

logger = logging.getLogger(__name__)

LIST, LATEST, DRAFT, LOCK, INDEX = "releases.json", "latest", ".draft", ".lock", "index"
_NAME = re.compile(r"\d{4}-\d\d-\d\d(\.\d+)?")


class Releases:
    """The releases in a folder."""

    def __init__(self, path: str) -> None:
        """Open the folder, which need not be there.

        Raises:
            UsageError: It is a file, or holds something else.
        """
        if not path.strip():
            raise UsageError("name a folder for the releases")
        self.path = Path(path).absolute()
        if self.path.exists() and not self.path.is_dir():
            raise UsageError(f"releases {path!r} is a file; name a folder")
        ours = {LIST, LOCK, DRAFT}
        if self.path.exists() and any(self.path.iterdir()) and not any(map(self._has, ours)):
            raise UsageError(
                f"releases {path!r} is not empty and holds no releases; name another folder, so "
                "that none of your files is touched"
            )

    def _has(self, name: str) -> bool:
        return (self.path / name).exists()

    @property
    def listed(self) -> tuple[Listed, ...]:
        """Every release that ever was here, oldest first.

        Raises:
            UsageError: The list is damaged.
        """
        try:
            lines = json.loads((self.path / LIST).read_bytes())
            return tuple(Listed.model_validate(one) for one in lines)
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError, ValidationError):
            raise UsageError(
                f"{self.path / LIST} is damaged; remove it, and the next night lists the releases "
                "anew from their folders"
            ) from None

    @property
    def present(self) -> tuple[Listed, ...]:
        """The releases whose folders are here and whole, oldest first."""
        return tuple(one for one in self.listed if not one.pruned and self.is_whole(one))

    def latest(self) -> Listed | None:
        """The last release that passed its gates and is whole."""
        return next((one for one in reversed(self.present) if one.passed), None)

    def folder(self, name: str) -> Path:
        """Folder of a release."""
        return self.path / name

    def is_whole(self, one: Listed) -> bool:
        """Whether manifest and files of a release are there, of the size that they had."""
        folder = self.folder(one.name)
        try:
            body = (folder / MANIFEST).read_bytes()
            sizes = [(folder / f["path"], f["bytes"]) for f in json.loads(body)["files"]]
            return hashlib.sha256(body).hexdigest() == one.manifest and all(
                file.stat().st_size == size for file, size in sizes
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def check_writable(self) -> None:
        """See that a release can be added.

        Raises:
            UsageError: The folder cannot be written to, or `latest` in it is no link.
        """
        if why := unwritable(self.path):
            raise UsageError(f"releases {str(self.path)!r}: {why}; name another folder")
        link = self.path / LATEST
        if link.exists() and not link.is_symlink():
            raise UsageError(
                f"{link} is a folder or file, where a link to the latest release belongs (was it "
                "copied with its links followed?): remove it, and the next night makes the link"
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other nights out, and mend what a killed one left.

        Raises:
            UsageError: Another night is at work here, or it cannot be written (`check_writable`).
        """
        self.check_writable()
        self.path.mkdir(parents=True, exist_ok=True)
        lock = self.path / LOCK
        with sole(lock) as is_ours:
            if not is_ours:
                holder = lock.read_text().strip() or "unknown"
                raise UsageError(
                    f"another night is writing to {self.path} (process {holder}); wait until it "
                    "has ended, nothing was done"
                )
            lock.write_text(f"{os.getpid()}\n")
            self._mend()
            yield

    def draft(self, day: str) -> Path:
        """Where to write the next release of `day`, under the name that it will have."""
        taken = {one.name for one in self.listed} | {file.name for file in self.path.iterdir()}
        names = (day if n == 1 else f"{day}.{n}" for n in range(1, len(taken) + 2))
        place = self.path / DRAFT / next(name for name in names if name not in taken)
        place.parent.mkdir(exist_ok=True)
        return place

    def publish(self, draft: Path) -> Listed:
        """Take a whole draft in as a release."""
        place = self.folder(draft.name)
        draft.replace(place)
        return self._list(place)

    def prune(self, keep: int) -> list[str]:
        """Remove the folders of all but the last `keep` releases and the latest."""
        latest = self.latest()
        old = [one for one in self.present[:-keep] if one != latest]
        gone = {one.name for one in old}
        self._write([o.model_copy(update={"pruned": o.pruned or o.name in gone})
                     for o in self.listed])  # fmt: skip
        for one in old:
            _remove(self.folder(one.name))
            logger.info("%s: the release %s was removed to make room", self.path, one.name)
        return [one.name for one in old]

    def _mend(self) -> None:
        """Remove drafts, and list whole releases that are not listed."""
        shutil.rmtree(self.path / DRAFT, ignore_errors=True)
        known = {one.name: one for one in self.listed}
        for place in sorted(self.path.iterdir(), key=_in_order):
            is_ours = _NAME.fullmatch(place.name) and place.is_dir() and not place.is_symlink()
            if not is_ours or not (place / MANIFEST).exists():
                continue
            if place.name not in known:
                self._list(place)
            elif known[place.name].pruned:  # killed while it was being removed
                shutil.rmtree(place)
        latest = self.latest()
        if latest and not self._leads_to(latest):
            self._link(latest)

    def _list(self, place: Path) -> Listed:
        one = read_listed(place)
        self._write([*self.listed, one])
        return one

    def _write(self, listed: list[Listed]) -> None:
        body = json.dumps([one.model_dump(mode="json") for one in listed], indent=1)
        draft = self.path / f".{LIST}.draft"
        draft.write_text(body + "\n")
        draft.replace(self.path / LIST)
        latest = self.latest()
        if latest:
            self._link(latest)

    def _leads_to(self, one: Listed) -> bool:
        link = self.path / LATEST
        return link.is_symlink() and link.readlink() == Path(one.name)

    def _link(self, one: Listed) -> None:
        link = self.path / f".{LATEST}.draft"
        link.unlink(missing_ok=True)
        link.symlink_to(one.name)
        link.replace(self.path / LATEST)


def _remove(place: Path) -> None:
    """Remove a release; of one that was moved away and linked to, the link alone."""
    if place.is_symlink():
        place.unlink()
    else:
        shutil.rmtree(place)


def _in_order(place: Path) -> tuple[str, int]:
    day, _, number = place.name.partition(".")
    return day, int(number) if number.isdigit() else 1
