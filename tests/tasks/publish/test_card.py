"""The dataset card and its header for the Hub."""

from typing import Any

import yaml

from tasks.publish.card import dataset_card
from tests.tasks.publish.sample_report import SCRIPT, sample_report


def header(card: str) -> dict[str, Any]:
    _, head, _ = card.split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(head)
    return found


def test_the_first_format_lies_beside_the_card_and_the_others_in_folders() -> None:
    configs = header(dataset_card(sample_report(), ["trl", "parquet", "trl"]))["configs"]
    assert [(c["config_name"], c.get("default")) for c in configs] == [
        ("trl", True),
        ("parquet", None),
    ]
    assert configs[0]["data_files"][0] == {"split": "train", "path": "train.jsonl"}
    assert configs[1]["data_files"][2] == {"split": "test", "path": "formats/parquet/test.parquet"}


def test_a_split_without_rows_is_not_announced() -> None:
    report = {**sample_report(), "splits": {"train": 10, "test": 0}}
    files = header(dataset_card(report, ["openai"]))["configs"][0]["data_files"]
    assert [file["split"] for file in files] == ["train"]


def test_the_license_is_other_unless_given() -> None:
    assert header(dataset_card(sample_report(), ["openai"]))["license"] == "other"
    given = {**sample_report(), "license": "cc-by-4.0", "language": ["en"], "tags": ["support"]}
    head = header(dataset_card(given, ["openai"]))
    assert (head["license"], head["language"], head["tags"][-1]) == ("cc-by-4.0", ["en"], "support")
    assert "language" not in header(dataset_card(sample_report(), ["openai"]))


def test_the_size_category_is_that_of_the_kept_rows() -> None:
    sizes = {
        rows: header(dataset_card({"splits": {"train": rows}}, ["openai"]))["size_categories"]
        for rows in (999, 1_000, 10_000_000, 100_000_000)
    }
    assert sizes == {
        999: ["n<1K"], 1_000: ["1K<n<10K"], 10_000_000: ["10M<n<100M"], 100_000_000: ["n>100M"],
    }  # fmt: skip


def test_the_text_says_what_was_removed_and_why() -> None:
    card = dataset_card(sample_report(), ["openai"])
    assert "| dedup.near | `near_twin` | another row has almost the same text | 611 |" in card
    assert "| EMAIL | 320 |" in card
    assert "**failed**: 1.3 % quarantined" in card


def test_invented_values_are_told_of_where_there_are_any() -> None:
    for mode, is_told in (("tag", False), ("surrogate", True)):
        again = {"parameters": {"redact": {"mode": mode}}}
        card = dataset_card({**sample_report(), "again": again}, ["openai"])
        assert ("What replaced it was invented" in card) == is_told


def test_a_hostile_name_breaks_neither_the_header_nor_the_text() -> None:
    name = f"---\nlicense: mit\n---\n{SCRIPT}"
    report = {**sample_report(), "release": name, "sentence": SCRIPT, "sources": []}
    card = dataset_card(report, ["openai"])
    assert header(card)["license"] == "other"
    assert "<script>" not in card.split("---\n", 2)[2].replace("\\<", "")


def test_no_date_is_written_so_that_the_same_release_gives_the_same_bytes() -> None:
    assert "2026-11-24" not in dataset_card(sample_report(), ["openai"])


def test_an_empty_report_has_a_card() -> None:
    card = dataset_card({}, [])
    assert "configs" not in header(card)
    assert "# Dataset\n\nNo rows." in card
