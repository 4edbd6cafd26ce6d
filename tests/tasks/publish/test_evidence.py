"""The rows that a report shows are masked, few, and always the same."""

import json

import pytest

from tasks.publish import evidence, twins
from tasks.redact.mask import mask_texts
from tests.tasks.publish.small_run import MAIL, PHONE, TIDE


@pytest.fixture(scope="module")
def shown(plan):
    return evidence.examples(plan, mask_texts)


def test_every_reason_has_its_examples(shown):
    assert {reason: len(rows) for reason, rows in shown.items()} == {
        "ingest/malformed_json": 1, "validate.rows/empty_turn": 1, "dedup.exact/exact_duplicate": 2,
        "dedup.exact/normalised_duplicate": 1, "dedup.near/near_duplicate": 1,
    }  # fmt: skip


def test_a_twin_stands_beside_its_survivor(shown):
    [near] = shown["dedup.near/near_duplicate"]
    texts = {near["text"], near["twin"]["text"]}
    assert texts == {"\n".join(TIDE), f"Please {TIDE[0].lower()}!\n{TIDE[1]}"}
    assert near["score"] > 0.45
    assert shown["validate.rows/empty_turn"][0]["twin"] is None


def test_what_left_before_the_redaction_is_masked(shown):
    for reason in ("ingest/malformed_json", "validate.rows/empty_turn"):
        [row] = shown[reason]
        assert MAIL not in row["text"]
        assert "EMAIL_ADDRESS" in row["text"] or "EMAIL" in row["text"]


def private(value):
    text = json.dumps(value, ensure_ascii=False)
    return [p for p in (MAIL, PHONE, "jane", "555") if p in text]


@pytest.mark.parametrize("kind", ["plan", "open_plan"])
def test_nothing_shown_holds_a_private_value_whether_the_rows_were_redacted_or_not(request, kind):
    plan = request.getfixturevalue(kind)
    assert private(evidence.examples(plan, mask_texts)) == []
    assert private(evidence.edits(plan, mask_texts)) == []
    assert private(twins.duplicates(plan, mask_texts)) == []
    assert private(twins.contradictions(plan, mask_texts)) == []


@pytest.mark.parametrize("offset", range(-len(MAIL), 1, 4))
def test_a_value_at_the_cut_is_masked_before_it_is_cut(offset):
    text = "x" * (evidence.CUT + offset - 1) + " " + MAIL + " and more"
    shown = [{"text": text}]
    evidence.mask_and_cut(shown, mask_texts)
    assert "jane" not in shown[0]["text"]
    assert len(shown[0]["text"]) <= evidence.CUT


def test_no_text_is_an_empty_text():
    shown = [{"text": None}]
    evidence.mask_and_cut(shown, list)
    assert shown == [{"text": ""}]


def test_an_edit_is_shown_before_and_after(plan):
    found = {line["stage"]: line for line in evidence.edits(plan, mask_texts)}
    assert set(found) == {"clean.encoding", "clean.markup", "redact.pii"}
    [mended] = found["clean.encoding"]["examples"]
    assert "itâ€™s" in mended["before"]
    assert "it’s" in mended["after"]
    assert found["clean.encoding"]["kinds"] == {"mojibake": 1}
    [hidden] = found["redact.pii"]["examples"]
    assert "█████" in hidden["before"]
    assert "█" not in hidden["after"]


def test_of_a_long_text_the_place_of_the_change_is_shown():
    before, after = "a" * 5_000 + "b" + "c" * 5_000, "a" * 5_000 + "X" + "c" * 5_000
    one, other = evidence.around_change(before, after, 700)
    assert ("b" in one, "X" in other) == (True, True)
    assert one.startswith("…a")
    assert len(one) <= 351


def test_a_change_at_the_very_end_is_shown():
    one, other = evidence.around_change("a" * 900 + " \n", "a" * 900, 700)
    assert one.endswith("a \n")
    assert other.endswith("a")


def test_families_and_the_pairs_nearest_to_the_decision(plan):
    found = twins.duplicates(plan, list)
    assert found["families"] == {2: 1, 4: 1}
    assert [b["size"] for b in found["biggest"]] == [4, 2]
    assert found["biggest"][0]["text"].lower().startswith("name a")
    assert found["threshold"] == 0.45
    assert sum(line["pairs"] for line in found["similarity"]) == len(found["nearest"])
    assert found["nearest"][0]["verdict"] == "same"


def test_contradictions_show_every_answer(plan):
    found = twins.contradictions(plan, list)
    assert (found["families"], found["rows"]) == (1, 2)
    [family] = found["examples"]
    assert family["prompt"] == "Which is the largest ocean?"
    assert {a["text"] for a in family["answers"]} == {"The Pacific", "The Atlantic"}


def test_a_run_without_comparison_has_no_such_parts(plan):
    bare = plan.model_copy(
        update={"results": plan.results[:4], "stage_inputs": plan.stage_inputs[:4]}
    )
    assert (twins.duplicates(bare, list), twins.contradictions(bare, list)) == ({}, {})
