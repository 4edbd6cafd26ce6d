"""Croissant metadata of a release, which search engines and loaders of data sets read.

Written by hand after version 1.0 of the format. It holds no date of its own, so that the same
release gives the same bytes; `datePublished`, which the format wants, is there when the report
says when it was created.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from tasks.publish.excerpt import plain
from tasks.publish.report import sentence

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
