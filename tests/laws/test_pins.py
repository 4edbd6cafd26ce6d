"""What is pinned is what somebody asks for: each package costs every user time and trust."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.laws.test_layers import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINNED = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)


def asked_for() -> set[str]:
    """Names of all packages that the product and its tests lead to, on this platform."""
    extras = PROJECT["optional-dependencies"]
    todo = [Requirement(one) for one in PROJECT["dependencies"] + extras["dev"] + extras["onnx"]]
    seen: set[tuple[str, str]] = set()
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        for extra in {"", *wanted.extras} - {e for n, e in seen if n == name}:
            seen.add((name, extra))
            todo += [
                one for one in map(Requirement, requirements(name))
                if one.marker is None or one.marker.evaluate({"extra": extra})
            ]  # fmt: skip
    return {name for name, _ in seen}


def requirements(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:  # of another platform, or the product itself
        return []


def test_nothing_is_pinned_that_nobody_asks_for():
    asked = asked_for()
    here = {name for name in map(canonicalize_name, PINNED) if is_installed(name)}
    assert "polars" in here & asked
    assert here - asked == set()


def is_installed(name: str) -> bool:
    try:
        requires(name)
    except PackageNotFoundError:
        return False
    return True
