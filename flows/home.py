"""Where Finery keeps its state, and how Prefect is told so.

Prefect reads `[tool.prefect]` of `pyproject.toml` only when the current folder is the project's.
Started from anywhere else it would fall back to other settings without a word, so every entry
point calls `settle` before the first import of Prefect.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
"""The project; the folder that holds `flows`."""

STORE_VARIABLE = "FINERY_STORE"


def store() -> Path:
    """Folder of stored datasets, results and memos: `FINERY_STORE`, or `data` in the project."""
    return Path(os.environ.get(STORE_VARIABLE) or ROOT / "data").absolute()


def prefect_home() -> Path:
    """Folder of Prefect's own state: `PREFECT_HOME`, or `.prefect` in the project."""
    return Path(os.environ.get("PREFECT_HOME") or ROOT / ".prefect").absolute()


def settle() -> None:
    """Hand the project's Prefect settings on as environment variables, unless they are set."""
    # an absolute store also for the processes that a worker starts in another folder
    os.environ[STORE_VARIABLE] = str(store())
    for name, value in prefect_settings().items():
        os.environ.setdefault(name, value)


def prefect_settings() -> dict[str, str]:
    """`[tool.prefect]` of the project as environment variables, with absolute paths."""
    project = ROOT / "pyproject.toml"
    tool = tomllib.loads(project.read_text()).get("tool", {}) if project.exists() else {}
    settings = _flat(tool.get("prefect", {}), "PREFECT")
    return settings | {
        "PREFECT_HOME": str(prefect_home()),
        "PREFECT_PROFILES_PATH": str(ROOT / ".prefect" / "profiles.toml"),
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(store() / ".results"),
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }


def _flat(table: dict[str, Any], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}_{key.upper()}"
        if isinstance(value, dict):
            found |= _flat(value, name)
        elif isinstance(value, list):
            found[name] = ",".join(map(str, value))
        else:
            found[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found
