"""An index of releases on disk: a folder with one folder, or more, for each release.

A fragment is written whole and under the hash of its content, so a run that is killed leaves
nothing, two runs may append at once, and a run knows by names alone what it was compared with. A
release that is made again (of the same sources) takes the place of the former one, and is
compared with what was there before it; so to run a night again gives the same rows again.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import polars as pl
from pydantic import BaseModel, ValidationError

from tasks.base.errors import UsageError

if TYPE_CHECKING:
    from tasks.dedup.index.signatures import Signatures

FORMAT = 1
FACTS = "fragment.json"
FILES = ("rows.parquet", "words.parquet", "vocabulary.parquet", "names.parquet")
GROUP = 1 << 18  # words of a row group: a sample need not read all of them
PROBE = "Probe 1, caffè ² 你好 👍"


class Fragment(BaseModel, frozen=True):
    """Signatures of a release, or of a part of it."""

    name: str  # which it is by number, and the hash of its content
    release: str  # what people call it
    run: str  # hash of the sources that it was made of
    created: str
    rows: int
    words: int
    bytes: tuple[int, ...]  # of each of `FILES`
    format: int = FORMAT
    probe: tuple[int, ...]  # hashes of the words of `PROBE` by the code that wrote it


class Known(BaseModel, frozen=True):
    """The part of an index that a run is compared with."""

    not_content: ClassVar[tuple[str, ...]] = ("path",)

    path: str
    fragments: tuple[Fragment, ...]

    def read(self, fragment: Fragment, file: str) -> pl.LazyFrame:
        """One of the files of a fragment."""
        return pl.scan_parquet(Path(self.path, fragment.name, file))


def fragments(path: str) -> tuple[Fragment, ...]:
    """The fragments of an index from the oldest to the newest; none where there is no folder.

    Raises:
        UsageError: The folder holds something else, or a fragment cannot be used.
    """
    folder = Path(path)
    if not folder.exists():
        return ()
    if not folder.is_dir():
        raise UsageError(f"--index {path!r} is a file; name a folder, it is made if there is none")
    inside = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
    return tuple(_fragment(one, path) for one in inside)


def _fragment(folder: Path, path: str) -> Fragment:
    if not (folder / FACTS).is_file():
        raise UsageError(
            f"--index {path!r} holds {folder.name!r}, which is no release; name a folder of its "
            "own for the index"
        )
    try:
        found = Fragment.model_validate_json((folder / FACTS).read_bytes())
        whole = found.name == folder.name and found.bytes == _sizes(folder)
    except (ValidationError, OSError):
        whole = False
    if not whole:
        raise UsageError(
            f"--index {path!r}: {folder.name!r} is damaged; put it back from a backup, or remove "
            "it, and the index forgets that release"
        )
    if found.format != FORMAT or found.probe != probe():
        raise UsageError(
            f"--index {path!r}: {folder.name!r} ({found.release}) was written by another version "
            "of Finery; make the index anew of the releases with `finery index`"
        )
    return found


def known(path: str, run: str) -> Known:
    """What a run is compared with: all that was in the index before it.

    Args:
        path: Folder of the index.
        run: Hash of its sources; where they were released before, what came with or after them
            does not count.

    Raises:
        UsageError: The index cannot be used.
    """
    found = fragments(path)
    mine = [one.name[:6] for one in found if one.run == run]
    before = [one for one in found if not mine or one.name[:6] < min(mine)]
    return Known(path=str(Path(path).absolute()), fragments=tuple(before))


def append(path: str, parts: "Iterator[Signatures]", facts: dict[str, str]) -> int:
    """Add a release; what was there of the same sources is replaced.

    Args:
        path: Folder of the index; made if there is none.
        parts: Signatures of its rows; each part becomes a fragment.
        facts: release, run and created of the `Fragment`.

    Returns:
        How many rows were added.
    """
    there = fragments(path)
    former = [one.name for one in there if one.run == facts["run"]]
    number = former[0][:6] if former else f"{int(there[-1].name[:6]) + 1 if there else 1:06d}"
    written = [
        _write(Path(path), f"{number}.{at:03d}", part, facts) for at, part in enumerate(parts)
    ]
    for name in {*former} - {one.name for one in written}:
        rmtree(Path(path, name))
    return sum(one.rows for one in written)


def _write(folder: Path, number: str, part: "Signatures", facts: dict[str, str]) -> Fragment:
    draft = folder / f".{uuid4().hex}"
    draft.mkdir(parents=True)
    words = pl.DataFrame({"word": part.words.hashes})
    # no statistics: they would hold ids; words are packed by their number as it is
    how: dict[str, Any] = {"statistics": False}
    part.rows.write_parquet(draft / FILES[0], **how)
    words.write_parquet(draft / FILES[1], compression="uncompressed", row_group_size=GROUP, **how)
    part.vocabulary.write_parquet(draft / FILES[2], **how)
    part.names.write_parquet(draft / FILES[3], **how)
    digest = hashlib.sha256()
    for file in FILES:
        digest.update((draft / file).read_bytes())
    name = f"{number}-{digest.hexdigest()[:16]}"
    made = Fragment(
        name=name, rows=part.rows.height, words=words.height, bytes=_sizes(draft), probe=probe(),
        release=facts["release"], run=facts["run"], created=facts["created"],
    )  # fmt: skip
    (draft / FACTS).write_text(json.dumps(made.model_dump(mode="json"), indent=2) + "\n")
    place = folder / name
    if place.exists():
        rmtree(draft)  # the same rows again
    else:
        draft.rename(place)
    return made


def _sizes(folder: Path) -> tuple[int, ...]:
    return tuple((folder / file).stat().st_size for file in FILES)


def probe() -> tuple[int, ...]:
    """What the code of today makes of some words."""
    from tasks.dedup.similar.word_hashes import word_lists  # compiled code

    lists = word_lists(pl.Series([PROBE]))
    return tuple(lists.hashes[: lists.sizes[0]].tolist())
