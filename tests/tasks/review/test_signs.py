"""Rows over which an answer would tell most, sign by sign."""

import polars as pl

from tasks.dedup.whatif import PAIRS
from tasks.review.signs import signs
from tests.builders import row
from tests.tasks.review.cases import dropped, kept, lost, record

ROWS = [row(f"{name}-0", f"question {name}", f"answer {name}") for name in "abcdef"]


def found(record, most=10):
    return [(one.row, one.sign, one.twin) for one in signs(record, most)]


def pairs(*lines):
    whole = [("dedup.near", a, b, score, "words", 90.0, verdict) for a, b, score, verdict in lines]
    return pl.DataFrame(whole, schema=PAIRS, orient="row")


def test_copies_that_left_at_the_least_similarity_come_first(tmp_path):
    near = dropped(
        "dedup.near", str(tmp_path),
        lost("x-0", "near_duplicate", "q", "a", twin_of="a-0", score=0.9),
        lost("y-0", "near_duplicate", "q", "a", twin_of="b-0", score=0.46),
    )  # fmt: skip
    one = record(kept(str(tmp_path), *ROWS), near)
    assert found(one) == [("y-0", "copy", "b-0"), ("x-0", "copy", "a-0")]
    assert "0.46" in signs(one, 1)[0].note
    assert found(one, most=1) == [("y-0", "copy", "b-0")]


def test_pairs_that_both_stay_come_by_their_likeness_each_row_once(tmp_path):
    seen = pairs(
        ("a-0", "b-0", 0.7, "other_number"), ("c-0", "b-0", 0.9, "other_words"),
        ("d-0", "e-0", 0.95, "other_number"), ("d-0", "f-0", 0.99, None),
        ("a-0", "gone-0", 0.99, "negated"), ("a-0", "c-0", 0.99, "same"),
    )  # fmt: skip
    one = record(kept(str(tmp_path), *ROWS), pairs=seen)
    assert found(one) == [("e-0", "kept_apart", "d-0"), ("b-0", "kept_apart", "c-0")]


def test_a_contradiction_is_asked_about_once_and_not_as_a_pair_of_like_rows(tmp_path):
    stays = kept(
        str(tmp_path), *ROWS[:5],
        score_conflict=["a-0", "a-0", None, "d-0", "d-0"],
        score_conflict_kind=["formats", "formats", None, "answers", "answers"],
    )  # fmt: skip
    seen = pairs(("a-0", "b-0", 0.99, "other_answer"))
    assert found(record(stays, pairs=seen)) == [
        ("e-0", "contradiction", "d-0"), ("b-0", "contradiction", "a-0"),
    ]  # fmt: skip


def test_judges_that_differ_come_before_one_that_is_unsure_and_a_sure_one_is_not_asked_about(
    tmp_path,
):
    stays = kept(
        str(tmp_path), *ROWS[:5],
        score_judge=[0.52, 0.95, 0.8, 0.6, None],
        score_judge_disagreement=[0.0, 0.0, 0.4, 0.0, None],
        score_verdict=["good", "good", "good", "good", "review"],
        score_why=[None, None, None, None, "speaks_to_grader"],
    )  # fmt: skip
    one = record(stays, parameters={"score": {"threshold": 0.5, "unsure": 0.15}})
    assert [line[0] for line in found(one)] == ["e-0", "c-0", "a-0", "d-0"]
    assert [s.note for s in signs(one, 3)] == [
        "left for people: speaks to grader", "scores of the judge differ by 0.40",
        "scored 0.52, 0.02 from the threshold",
    ]  # fmt: skip


def test_rows_with_a_name_that_a_person_can_judge_are_asked_about_if_they_stay(tmp_path):
    names = pl.DataFrame({
        "id": ["b-0", "a-0", "c-0", "gone-0"], "why": ["figure", "no_cue", "in_code", "no_cue"],
    })  # fmt: skip
    one = record(kept(str(tmp_path), *ROWS), names=names)
    assert found(one) == [("a-0", "kept_name", None), ("b-0", "kept_name", None)]


def test_signs_take_turns(tmp_path):
    near = dropped(
        "dedup.near", str(tmp_path),
        *(lost(f"x{n}-0", "near_duplicate", "q", "a", twin_of="a-0", score=0.5) for n in range(3)),
    )  # fmt: skip
    names = pl.DataFrame({"id": ["a-0", "b-0"], "why": ["no_cue", "no_cue"]})
    one = record(kept(str(tmp_path), *ROWS), near, names=names)
    assert [line[1] for line in found(one)] == ["copy", "kept_name", "copy", "kept_name", "copy"]


def test_a_run_that_was_sure_of_everything_has_no_sign(tmp_path):
    assert found(record(kept(str(tmp_path), *ROWS))) == []
