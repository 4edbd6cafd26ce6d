"""The dataset card that a release carries: README.md, with the header that the Hub reads."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.publish.croissant import croissant
from tasks.publish.digest import waterfall_markdown
from tasks.publish.excerpt import plain
from tasks.publish.formats import suffix
from tasks.publish.markdown import code, table, words
from tasks.publish.report import sentence

__all__ = ["croissant", "dataset_card"]

SPLITS = ("train", "validation", "test")
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
          (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))  # fmt: skip


def dataset_card(report: Mapping[str, Any], formats: Sequence[str]) -> str:
    """README.md with the Hub's YAML header.

    Args:
        report: The run's report; `license`, `language` (codes) and `tags` are used if given.
        formats: Export formats in order: the first lies beside the card, the others in folders.
    """
    import yaml

    header = yaml.safe_dump(_header(report, formats), sort_keys=False, allow_unicode=True)
    counts, splits = report.get("counts") or {}, report.get("splits") or {}
    parts = [
        f"---\n{header}---",
        f"# {words(report.get('release') or 'Dataset', 80)}",
        words(sentence(report), 400),
        _section("Splits", table(("split", "rows:"), [(k, f"{n:,}") for k, n in splits.items()])
                 if splits else ""),
        _section("What was removed, and why", waterfall_markdown(report)),
        _section("Personal data", _redactions(report)),
        _section("Gates", "\n".join(
            f"- {'passed' if gate['passed'] else '**failed**'}: "
            + words(gate.get("text") or gate["name"]) for gate in report.get("gates") or ())),
        _section("What was left out", "\n".join(
            f"- {words(s['check'])}: {words(s['why'])}" for s in report.get("skipped") or ())),
        _section("Sources", _sources(report)),
        f"Refined with Finery {words(report.get('version') or '')}: `ledger.parquet` holds the "
        f"fate of all {counts.get('read', 0) + counts.get('made', 0):,} rows, and `report.html` "
        "shows it.",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(report: Mapping[str, Any], formats: Sequence[str]) -> dict[str, Any]:
    rows = sum((report.get("splits") or {}).values())
    size = next((name for most, name in _SIZES if rows < most), "n>100M")
    configs = _configs(report, formats)
    language = {"language": list(report["language"])} if report.get("language") else {}
    return {
        "pretty_name": plain(report.get("release") or "Dataset", 80),
        "license": report.get("license") or "other",
        **language,
        "task_categories": ["text-generation"],
        "size_categories": [size],
        "tags": ["instruction-tuning", "finery", *(report.get("tags") or ())],
        **({"configs": configs} if configs else {}),
    }


def _configs(report: Mapping[str, Any], formats: Sequence[str]) -> list[dict[str, Any]]:
    """A configuration per format, so that the Hub does not mix their files."""
    held = [split for split in SPLITS if (report.get("splits") or {}).get(split)]
    configs: list[dict[str, Any]] = []
    if not held:
        return configs
    for place, name in enumerate(dict.fromkeys(formats)):
        folder = f"formats/{name}/" if place else ""
        files = [{"split": s, "path": f"{folder}{s}{suffix(name)}"} for s in held]
        first: dict[str, Any] = {} if place else {"default": True}
        configs.append({"config_name": name, **first, "data_files": files})
    return configs


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _redactions(report: Mapping[str, Any]) -> str:
    by_type = (report.get("redactions") or {}).get("by_type") or {}
    lines = [(words(kind), f"{n:,}") for kind, n in sorted(by_type.items(), key=lambda t: -t[1])]
    if not lines:
        return ""
    given = (report.get("again") or {}).get("parameters") or {}
    natural = (given.get("redact") or {}).get("mode") == "surrogate"
    said = "What replaced it was invented: names, numbers and addresses here are nobody's.\n\n"
    return (said if natural else "") + table(("replaced", "times:"), lines[:60])


def _sources(report: Mapping[str, Any]) -> str:
    lines = [
        (code(s["name"]), f"{s.get('rows') or 0:,}", f"{s.get('kept') or 0:,}")
        for s in (report.get("sources") or ())[:200]
    ]
    return table(("source", "rows:", "kept:"), lines) if lines else ""
