"""Canary recall: by kind, deterministic, without a value, and low where the redaction is blind."""

import pytest

from tasks.base.dataset import write_dataset
from tasks.redact import conversation
from tasks.redact.canaries import recall as module
from tasks.redact.canaries.plant import plant
from tasks.redact.canaries.recall import LONGEST, chosen, recall, recall_canaries
from tasks.redact.params import RedactParams
from tests.builders import row, table

ROWS = [row(f"r{i}", f"How do I bake bread number {i}?", "Mix flour and water.") for i in range(5)]


@pytest.fixture(scope="module")
def found():
    return recall(ROWS, RedactParams(), 8, 0)


def test_what_has_a_check_sum_or_a_form_of_its_own_is_always_found(found):
    sure = ("EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS")
    assert [found.found[kind] for kind in sure] == [8] * len(sure)
    assert set(found.planted.values()) == {8}


def test_what_was_missed_is_told_by_its_wording_and_no_value_is_told(found):
    lost = {kind for kind in found.planted if found.found[kind] < 8}
    assert set(found.missed) == lost
    told = found.model_dump_json()
    canaries = plant([{**r} for r in ROWS], list(found.planted), 8, 0)
    assert not [c.value for c in canaries if c.value in told]


def test_a_redaction_that_finds_nothing_has_no_recall(monkeypatch):
    monkeypatch.setattr(conversation, "wanted", lambda *_: [])
    assert sum(recall(ROWS, RedactParams(), 3, 0).found.values()) == 0


def test_only_kinds_that_are_to_go_are_planted():
    assert recall(ROWS, RedactParams(entities=("US_SSN",)), 3, 0).planted == {"US_SSN": 3}


def test_the_rows_that_are_copied_are_few_short_and_the_same_in_any_order(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 3)
    long = row("z", "x" * (LONGEST + 1), "y")
    one, other = chosen(table(*ROWS, long), 0), chosen(table(long, *reversed(ROWS)), 0)
    assert one == other
    assert len(one) == 3
    monkeypatch.setattr(module, "ROWS", 10)
    assert len(chosen(table(*ROWS, long), 0)) == len(ROWS)


def test_the_task_leaves_the_data_alone(tmp_path):
    data = write_dataset(table(*ROWS).collect(), str(tmp_path))
    before = sorted(f.name for f in tmp_path.glob("*.parquet"))
    found = recall_canaries.fn(data, RedactParams(), 2, 0)
    assert found == recall_canaries.fn(data, RedactParams(), 2, 0)
    assert sorted(f.name for f in tmp_path.glob("*.parquet")) == before
    assert recall_canaries.fn(data.model_copy(), RedactParams(), 2, 1).planted == found.planted


def test_no_rows_hold_no_canaries():
    assert recall([], RedactParams(), 3, 0).planted == {}


def test_a_stand_in_counts_as_found():
    natural = recall(ROWS, RedactParams(mode="surrogate", seed=0), 8, 0)
    tagged = recall(ROWS, RedactParams(), 8, 0)
    assert sum(natural.found.values()) >= sum(tagged.found.values()) - 4
