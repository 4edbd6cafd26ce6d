"""An index of releases on disk: a folder with one folder, or more, for each release.

A fragment is written whole and under the hash of its content, so a run that is killed leaves
nothing, two runs may append at once, and a run knows by names alone what it was compared with. A
release that is made again (of the same sources) takes the place of the former one, and is
compared with what was there before it; so to run a night again gives the same rows again.
"""

import hashlib
import json
import re
import time
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
SCHEMAS = {
    "rows.parquet": pl.Schema(
        {
            "id": pl.String(),
            "words": pl.UInt32(),  # how many there are of it in the list of words
            "told": pl.UInt32(),  # how many of them, the last ones, are the answer's
            "context": pl.UInt64(),
            "signs": pl.String(),  # operators and currencies, as JSON; empty: none
            "asked_denials": pl.UInt32(),  # how often the prompt says n't
            "told_denials": pl.UInt32(),
            "structured": pl.Boolean(),
        }
    ),
    "words.parquet": pl.Schema({"word": pl.UInt32()}),
    "vocabulary.parquet": pl.Schema(
        {
            "word": pl.UInt32(),
            "first": pl.UInt32(),  # code points
            "last": pl.UInt32(),
            "letters": pl.UInt32(),
            "beginnings": pl.List(pl.UInt16()),  # hashes of its first letter, first two, ...
        }
    ),
    "names.parquet": pl.Schema({"row": pl.UInt32(), "told": pl.Boolean(), "word": pl.UInt32()}),
}
"""What is kept of the rows, their words, their different words, and their names."""
FILES = ROWS, WORDS, VOCABULARY, NAMES = tuple(SCHEMAS)
GROUP = 1 << 18  # words of a row group: a sample need not read all of them
DAY = 86_400  # seconds
NAME = re.compile(r"\d{6}\.\d{3}-[0-9a-f]{16}")
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
        """One of the files of a fragment.

        Raises:
            UsageError: It is damaged.
        """
        place = Path(self.path, fragment.name, file)
        try:
            table = pl.scan_parquet(place, glob=False)
            whole = table.collect_schema() == SCHEMAS[file]
        except (OSError, pl.exceptions.PolarsError):
            whole = False
        if not whole:
            raise damaged(self.path, fragment.name)
        return table


def fragments(path: str) -> tuple[Fragment, ...]:
    """The fragments of an index from the oldest to the newest; none where there is no folder.

    Raises:
        UsageError: The folder holds something else, or a fragment cannot be used.
    """
    folder = Path(path)
    if folder.is_symlink() and not folder.exists():
        raise UsageError(f"--index {path!r} is a link to nowhere; name a folder")
    if not folder.exists():
        return ()
    if not folder.is_dir():
        raise UsageError(f"--index {path!r} is a file; name a folder, it is made if there is none")
    inside = sorted(one for one in folder.iterdir() if not one.name.startswith((".", "README")))
    return tuple(_fragment(one, path) for one in inside)


def _fragment(folder: Path, path: str) -> Fragment:
    if not NAME.fullmatch(folder.name):
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
        raise damaged(path, folder.name)
    if found.format != FORMAT or found.probe != probe():
        raise UsageError(
            f"--index {path!r}: {folder.name!r} ({found.release}) was written by another version "
            "of Finery; make the index anew of the releases, `finery index add`"
        )
    return found


def damaged(path: str, name: str) -> UsageError:
    """What to tell of a fragment that is not as it was written."""
    return UsageError(
        f"--index {path!r}: {name!r} is damaged; put it back from a backup, or remove it, and the "
        "index forgets that release"
    )


def is_sound(path: str, fragment: Fragment) -> bool:
    """Whether a fragment has the content that it was written with, to the byte."""
    return fragment.name.endswith(f"-{_content(Path(path, fragment.name))}")


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
        aside = Path(path, f".{uuid4().hex}")  # at once, for others may be reading
        Path(path, name).rename(aside)
        rmtree(aside, ignore_errors=True)
    _sweep(Path(path))
    return sum(one.rows for one in written)


def _write(folder: Path, number: str, part: "Signatures", facts: dict[str, str]) -> Fragment:
    draft = folder / f".{uuid4().hex}"
    draft.mkdir(parents=True)
    words = pl.DataFrame({"word": part.words.hashes})
    # no statistics: they would hold ids; words are packed by their number as it is
    how: dict[str, Any] = {"statistics": False}
    part.rows.write_parquet(draft / ROWS, **how)
    words.write_parquet(draft / WORDS, compression="uncompressed", row_group_size=GROUP, **how)
    part.vocabulary.write_parquet(draft / VOCABULARY, **how)
    part.names.write_parquet(draft / NAMES, **how)
    name = f"{number}-{_content(draft)}"
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


def _content(folder: Path) -> str:
    """Hash of the files of a fragment."""
    digest = hashlib.sha256()
    for file in FILES:
        digest.update((folder / file).read_bytes())
    return digest.hexdigest()[:16]


def _sweep(folder: Path) -> None:
    """Remove what killed runs left, once nobody can be writing it any more."""
    for draft in folder.glob(".*"):
        if time.time() - draft.stat().st_mtime > DAY:
            rmtree(draft, ignore_errors=True)


def _sizes(folder: Path) -> tuple[int, ...]:
    return tuple((folder / file).stat().st_size for file in FILES)


def probe() -> tuple[int, ...]:
    """What the code of today makes of some words."""
    from tasks.dedup.similar.word_hashes import word_lists  # compiled code

    lists = word_lists(pl.Series([PROBE]))
    return tuple(lists.hashes[: lists.sizes[0]].tolist())
