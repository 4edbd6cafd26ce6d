"""Fetch optional models from the package index, hold them to their hashes, and say where they lie.

They lie in the folder that `FINERY_MODELS` names, else in `models` of the store (`FINERY_STORE`).
Everything after `install` works without a network.
"""

import os
from difflib import get_close_matches
from pathlib import Path

from tasks.base.errors import UsageError
from tasks.llm.catalogue import CATALOGUE, DEFAULT, ENGINE, Item
from tasks.llm.wheels import WeightsError, check_hash, fetch

__all__ = [
    "DEFAULT", "ENGINE", "NotInstalledError", "WeightsError", "identity", "install",
    "is_installed", "language_model", "models_folder", "named", "path",
]  # fmt: skip


class NotInstalledError(UsageError):
    """A model is asked for that was never fetched."""


def models_folder() -> Path:
    """Where models lie: `FINERY_MODELS`, else `models` in the store."""
    given = os.environ.get("FINERY_MODELS")
    store = os.environ.get("FINERY_STORE") or Path(__file__).parents[2] / "data"
    return (Path(given) if given else Path(store, "models")).absolute()


def named(name: str) -> Item:
    """What the catalogue knows of `name`.

    Raises:
        UsageError: Nothing; the message names what is near.
    """
    if name not in CATALOGUE:
        near = get_close_matches(name, CATALOGUE, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UsageError(f"no model {name!r}; {hint}known are {', '.join(CATALOGUE)}")
    return CATALOGUE[name]


def language_model(name: str = "") -> str:
    """Name of a local model that answers questions; the default one for an empty name.

    Raises:
        UsageError: There is none of that name.
    """
    known = [one for one, item in CATALOGUE.items() if ENGINE in item.needs]
    if name and name not in known:
        raise UsageError(
            f"llm.endpoint=local has no language model {name!r}; known are {', '.join(known)}"
        )
    return name or DEFAULT


def identity(name: str) -> str:
    """Name and the start of a hash that tells these weights from all others; needs no file."""
    wheel = named(name).wheels[0]
    return f"{name}@{(wheel.takes[0].sha256 or wheel.sha256[0])[:12]}"


def is_installed(name: str) -> bool:
    """Whether the files of `name` are there; what it needs besides is not looked at."""
    folder = models_folder() / name
    return all((folder / take.name).exists() for w in named(name).wheels for take in w.takes)


def path(name: str) -> Path:
    """Folder of the files of `name`, which are held to their hashes once in a process.

    Raises:
        NotInstalledError: They are not there.
        WeightsError: They are not the ones of the catalogue.
    """
    item, folder = named(name), models_folder() / name
    if not is_installed(name):
        raise NotInstalledError(
            f"the model {name!r} is not in {models_folder()}; get it: finery models install {name}"
        )
    remedy = f"put the right one there: finery models install {name}"
    for take in (take for wheel in item.wheels for take in wheel.takes if take.sha256):
        file = folder / take.name
        check_hash(file, take.sha256, str(file), remedy)
    return folder


def install(name: str) -> list[str]:
    """Fetch `name` and what it needs, unless it is there already and whole.

    Returns:
        Names of what was fetched.

    Raises:
        UsageError: The catalogue has no such name.
        WeightsError: The index does not answer, has no wheel for this machine, or gives another
            file.
    """
    item = named(name)
    fetched = [one for need in item.needs for one in install(need)]
    try:
        path(name)
    except (NotInstalledError, WeightsError):
        fetch(item, models_folder() / name)
        return [*fetched, name]
    return fetched
