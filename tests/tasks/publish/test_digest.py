"""The run in small, for Prefect's UI."""

from typing import Any

from tasks.publish.digest import MOST_BYTES, digest, waterfall_markdown
from tests.tasks.publish.sample_report import SCRIPT, sample_report

ENTRY = {"stage": "a.b", "reason": "r", "what": "w", "dropped": 1, "share": 0.001, "left": 9}


def test_the_digest_has_verdict_waterfall_numbers_time_and_plots() -> None:
    page = digest(sample_report())
    assert page.startswith("# Release harbour-support-2026-11\n\n4,210 records read")
    assert "✗ **failed** 1.3 % quarantined" in page
    assert "| dedup.near | `near_twin` |" in page
    assert "| under 100 | 801 | 301 |" in page
    assert "| redact.pii | 6.10 | 11.20 | 4,200 | cached |" in page
    assert page.count("](data:image/svg+xml;base64,") == 3
    assert "<svg" not in page


def test_there_are_never_more_than_four_plots() -> None:
    report = sample_report()
    report["shape"] *= 5
    assert digest(report).count("](data:image") == 4


def test_a_digest_of_anything_stays_under_the_limit() -> None:
    report: dict[str, Any] = {
        "waterfall": [{**ENTRY, "stage": f"s{i}", "what": "w" * 9_000} for i in range(999)],
        "shape": [{"name": "n" * 9_000, "bins": ["b" * 9_000] * 500, "raw": [1] * 500,
                   "kept": [1] * 500}] * 30,
        "timings": [{"stage": "s" * 9_000, "seconds": 1.0}] * 999,
        "gates": [{"name": "g", "text": "t" * 9_000, "passed": False}] * 999,
        "sentence": "s" * 900_000,
    }  # fmt: skip
    assert len(digest(report).encode()) <= MOST_BYTES


def test_hostile_names_break_out_of_no_table() -> None:
    entry = {
        **ENTRY,
        "stage": f"{SCRIPT}|`x`\n| a",
        "reason": "`|\n<b>",
        "what": "[x](javascript:1)",
    }
    page = waterfall_markdown({"waterfall": [entry]})
    line = page.splitlines()[2]
    assert len(page.splitlines()) == 3
    assert "<script>" not in page.replace("\\<", "")
    assert line.replace("\\|", "").count("|") == 7
    assert "\\[x\\]" in line


def test_an_empty_report_has_a_digest() -> None:
    assert digest({}) == "# Finery run\n\nNo rows.\n"
    assert waterfall_markdown({}) == ""
