"""Why a row is in one release and not in the other."""

import pytest

from tasks.compare.compare import compare
from tasks.compare.params import CompareParams
from tests.tasks.compare.releases import entry, release

NEAR, SHORT = "dedup.near/near_duplicate", "validate.rows/too_few_characters"


def reasons(tmp_path, before, after, **more):
    """went, why, stage and cause of what was lost and gained, with the rows."""
    for name, rows in (("a", before), ("b", after)):
        release(tmp_path / name, *rows, **{"stages": ["dedup.near", "validate.rows"],
                                           **more.get(name, {})})  # fmt: skip
    found = compare(tmp_path / "a", tmp_path / "b", CompareParams(examples=0)).facts
    return {
        (w["went"], w["why"], w["stage"], w["cause"]): (w["rows"], w["told"])
        for w in found["waterfall"]
    }


def test_a_copy_of_a_new_row_is_told_from_one_that_was_let_pass(tmp_path):
    before = [entry("1-0"), entry("2-0"), entry("3-0"), entry("4-0", NEAR, twin_of="3-0")]
    after = [
        entry("1-0", NEAR, twin_of="9-0"), entry("9-0", source="new.jsonl"),  # its twin is new
        entry("2-0", NEAR, twin_of="4-0"), entry("4-0"),  # its twin was dropped
        entry("3-0", NEAR, twin_of="4-0"),  # the other of the two survives
    ]  # fmt: skip
    found = reasons(tmp_path, before, after)
    for cause in ("survivor_absent", "survivor_dropped", "survivor_swapped"):
        assert found["lost", "dropped", "dedup.near", cause][0] == 1
    assert found["gained", "no_source", None, None] == (1, "1 of new.jsonl")
    assert found["gained", "dropped", "dedup.near", "survivor_swapped"][0] == 1


def test_settings_of_the_stage_are_named_and_those_of_others_are_not(tmp_path):
    before, after = [entry("1-0"), entry("2-0")], [entry("1-0", SHORT), entry("2-0")]
    one = {"validate": {"min_answer_characters": 1}, "dedup": {"near": {"threshold": 0.4}}}
    other = {"validate": {"min_answer_characters": 3}, "dedup": {"near": {"threshold": 0.6}}}
    found = reasons(tmp_path, before, after, a={"parameters": one}, b={"parameters": other})
    assert found == {
        ("lost", "dropped", "validate.rows", "settings"): (
            1, "validate.min_answer_characters 1 → 3",
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ({"a": {"stages": []}}, "stage_off"),
        ({"b": {"finery_version": "0.2.0"}}, "versions"),
        ({}, "rows"),
        # another family's settings explain nothing
        ({"b": {"parameters": {"dedup": {"exact": {"enabled": False}}}}}, "rows"),
    ],
)
def test_what_else_let_a_row_pass(tmp_path, more, cause):
    found = reasons(tmp_path, [entry("1-0"), entry("2-0")], [entry("1-0", NEAR, twin_of="2-0"),
                                                             entry("2-0")], **more)  # fmt: skip
    assert list(found) == [("lost", "dropped", "dedup.near", cause)]


def test_a_row_that_other_stages_edited_is_another_text(tmp_path):
    edited = {"edits": ["clean.markup"]}
    found = reasons(tmp_path, [entry("1-0")], [entry("1-0", SHORT, **edited)])
    assert list(found) == [("lost", "dropped", "validate.rows", "text")]

    # the redaction comes after that stage, so that it says nothing about the text it saw
    late = {"edits": ["redact.pii"]}
    found = reasons(tmp_path, [entry("1-0", **late)], [entry("1-0", SHORT)])
    assert list(found) == [("lost", "dropped", "validate.rows", "rows")]


def test_a_record_that_can_be_read_again_is_gained_from_quarantine(tmp_path):
    broken = entry("q00000000000000aa-0", "ingest/malformed_json", source_row=1)
    found = reasons(tmp_path, [entry("1-0"), broken], [entry("1-0"), entry("2-0", source_row=1)])
    assert list(found) == [("gained", "quarantined", "ingest", "edited")]


def test_of_copies_the_source_is_named_that_is_gone(tmp_path):
    before = [entry("1-0", source="gone.jsonl"), entry("1-1", source="z.jsonl")]
    found = reasons(tmp_path, before, [entry("1-0", source="z.jsonl")])
    assert found == {("lost", "no_source", None, None): (1, "1 of gone.jsonl")}
