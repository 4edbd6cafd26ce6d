"""What people are asked: some rows at random, the others for what they tell, each once, masked."""

import polars as pl

from tasks.redact.mask import mask_texts
from tasks.review.choose import Choice, choose
from tests.builders import row, turn
from tests.tasks.review.cases import dropped, kept, lost, record, unmasked

PHONE = "+1 415 555 2671"
KEPT = [row(f"k{n}-0", f"question {n}", f"answer {n}") for n in range(9)]


def run(tmp_path, copies=20, **more):
    place = str(tmp_path)
    near = dropped("dedup.near", place, *(
        lost(f"x{n}-0", "near_duplicate", f"question {n % 9}!", f"answer {n % 9}",
             twin_of=f"k{n % 9}-0", score=0.5 + n / 100)
        for n in range(copies)
    ))  # fmt: skip
    long = lost("y-0", "too_many_characters", f"call {PHONE}", "done")
    raw = dropped("validate.rows", place, long, raw=True)
    return record(kept(place, *KEPT), near, raw, **more)


def test_a_share_is_drawn_at_random_and_no_row_is_asked_about_twice(tmp_path):
    items = choose(run(tmp_path), Choice(rows=10, random_share=0.3), unmasked).items
    assert [item.sign for item in items] == ["random"] * 3 + ["copy"] * 7
    assert len({item.row for item in items}) == len({item.item for item in items}) == 10


def test_where_too_little_is_unsure_more_is_drawn(tmp_path):
    items = choose(run(tmp_path, copies=0), Choice(rows=2, random_share=0.0), unmasked).items
    assert [(item.sign, item.row) for item in items] == [("random", "y-0")]


def test_rows_drawn_at_random_say_how_likely_they_were_and_want_several_people(tmp_path):
    chosen = choose(run(tmp_path), Choice(rows=10, random_share=0.5, wanted=3), unmasked)
    drawn = [item for item in chosen.items if item.sign == "random"]
    assert {item.wanted for item in drawn} == {3}
    assert all(0 < item.probability <= 1 and item.population for item in drawn)
    others = [item for item in chosen.items if item.sign != "random"]
    assert {item.wanted for item in others} == {1}
    assert {item.probability for item in others} == {None}
    assert sum(chosen.strata["drawn"]) == len(drawn)


def test_a_copy_is_shown_beside_its_twin_with_the_words_in_which_they_differ(tmp_path):
    (item,) = choose(run(tmp_path), Choice(rows=1, random_share=0.0), unmasked).items
    assert (item.twin, item.repeats, item.suggestion) == ("k0-0", "k0-0", "drop")
    assert (item.twin_prompt, item.twin_answer) == ("question 0", "answer 0")
    assert item.differs == "prompt: “!” ↔ nothing"
    assert item.question.startswith("It left: another row says the same in almost the same words.")


def test_a_row_that_left_before_the_redaction_is_masked_and_cannot_be_edited_if_that_changed_it(
    tmp_path,
):
    lone = record(kept(str(tmp_path), *KEPT), *run(tmp_path).dropped[1:])
    (item,) = choose(lone, Choice(rows=1, random_share=1.0), mask_texts).items
    assert item.row == "y-0"
    assert "415" not in item.model_dump_json()
    assert "<PHONE_NUMBER_1>" in item.prompt
    assert item.editable  # the answer held nothing


def test_all_is_masked_where_nothing_was_redacted(tmp_path):
    rows = [*KEPT, row("p-0", f"ring {PHONE}", f"{PHONE} is busy")]
    names = pl.DataFrame({"id": ["p-0"], "why": ["no_cue"]})
    one = record(kept(str(tmp_path), *rows), names=names, redacted=False)
    (item,) = choose(one, Choice(rows=1, random_share=0.0), mask_texts).items
    assert "415" not in item.model_dump_json()
    assert not item.editable


def test_names_that_stay_are_not_asked_about_where_they_may_not_be_shown(tmp_path):
    names = pl.DataFrame({"id": ["k0-0"], "why": ["no_cue"]})
    one = record(kept(str(tmp_path), *KEPT), names=names)
    assert [i.sign for i in choose(one, Choice(rows=3), unmasked).items] == ["kept_name"]
    assert choose(one, Choice(rows=3, names=False), unmasked).items == []


def test_a_conversation_of_several_turns_says_who_says_what_and_typed_parts_cannot_be_edited(
    tmp_path,
):
    rows = [
        row("t-0", "one", "two", "three", turn("assistant", "four", '{"content": []}')),
        row("k-0", "solo", "answer"),
    ]
    names = pl.DataFrame({"id": ["t-0", "k-0"], "why": ["no_cue", "no_cue"]})
    one = record(kept(str(tmp_path), *rows), names=names)
    told, plain = sorted(choose(one, Choice(rows=2), unmasked).items, key=lambda i: -len(i.prompt))
    assert told.prompt == "user: one\n\nassistant: two\n\nuser: three"
    assert (told.editable, plain.editable) == (False, True)
    assert plain.prompt == "solo"
    assert "edit" not in told.question


def test_the_same_run_asks_the_same(tmp_path):
    one = run(tmp_path)
    assert (
        choose(one, Choice(rows=9), unmasked).items == choose(one, Choice(rows=9), unmasked).items
    )
