"""The dataset card that a release carries: README.md for the Hub, and Croissant metadata.

Neither holds a date of its own, so that the same release gives the same bytes; `datePublished`,
which Croissant wants, is there when the report says when it was created.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from tasks.publish.digest import waterfall_markdown
from tasks.publish.excerpt import plain
from tasks.publish.formats import suffix
from tasks.publish.markdown import code, table, words
from tasks.publish.report import sentence

SPLITS = ("train", "validation", "test")
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
          (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))  # fmt: skip
_MIME = {".jsonl": "application/jsonlines", ".parquet": "application/vnd.apache.parquet",
         ".json": "application/json", ".html": "text/html", ".md": "text/markdown"}  # fmt: skip
_COLUMNS = {
    "id": "content hash of the row, and how many-th copy of it",
    "source": "file or address that the row came from",
    "source_row": "record in that source, from 0",
    "tools": "JSON of the tools on offer",
    "origin": "human, augmented or synthetic",
    "parent": "id of the row that this one was made from",
    "meta": "JSON of every other field of the record",
    "split": "train, validation or test",
}
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    **{name: f"cr:{name}" for name in ("citeAs", "column", "extract", "field", "fileObject",
       "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
       "path", "recordSet", "references", "regex", "repeated", "replace", "separator", "source",
       "subField", "transform")},
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}  # fmt: skip


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
        _section("Not checked", "\n".join(
            f"- {words(s['check'])}: {words(s['why'])}" for s in report.get("skipped") or ())),
        _section("Sources", _sources(report)),
        f"Refined with Finery {words(report.get('version') or '')}: `ledger.parquet` holds the fate "
        f"of all {counts.get('read', 0) + counts.get('made', 0):,} rows, `report.html` shows it.",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def croissant(report: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Croissant 1.0 metadata of the release, as JSON-LD.

    Args:
        report: The run's report; `license`, `url`, `creator` and `created` are used if given.
        files: Files of the release: path, sha256, bytes, rows. The records of `data.parquet`
            are described if it is among them.
    """
    named = {key: report[key] for key in ("url", "creator") if report.get(key)}
    if report.get("created"):
        named["datePublished"] = str(report["created"])[:10]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": plain(report.get("release") or "dataset", 80),
        "description": plain(sentence(report), 400),
        "license": report.get("license") or "other",
        **named,
        "distribution": [_file(file) for file in files],
        "recordSet": [_records(f["path"]) for f in files if f["path"] == "data.parquet"],
    }


def _header(report: Mapping[str, Any], formats: Sequence[str]) -> dict[str, Any]:
    rows = sum((report.get("splits") or {}).values())
    size = next((name for most, name in _SIZES if rows < most), "n>100M")
    language = {"language": list(report["language"])} if report.get("language") else {}
    return {
        "pretty_name": plain(report.get("release") or "Dataset", 80),
        "license": report.get("license") or "other",
        **language,
        "task_categories": ["text-generation"],
        "size_categories": [size],
        "tags": ["instruction-tuning", "finery", *(report.get("tags") or ())],
        "configs": _configs(report, formats),
    }


def _configs(report: Mapping[str, Any], formats: Sequence[str]) -> list[dict[str, Any]]:
    """A configuration per format, so that the Hub does not mix their files."""
    held = [split for split in SPLITS if (report.get("splits") or {}).get(split)]
    configs = []
    for place, name in enumerate(dict.fromkeys(formats)):
        folder = f"formats/{name}/" if place else ""
        files = [{"split": s, "path": f"{folder}{s}{suffix(name)}"} for s in held]
        first: dict[str, Any] = {} if place else {"default": True}
        configs.append({"config_name": name, **first, "data_files": files})
    return configs if held else []


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _redactions(report: Mapping[str, Any]) -> str:
    by_type = (report.get("redactions") or {}).get("by_type") or {}
    lines = [(words(kind), f"{n:,}") for kind, n in sorted(by_type.items(), key=lambda t: -t[1])]
    return table(("replaced", "times:"), lines[:60]) if lines else ""


def _sources(report: Mapping[str, Any]) -> str:
    lines = [
        (code(s["name"]), f"{s.get('rows') or 0:,}", f"{s.get('kept') or 0:,}")
        for s in (report.get("sources") or ())[:200]
    ]
    return table(("source", "rows:", "kept:"), lines) if lines else ""


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    kind = PurePosixPath(file["path"]).suffix
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": _MIME.get(kind, "application/octet-stream"),
        "sha256": file["sha256"],
    }


def _records(path: str) -> dict[str, Any]:
    fields = [_field(path, name, what) for name, what in _COLUMNS.items()]
    turns = _field(path, "messages", "turns of the conversation, oldest first")
    turns |= {"repeated": True, "subField": [
        {**_field(path, "messages", f"{key} of the turn"), "@id": f"rows/messages/{key}",
         "name": key, "source": {**_source(path, "messages"), "transform": {"jsonPath": key}}}
        for key in ("role", "content")
    ]}  # fmt: skip
    del turns["dataType"]
    return {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "key": {"@id": "rows/id"},
            "field": [*fields, turns]}  # fmt: skip


def _field(path: str, column: str, what: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"rows/{column}",
        "name": column,
        "description": what,
        "dataType": "sc:Integer" if column == "source_row" else "sc:Text",
        "source": _source(path, column),
    }


def _source(path: str, column: str) -> dict[str, Any]:
    return {"fileObject": {"@id": path}, "extract": {"column": column}}
