"""The page of a comparison: complete, still, and safe whatever the rows hold."""

import base64
import hashlib
import re

import pytest

from tasks.compare.compare import compare
from tasks.compare.digest import comparison_markdown, comparison_table
from tasks.compare.page import SECTIONS, render
from tasks.compare.params import CompareParams, ShiftGates
from tasks.publish.digest import MOST_BYTES
from tasks.publish.tables import MOST_ROWS
from tests.tasks.compare.releases import entry, release
from tests.tasks.publish.test_report import Page

SCRIPT = '<script>alert("x")</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("releases")
    hostile = {"source": f"{SCRIPT}.jsonl"}
    release(
        folder / "a",
        *(entry(f"{n}-0", said=f"{SCRIPT} number {n}", source_row=n, **hostile) for n in range(9)),
        parameters={"seed": SCRIPT},
    )
    release(
        folder / "b",
        *(entry(f"{n}-0", said=f"{SCRIPT} number {n}{' more' * (n == 4)}", source_row=n,
                edits=["clean.markup"] * (n == 4), **hostile) for n in range(2, 5)),
        entry("5-0", "dedup.near/near_duplicate", twin_of="4-0", **hostile),
        entry("6-0", "test", said=f"{SCRIPT} number 6", source_row=6, **hostile),
        entry("99-0", said="a new one", source="new.jsonl"),
    )  # fmt: skip
    params = CompareParams(gates=ShiftGates(max_lost=0.1, max_gained=0.9))
    return compare(folder / "a", folder / "b", params, mask=list).facts


def test_every_section_is_there_and_every_link_leads_somewhere(facts):
    page = Page(render(facts))
    assert page.open == []
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    assert ids == set(SECTIONS)
    assert {link[1:] for link in page.links() if link.startswith("#")} == ids
    assert [link for link in page.links() if not link.startswith(("#", "./"))] == []
    assert "✗ failed: 5 of 9 (55.6%) rows lost" in page.text
    assert "✓ 1 of 9" in page.text


def test_nothing_of_a_row_can_run(facts):
    html = render(facts)
    tags = {tag for tag, _ in Page(html).elements}
    assert not tags & {"script", "img", "iframe", "object", "form"}
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in html


def test_it_shows_reasons_examples_fates_and_settings(facts):
    text = re.sub(r"\s+", " ", Page(render(facts)).text)
    for told in (
        "it is dropped now: another row says the same",
        "the stage ran in this release alone",
        "before: kept, in the train split",
        "now: dropped by dedup.near, near_duplicate",
        "its survivor is 4-0",
        "clean.markup only now",
        "1 of the 1 rows in validation and test were in train before",
        "new.jsonl",
        "train → test",
        "1 example of rows on another side",
        "seed",
    ):
        assert told in text, told


def test_two_equal_releases_make_a_page_that_says_so(tmp_path):
    for name in ("a", "b"):
        release(tmp_path / name, entry("1-0"))
    found = compare(tmp_path / "a", tmp_path / "b").facts
    page = Page(render(found))
    assert page.open == []
    assert "Both releases hold the same rows." in page.text
    assert "Not shifted at all: " in page.text
    assert "1 rows, as many as before" in found["sentence"]


def test_two_empty_releases_can_be_compared(tmp_path):
    for name in ("a", "b"):
        release(tmp_path / name, entry("1-0", "validate.rows/empty_turn"))
    found = compare(tmp_path / "a", tmp_path / "b").facts
    assert found["counts"]["after"] == 0
    assert Page(render(found)).open == []
    assert comparison_markdown(found)


def test_artifacts_are_small_and_their_text_cannot_break_out(facts):
    many = {**facts, "waterfall": facts["waterfall"] * 200}
    table = comparison_table(many)
    assert len(table) == MOST_ROWS
    assert table[-1]["left"] == many["waterfall"][-1]["left"]
    page = comparison_markdown(many)
    assert len(page.encode()) <= MOST_BYTES
    assert "<script>" not in re.sub(r"`[^`]*`", "", page)  # a code span shows it as it is
    assert page.count("data:image/svg+xml") == 2
    assert "| Source |" in page
