"""Who decides over a row, and that nobody does by default."""

import polars as pl
import pytest

from tasks.score.bar import Bar
from tasks.score.verdict import BAR, VerdictParams, decide
from tests.builders import row, table

TRUSTED, UNTRUSTED = True, False


def scored(**columns):
    """Rows a, b, c, ... with these score columns."""
    size = len(next(iter(columns.values())))
    rows = table(*(row(chr(97 + i), "ask", "answer") for i in range(size)))
    return rows.with_columns(pl.Series(f"score_{k}", v, strict=False) for k, v in columns.items())


def verdicts(rows, trusted, bar=BAR):
    out = (
        decide(rows, VerdictParams(), bar, trusted)
        .rows.select("score_verdict", "score_tier", "score_why")
        .collect()
    )
    return [tuple(line) for line in out.iter_rows()]


def test_without_any_score_every_row_is_unscored_and_says_why():
    assert verdicts(table(row("a", "q", "x")), TRUSTED) == [("unscored", "none", "no_judge")]


def test_a_fault_that_a_rule_finds_makes_a_row_poor():
    found = verdicts(scored(refusal=[1, 0]), UNTRUSTED)
    assert found == [("poor", "rules", "refusal"), ("unscored", "none", "no_judge")]


def test_cheap_scores_find_fault_but_never_merit():
    found = verdicts(scored(mismatch=[0.95, 0.05]), TRUSTED)
    assert found == [("poor", "cheap", "mismatched_answer"), ("unscored", "none", "no_judge")]


def test_the_threshold_itself_is_a_mismatch_and_a_hair_below_is_none():
    found = verdicts(scored(mismatch=[0.7, 0.6999]), UNTRUSTED)
    assert [v for v, _, _ in found] == ["poor", "unscored"]


def test_a_language_that_could_not_be_told_is_no_mismatch():
    found = verdicts(scored(language_match=[0, None, 1]), UNTRUSTED)
    assert [why for _, _, why in found] == ["language_mismatch", "no_judge", "no_judge"]


def test_a_judge_without_a_passport_decides_nothing():
    rows = scored(judge=[0.1, 0.9], judge_reason=[None, None])
    assert verdicts(rows, UNTRUSTED) == [("unscored", "none", "judge_not_trusted")] * 2


def test_a_trusted_judge_decides_and_goes_before_the_head():
    rows = scored(judge=[0.5, 0.49], classifier=[0.0, 1.0])
    assert verdicts(rows, TRUSTED) == [
        ("good", "judge", None),
        ("poor", "judge", "low_judge_score"),
    ]


def test_the_head_decides_only_far_from_the_threshold():
    rows = scored(classifier=[0.9, 0.6, 0.4, 0.1], judge=[None] * 4, judge_reason=["not_asked"] * 4)
    assert verdicts(rows, TRUSTED) == [
        ("good", "encoder", None),
        ("unscored", "none", "not_asked"),
        ("unscored", "none", "not_asked"),
        ("poor", "encoder", "low_quality"),
    ]


def test_judge_and_head_are_held_to_one_threshold():
    rows = scored(classifier=[0.9, 0.66, 0.4, None], judge=[None, None, None, 0.69],
                  judge_reason=["not_asked"] * 3 + [None])  # fmt: skip
    assert verdicts(rows, TRUSTED, Bar(threshold=0.7, unsure=0.1)) == [
        ("good", "encoder", None),
        ("unscored", "none", "not_asked"),
        ("poor", "encoder", "low_quality"),
        ("poor", "judge", "low_judge_score"),
    ]


def test_the_head_decides_nothing_when_its_teacher_is_not_trusted():
    rows = scored(classifier=[0.99], judge=[None], judge_reason=["not_asked"])
    assert verdicts(rows, UNTRUSTED) == [("unscored", "none", "not_asked")]


def test_people_decide_where_judges_differ():
    rows = scored(judge=[0.9, 0.9], judge_disagreement=[0.5, 0.4])
    assert verdicts(rows, TRUSTED) == [
        ("review", "people", "judges_differ"),
        ("good", "judge", None),
    ]


def test_people_decide_where_a_judge_contradicts_a_cheaper_tier():
    rows = scored(refusal=[1, 1], judge=[0.9, 0.1])
    assert verdicts(rows, TRUSTED) == [
        ("review", "people", "tiers_differ"),
        ("poor", "rules", "refusal"),
    ]


def test_a_row_that_speaks_to_its_grader_is_for_people_whatever_its_score():
    rows = scored(injection=[1, 0], judge=[1.0, 1.0])
    assert verdicts(rows, TRUSTED)[0] == ("review", "people", "speaks_to_grader")


@pytest.mark.parametrize("reason", ["budget_reached", "refused", "unparsable", "endpoint_failed"])
def test_a_row_that_the_judge_did_not_come_to_is_unscored_with_that_reason(reason):
    rows = scored(judge=[None], judge_reason=[reason])
    assert verdicts(rows, TRUSTED) == [("unscored", "none", reason)]


def test_figures_count_every_row_once_by_tier():
    outcome = decide(
        scored(refusal=[1, 0, 0], judge=[None, 0.9, 0.1]), VerdictParams(), trusted=TRUSTED
    )
    tiers = outcome.figures["tiers"]
    assert tiers == {"rules": {"poor": 1}, "judge": {"good": 1, "poor": 1}}
    assert outcome.figures["whys"] == {"low_judge_score": 1, "refusal": 1}
