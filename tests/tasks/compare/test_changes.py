"""Rows that both releases hold, and that are not what they were."""

from tasks.compare.changes import IN_SOURCE, UNKNOWN, changed_by
from tasks.compare.compare import compare
from tasks.compare.examples import BLOCK
from tasks.compare.params import CompareParams
from tests.tasks.compare.releases import entry, release

SAID = "Whom do I ask about the lamps of the seventh lighthouse at the northern coast?"


def compared(tmp_path, before, after, mask=list, **more):
    release(tmp_path / "a", *before, **more.get("a", {}))
    release(tmp_path / "b", *after, **more.get("b", {}))
    return compare(tmp_path / "a", tmp_path / "b", CompareParams(), mask).facts


def test_stages_that_edited_only_once_are_told_from_one_that_did_so_twice():
    assert changed_by(True, ["redact.pii"], []) == IN_SOURCE
    assert changed_by(False, [], ["clean.markup"]) == "clean.markup only now"
    assert changed_by(False, ["clean.markup", "redact.pii"], ["redact.pii"]) == (
        "clean.markup only before"
    )
    assert changed_by(False, ["redact.pii"], ["redact.pii"]) == "redact.pii with another result"
    assert changed_by(False, [], []) == UNKNOWN


def test_other_text_is_a_change_and_other_fields_are_not(tmp_path):
    before = [entry("1-0", said=SAID, edits=["redact.pii"]), entry("2-0", meta='{"a": 1}')]
    after = [entry("1-0", said=SAID + "!", edits=["redact.pii"]), entry("2-0", meta='{"a": 2}')]
    strict = {"parameters": {"redact": {"strict": True}}}
    found = compared(tmp_path, before, after, b=strict)
    assert found["changed"] == [
        {"by": "redact.pii with another result", "told": "redact.strict nothing → true", "rows": 1}
    ]
    assert found["counts"]["other_fields"] == 1
    assert found["counts"]["lost"] == found["counts"]["gained"] == 0


def test_what_one_release_redacts_is_not_shown_beside_it(tmp_path):
    name = "Zebulon Quixworth"  # no mask is at work here
    before = [entry("1-0", said=f"{SAID} Is {name} there?", edits=["redact.pii"])]
    after = [entry("1-0", said=f"{SAID} Is <PERSON_1> there?", edits=["redact.pii"])]
    (shown,) = compared(tmp_path, before, after)["examples"][
        "changed/redact.pii with another result"
    ]
    assert "Quixworth" not in str(shown)
    assert f"Is {BLOCK} {BLOCK} there?" in shown["texts"][0]
    assert "<PERSON_1>" in shown["texts"][1]
    assert "seventh lighthouse" in shown["texts"][0]


def test_an_edit_in_the_source_is_shown_but_for_what_faces_a_tag(tmp_path):
    before = [entry("1-0", said=f"{SAID} Is Zebulon there?")]
    after = [entry("2-0", said=f"{SAID} Is <PERSON_1> still there today?", edits=["redact.pii"])]
    (shown,) = compared(tmp_path, before, after)["examples"][f"changed/{IN_SOURCE}"]
    assert "Zebulon" not in str(shown)
    assert "today" in shown["texts"][1]


def test_rows_that_went_are_masked_before_they_are_shown(tmp_path):
    rows = [entry("1-0"), entry("2-0", said=SAID)]
    seen = []

    def mask(texts):
        seen.extend(texts)
        return ["masked"] * len(texts)

    found = compared(tmp_path, rows, rows[:1], mask)
    (shown,) = found["examples"]["lost/no_record"]
    assert shown["texts"] == ["masked"]
    assert len(seen) == 1
    assert shown["before"] == "kept, in the train split"
    assert shown["after"] == "not in this run: the source has no such record"


def test_sides_are_balanced_and_training_on_the_test_is_told(tmp_path):
    before = [entry("1-0"), entry("2-0", "test"), entry("3-0", "validation")]
    after = [entry("1-0", "test"), entry("2-0", "test"), entry("3-0", "train")]
    found = compared(tmp_path, before, after)
    assert found["trained_before"] == {"held_out": 2, "rows": 1}
    assert {(m["from"], m["to"]): m["rows"] for m in found["moved"]} == {
        ("train", "test"): 1, ("validation", "train"): 1,
    }  # fmt: skip
    assert [s["name"] for s in found["sides"]] == ["train", "validation", "test"]


def test_every_row_that_is_not_what_it_was_is_listed_without_its_text(tmp_path):
    before = [entry("1-0"), entry("2-0"), entry("3-0", said=SAID), entry("4-0")]
    after = [entry("1-0"), entry("2-0", "test"), entry("3-0", said=SAID + "!",
                                                       edits=["clean.markup"])]  # fmt: skip
    release(tmp_path / "a", *before)
    release(tmp_path / "b", *after)
    rows = compare(tmp_path / "a", tmp_path / "b", CompareParams(examples=0)).rows
    told = {row["id_before"]: row for row in rows.iter_rows(named=True)}
    assert {one: row["fate"] for one, row in told.items()} == {
        "2-0": "stayed", "3-0": "changed", "4-0": "lost",
    }  # fmt: skip
    assert told["2-0"]["split_after"] == "test"
    assert told["3-0"]["by"] == "clean.markup only now"
    assert told["4-0"]["why"] == "no_record"
    assert "lighthouse" not in str(told)


def test_a_move_is_explained_by_the_seed_if_that_is_another(tmp_path):
    found = compared(tmp_path, [entry("1-0")], [entry("1-0", "test")],
                     a={"parameters": {"seed": 0}}, b={"parameters": {"seed": 7}})  # fmt: skip
    assert found["moved"][0]["told"] == "seed 0 → 7"
