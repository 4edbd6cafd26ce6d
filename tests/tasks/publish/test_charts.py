"""Bars are as long as what they stand for."""

import base64
import re
from xml.etree import ElementTree

import pytest

from tasks.publish.charts import Step, against, columns, image, stacked, steps, waterfall
from tests.tasks.publish.sample_report import SCRIPT, sample_report


def spans(markup: str) -> list[tuple[str, float, float]]:
    """Class, start and width of every bar."""
    found = re.findall(r'<rect class="([^"]*)" x="([\d.]+)%" y="[\d.]+%" width="([\d.]+)%"', markup)
    return [(kind, float(x), float(width)) for kind, x, width in found]


def test_reasons_of_a_stage_add_up_to_one_step() -> None:
    found = steps(sample_report()["waterfall"])
    assert found[0] == Step("ingest", "ingest", 54, 4345)
    assert len(found) == 11


def test_a_stage_of_an_unknown_family_has_a_colour_all_the_same() -> None:
    assert steps([{"stage": "odd.rule", "dropped": 1, "left": 2}])[0].family == "other"


def test_what_is_left_and_what_was_dropped_share_the_bar() -> None:
    line = waterfall([Step("a.b", "dedup", 25, 75)])[0]
    assert spans(line.bar) == [("left", 0, 75), ("dedup", 75, 25)]
    assert (line.note, line.loss) == ("75", "−25")


def test_a_single_row_of_a_million_can_be_seen_and_none_cannot() -> None:
    assert spans(stacked([(1, "now")], 1_000_000)) == [("now", 0, 0.4)]
    assert stacked([(0, "now")], 1_000_000) == ""
    assert stacked([(0, "now")], 0) == ""


def test_kept_rows_stand_in_front_of_those_read() -> None:
    line = against(["few"], [100], [50])[0]
    assert spans(line.bar) == [("raw", 0, 100), ("now", 0, 50)]


def test_more_kept_than_read_as_when_rows_were_made_fits_the_chart() -> None:
    assert spans(against(["few"], [50], [100])[0].bar) == [("raw", 0, 50), ("now", 0, 100)]


def test_the_threshold_stands_where_it_lies_between_the_bins() -> None:
    bins = [{"from": 0.6, "to": 0.7, "pairs": 2}, {"from": 0.9, "to": 1.0, "pairs": 4}]
    drawn = columns(bins, 0.8)
    assert 'class="threshold" x1="50.00%"' in drawn
    assert 'x="75.40%"' in drawn  # the second bin, with the gap before it
    assert "threshold" not in columns(bins, None)
    assert "threshold" not in columns(bins, 0.5)
    assert 'class="threshold" x1="0.00%"' in columns(bins, 0.6)


def test_an_image_is_sound_xml_and_escapes_its_labels() -> None:
    uri = image(waterfall([Step(SCRIPT + "\x00\x1b", "dedup", 1, 2)]))
    head, body = uri.split(",")
    assert head == "data:image/svg+xml;base64"
    svg = ElementTree.fromstring(base64.b64decode(body))
    assert not list(svg.iter("{http://www.w3.org/2000/svg}script"))


@pytest.mark.parametrize("lines", [[], waterfall([Step("a", "other", 0, 0)])])
def test_an_image_of_nothing_is_an_image(lines: list) -> None:
    assert image(lines).startswith("data:image/svg+xml;base64,")
