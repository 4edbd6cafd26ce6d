"""The page: complete, still, and safe whatever the rows hold."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tasks.publish.report import MOST_BYTES, SECTIONS, render, sentence, share, size
from tasks.publish.scaling import headline, providers
from tests.tasks.publish.sample_report import SCRIPT, sample_report

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Elements of a page, its text, and whether every element is closed in turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.elements if tag == "a"]


@pytest.fixture(scope="module")
def html() -> str:
    return render(sample_report())


def hostile(value: Any) -> Any:
    """The same report with every string that is shown replaced by one that attacks."""
    if isinstance(value, dict):
        return {key: hostile(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [hostile(inner) for inner in value]
    return (
        f"\"'>{SCRIPT}{{{{7*7}}}}</style></pre>\x1b]0;x\x07\u202e"
        if isinstance(value, str)
        else value
    )


def test_every_element_is_closed(html: str) -> None:
    assert Page(html).open == []


def test_the_page_shows_every_section_of_a_full_report(html: str) -> None:
    assert re.findall(r'<section id="(\w+)">', html) == list(SECTIONS)


def test_a_section_without_anything_to_show_is_left_out() -> None:
    report = {**sample_report(), "edits": [], "redactions": {}, "timings": None, "models": [],
              "passports": [], "quality": {}}  # fmt: skip
    shown = re.findall(r'<section id="(\w+)">', render(report))
    assert shown == [s for s in SECTIONS if s not in ("changes", "time", "models", "quality")]


@pytest.mark.parametrize("key", sorted(sample_report()))
def test_any_part_of_the_report_may_be_absent(key: str) -> None:
    report = sample_report()
    del report[key]
    assert Page(render(report)).open == []


@pytest.mark.parametrize("key", sorted(sample_report()))
def test_any_part_of_the_report_may_stand_alone(key: str) -> None:
    assert Page(render({key: sample_report()[key]})).open == []


def test_an_empty_report_is_a_page_that_says_so() -> None:
    assert "No rows." in Page(render({})).text


def test_the_same_report_gives_the_same_page(html: str) -> None:
    assert render(sample_report()) == html


@pytest.mark.parametrize(
    "report", [sample_report(), hostile(sample_report())], ids=["plain", "all"]
)
def test_nothing_in_the_page_can_run_or_fetch(report: dict[str, Any]) -> None:
    page = Page(render(report))
    assert not {tag for tag, _ in page.elements} & {
        "script",
        "img",
        "iframe",
        "object",
        "link",
        "form",
    }
    assert not [
        a for _, attrs in page.elements for a in attrs if a.startswith("on") or a == "style"
    ]
    assert [link for link in page.links() if not link.startswith(("./", "#"))] == []


def test_the_policy_admits_the_page_s_own_style_and_nothing_else(html: str) -> None:
    policy = next(a["content"] for t, a in Page(html).elements if "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_text_of_rows_is_shown_as_text(html: str) -> None:
    assert SCRIPT in Page(html).text
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_a_template_in_a_text_is_not_evaluated() -> None:
    assert "{{7*7}}" in Page(render(hostile(sample_report()))).text


def test_a_file_of_another_scheme_or_host_becomes_a_relative_link(html: str) -> None:
    assert {"./javascript%3Aalert%281%29", "./evil.example/x"} <= set(Page(html).links())


def test_a_twin_is_shown_beside_its_survivor_with_the_differences_marked(html: str) -> None:
    assert "<mark>boots</mark>" in html
    assert "<mark>shoes</mark>" in html


def test_a_broken_record_has_a_caret(html: str) -> None:
    assert re.search(r"&#34;answer&#34;: <b class=\"caret\"[^>]*>▲</b>&#39;Ask", html)


def test_the_numbers_of_the_waterfall_are_there(html: str) -> None:
    row = re.search(r"<tr[^>]*><td[^>]*>dedup\.near</td>.*?</tr>", html, re.DOTALL)
    assert row
    assert Page(row[0]).text.endswith("61113.9 %3,252")


def test_a_page_of_too_many_examples_is_drawn_with_fewer() -> None:
    report = sample_report()
    examples = report["examples"]["dedup.near/near_twin"][:1] * 5
    examples = [
        {**e, "text": "<" * 9_000, "twin": {"id": "t", "text": ">" * 9_000}} for e in examples
    ]
    entry = report["waterfall"][8]
    report["waterfall"] = [{**entry, "reason": f"reason_{i}"} for i in range(150)]
    report["examples"] = {f"dedup.near/reason_{i}": examples for i in range(150)}
    page = render(report)
    assert len(page.encode()) <= MOST_BYTES
    assert "3 examples of reason_7<" in page


def test_rows_are_told_apart_from_records_only_where_they_differ() -> None:
    counts = {"records": 10, "read": 12, "kept": 3}
    assert "rows in them" in render({"counts": counts})
    assert "rows in them" not in render({"counts": {**counts, "read": 10}})


def test_long_lists_are_cut_and_say_so() -> None:
    report = sample_report()
    report["sources"] = report["sources"] * 2_000
    page = render(report)
    assert len(page.encode()) <= MOST_BYTES
    assert "7,800 more are in report.json." in page


def test_a_missing_sentence_is_made_from_the_counts() -> None:
    counts = {"records": 1200, "kept": 1000, "dropped": 200, "made": 0}
    gates = [{"passed": True}, {"passed": False}]
    assert sentence({"counts": counts, "gates": gates}) == (
        "1,200 records read, 1,000 rows kept, 200 dropped; 1 gate failed."
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (0, "0.0 %"), (0.0004, "<0.1 %"), (0.001, "0.1 %"), (0.5, "50.0 %"),
     (0.9994, ">99.9 %"), (1, "100.0 %")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_to_all(value: float | None, shown: str) -> None:
    assert share(value) == shown


def test_sizes_are_in_the_unit_that_people_read() -> None:
    assert [size(n) for n in (12, 999, 1_000, 3_120_441)] == ["12 B", "999 B", "1.0 kB", "3.1 MB"]


@pytest.mark.server
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_the_page_in_peace_and_in_its_width(
    html: str, tmp_path: Path, width: int, scheme: Any
) -> None:
    chromium = shutil.which("chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    if chromium is None:
        pytest.skip("needs a browser: install the system's package `chromium`")
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    heard: list[str] = []
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.on("console", lambda message: heard.append(message.text))
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        page.on("request", lambda request: heard.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        browser.close()
    assert heard == [(tmp_path / "report.html").as_uri()]


@pytest.mark.parametrize(
    ("rows", "name", "fits"),
    [(50, "Amazon Nova Pro", "50 rows are missing"), (100, "Amazon Nova Pro", "within"),
     (10_001, "Amazon Nova Pro", "1 rows too many"),
     (3000, "70B and larger, to begin with", "more"),
     (10**6, "OpenAI-compatible jobs", "within")],
)  # fmt: skip
def test_what_a_provider_takes_is_held_beside_the_set(rows: int, name: str, fits: str) -> None:
    found = {one["name"]: one for one in providers(rows)}
    assert found[name]["fits"] == fits


def test_the_answer_stands_first_with_its_chance() -> None:
    one = {"verdict": {"verdict": "add data", "probability": 0.999}}
    other = {"verdict": {"verdict": "enough", "probability": 0.1}}
    agreed = {"measures": [one, one], "verdicts": {"add data": 2}}
    assert headline(agreed) == (
        "All two measures say: more rows are worth having, with a chance of 99 %."
    )
    split = {"measures": [one, one, other], "verdicts": {"add data": 2, "enough": 1}}
    assert headline(split) == (
        "2 of 3 measures say that more rows are worth having, 1 of 3 measures says that there is "
        "enough."
    )
    assert headline({}) == ""
