"""What a run was made with."""

import hashlib
from importlib.metadata import PackageNotFoundError, distribution, version

ENGINES = (
    "prefect", "polars", "pandera", "rapidfuzz", "presidio-analyzer", "spacy", "ftfy", "numpy",
    "scipy",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Version of Finery and of every engine that decides over rows."""
    return {name: installed(name) for name in ("finery", *ENGINES)}


def installed(name: str) -> str:
    """Version of a distribution, or that it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def model(name: str, used_for: str) -> dict[str, str]:
    """Passport of a model that is installed as a package.

    `sha256` is over the package's own record of its files and their hashes (installers add to
    its folder of metadata, which is left out).
    """
    record = distribution(name).read_text("RECORD") or ""
    lines = sorted(
        line for line in record.splitlines() if "sha256=" in line and ".dist-info/" not in line
    )
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return {"name": name, "version": installed(name), "sha256": digest, "used_for": used_for}


def is_installed(name: str) -> bool:
    """Whether a distribution is there."""
    return installed(name) != "not installed"
