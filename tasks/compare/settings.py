"""What two runs were told and made with: parameters, versions, models and sources that differ."""

import json
from collections.abc import Iterator
from typing import Any

from tasks.compare.release import Released

Facts = dict[str, Any]

BESIDES = {
    "dedup.protected": ("protect",), "dedup.sides": ("protect",), "dedup.released": ("index",),
    "select.split": ("seed",),
}  # fmt: skip
"""Settings that decide in a stage and stand outside its section."""
WHOLE = ("validate", "redact", "ingest")
"""Families whose section has no sections of stages in it."""


def differences(before: Released, after: Released) -> Facts:
    """Everything but the rows in which two runs differ: name, before, after; null: not there."""
    return {
        "parameters": _changed(_flat(before.parameters), _flat(after.parameters)),
        "versions": _changed(_versions(before), _versions(after)),
        "models": _changed(_models(before), _models(after)),
        "sources": _sources(before, after),
    }


def settings_of(stage: str, parameters: list[Facts]) -> list[Facts]:
    """Those of the differing `parameters` that decide in `stage`.

    A stage's section is named as its family, or, within that, as its module; `enabled` of the
    family counts, too.
    """
    family, _, module = stage.partition(".")
    sections = [f"{family}.{module}.", f"{module}."]
    names = {f"{family}.enabled", *BESIDES.get(stage, ())}
    sections += [f"{family}."] if family in WHOLE else []
    return [p for p in parameters if p["name"].startswith(tuple(sections)) or p["name"] in names]


def told(differing: list[Facts]) -> str:
    """Settings that differ, in one line: `dedup.near.threshold 0.45 → 0.6`."""
    return ", ".join(f"{p['name']} {_shown(p['before'])} → {_shown(p['after'])}" for p in differing)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if value is not None else "nothing"


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    return dict(_leaves(values, ""))


def _leaves(values: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _changed(one: dict[str, Any], other: dict[str, Any]) -> list[Facts]:
    return [
        {"name": name, "before": one.get(name), "after": other.get(name)}
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


def _versions(release: Released) -> dict[str, Any]:
    told: dict[str, Any] = release.report.get("again", {}).get("versions", {})
    return {**told, "finery": release.manifest["finery_version"]}


def _models(release: Released) -> dict[str, Any]:
    return {
        f"{one['name']} ({one['used_for']})": f"{one['version']}, {one['sha256'][:12]}"
        for one in release.manifest.get("models", ())
    }


def _sources(before: Released, after: Released) -> list[Facts]:
    """Sources that are in one release alone, or are not what they were."""
    one, other = (
        {str(s["uri"]): s for s in release.manifest["sources"]} for release in (before, after)
    )
    hashes = {s["sha256"]: uri for uri, s in one.items() if uri not in other}
    found = []
    for uri in sorted({*one, *other}):
        was, now = one.get(uri), other.get(uri)
        if was is not None and now is not None and was["sha256"] == now["sha256"]:
            continue
        state = "changed" if was and now else "new" if now else "gone"
        found.append(
            {"name": uri, "state": state, "before": was and was["rows"],
             "after": now and now["rows"],
             "renamed_from": hashes.get(now["sha256"], "") if now and not was else ""}
        )  # fmt: skip
    return found
