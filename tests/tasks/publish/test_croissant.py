"""The Croissant metadata of a release."""

import json
from typing import Any

from tasks.base.table import SCHEMA
from tasks.publish.croissant import croissant
from tests.tasks.publish.sample_report import sample_report

FILES: list[dict[str, Any]] = [
    {"path": "train.jsonl", "sha256": "ab" * 32, "bytes": 10, "rows": 2},
    {"path": "data.parquet", "sha256": "cd" * 32, "bytes": 20, "rows": 2},
    {"path": "odd.bin", "sha256": "ef" * 32, "bytes": 30, "rows": None},
]


def ids(node: Any) -> list[str]:
    """Ids of all nodes that are described, not merely referred to."""
    if isinstance(node, list):
        return [i for inner in node for i in ids(inner)]
    if isinstance(node, dict):
        own = [node["@id"]] if "@type" in node and "@id" in node else []
        return own + [i for inner in node.values() for i in ids(inner)]
    return []


def test_it_names_the_format_and_what_every_data_set_must_have() -> None:
    made = croissant({**sample_report(), "url": "https://data.example/x"}, FILES)
    assert made["@type"] == "sc:Dataset"
    assert made["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert made["name"] == "harbour-support-2026-11"
    assert made["datePublished"] == "2026-11-24"
    assert made["license"] == "other"
    assert made["url"] == "https://data.example/x"


def test_what_is_not_known_is_left_out_rather_than_invented() -> None:
    assert not {"url", "creator", "datePublished"} & set(croissant({}, []))


def test_every_file_has_its_hash_size_and_kind() -> None:
    files = croissant(sample_report(), FILES)["distribution"]
    assert [file["encodingFormat"] for file in files] == [
        "application/jsonlines", "application/vnd.apache.parquet", "application/octet-stream",
    ]  # fmt: skip
    assert (files[0]["sha256"], files[0]["contentSize"]) == ("ab" * 32, "10 B")


def test_the_records_of_the_canonical_file_are_described_and_refer_to_it() -> None:
    made = croissant(sample_report(), FILES)
    (rows,) = made["recordSet"]
    columns = {field["source"]["extract"]["column"] for field in rows["field"]}
    assert columns <= {*SCHEMA, "split"}
    assert {f["source"]["fileObject"]["@id"] for f in rows["field"]} == {"data.parquet"}
    assert rows["key"]["@id"] in ids(rows)


def test_without_the_canonical_file_no_records_are_described() -> None:
    assert croissant(sample_report(), FILES[:1])["recordSet"] == []


def test_ids_are_unique() -> None:
    found = ids(croissant(sample_report(), FILES))
    assert len(found) == len(set(found))


def test_every_term_is_one_that_the_context_knows() -> None:
    made = croissant(sample_report(), FILES)
    used = set()

    def walk(node: Any) -> None:
        for key, value in node.items() if isinstance(node, dict) else ():
            used.add(key)
            walk(value)
        for value in node if isinstance(node, list) else ():
            walk(value)

    walk({key: value for key, value in made.items() if key != "@context"})
    schema_org = {"name", "description", "license", "datePublished", "distribution",
                  "contentUrl", "contentSize", "encodingFormat", "sha256"}  # fmt: skip
    assert {u for u in used if not u.startswith("@")} - schema_org <= set(made["@context"])
    json.dumps(made, allow_nan=False)
