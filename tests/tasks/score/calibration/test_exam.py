"""The exam passes whom it should, fails whom it should, and says why."""

import numpy as np
import polars as pl
import pytest

from tasks.base.errors import StageError
from tasks.score.bar import Bar
from tasks.score.calibration.exam import FEW, ExamParams, sit_exam
from tasks.score.calibration.examinee import Score
from tasks.score.calibration.gold import Gold, gold_file, read_gold
from tasks.score.calibration.prevalence import Confusion
from tests.tasks.score.calibration.judges import Scripted, coin, copycat, first_wins, longer_wins
from tests.tasks.score.calibration.test_bias import pairs, points


@pytest.fixture
def pandalm(shared) -> Gold:
    return read_gold(gold_file(shared / "calibration/judge_pandalm_300.parquet"))


def three(gold: Gold) -> Gold:
    """Gold of three people who mostly agree."""
    chance = np.random.default_rng(5)
    flips = chance.random((len(gold.labels), 3)) < [0, 0.05, 0.1]
    return gold._replace(labels=np.where(flips, 1 - gold.labels, gold.labels))


def test_a_judge_that_says_what_one_person_says_passes_on_pandalm(pandalm):
    found = sit_exam(pandalm, copycat(pandalm), ExamParams())

    assert found.verdict == "pass"
    assert (found.asked, found.unscored, found.gold.people) == (300, {}, 3)
    assert found.ceiling["agreement"].value == pytest.approx(0.881, abs=5e-4)
    assert found.why[0].endswith("one person says what the others say on 88%")


def test_first_wins_fails_on_pandalm_for_its_place(pandalm):
    found = sit_exam(pandalm, first_wins(), ExamParams())

    assert found.verdict == "fail"
    assert any("says the same on 0% of the pairs" in why for why in found.why)
    assert found.estimate("kappa").value == 0


def test_longer_wins_fails_on_pandalm_for_its_leaning_to_length(pandalm):
    found = sit_exam(pandalm, longer_wins(), ExamParams())

    assert found.verdict == "fail"
    assert any("leans to longer answers" in why for why in found.why)
    assert not any("change places" in why for why in found.why)


def test_shorter_wins_fails_for_its_leaning_too():
    judge = Scripted("shorter wins", rate=lambda text: 1 / len(text))

    found = sit_exam(pairs(), judge, ExamParams())

    assert any("leans to shorter answers" in why for why in found.why)


def test_a_coin_fails_on_pandalm_for_its_agreement(pandalm):
    found = sit_exam(pandalm, coin(), ExamParams())

    assert found.verdict == "fail"
    assert any("kappa" in why for why in found.why)
    assert not any("leans to" in why for why in found.why)
    assert found.estimate("right_answer").low < 0.5 < found.estimate("right_answer").high


def test_the_own_hand_is_tested_where_the_file_says_who_wrote(pandalm):
    judge = copycat(pandalm)

    named = sit_exam(pandalm, judge, ExamParams(family="llama"))
    unnamed = {f.name: f for f in sit_exam(pandalm, judge, ExamParams()).figures}["own_leaning"]

    assert named.estimate("own_leaning").items > 100
    assert unnamed.judge.value is None
    assert "no pair with one answer by copycat" in unnamed.why_not


def test_points_are_scored_and_held_against_the_rating():
    gold = three(points())

    found = sit_exam(gold, copycat(gold), ExamParams())

    assert found.verdict == "pass"
    assert found.estimate("spearman").value > 0.8
    assert found.ceiling["spearman"].value > 0.5
    assert found.estimate("order_consistency").value is None
    assert found.errors is not None
    assert sum(found.errors.model_dump().values()) == 300


def test_a_score_that_ranks_well_and_lies_on_the_wrong_side_of_good_fails():
    gold = points()
    known = dict(zip(copycat_texts(gold), gold.labels[:, 0], strict=True))
    high = Scripted("lenient", rate=lambda text: 0.6 + 0.4 * known[text])

    found = sit_exam(gold, high, ExamParams())

    assert found.estimate("spearman").value == pytest.approx(1)
    assert found.verdict == "fail"
    assert found.estimate("kappa").value == 0


def copycat_texts(gold: Gold) -> list[str]:
    return gold.items.select(pl.col("messages").list.last().struct.field("content")).to_series()


def test_the_threshold_of_the_run_is_that_of_the_exam():
    gold = points(100)

    found = sit_exam(gold, Scripted("even", rate=lambda _: 0.6), ExamParams(), Bar(threshold=0.7))

    assert found.good == 0.7
    assert found.errors is not None
    assert found.errors.good_flagged == int((gold.labels[:, 0] >= 0.7).sum())


def test_errors_are_counted_at_the_threshold():
    gold = points(100)
    strict = sit_exam(gold, Scripted("strict", rate=lambda _: 0.4), ExamParams())
    good = int((gold.labels[:, 0] >= 0.5).sum())

    assert strict.errors == Confusion(
        bad_flagged=100 - good, bad_passed=0, good_flagged=good, good_passed=0
    )


def test_a_score_at_the_threshold_is_good():
    at = sit_exam(points(100), Scripted("even", rate=lambda _: 0.5), ExamParams())

    assert at.errors is not None
    assert (at.errors.bad_flagged, at.errors.good_flagged) == (0, 0)


def test_pairs_test_the_scores_and_are_shown_in_both_orders_besides():
    gold, judge = pairs(), longer_wins()

    found = sit_exam(gold, judge, ExamParams(retest=0))

    assert not found.compared
    assert found.estimate("length_leaning").value == 1
    assert found.estimate("order_consistency").value == 1
    assert judge.asked == [(400, 0), (200, 0)], "each answer by itself, then each pair"
    assert found.asked == 200


def test_scores_that_say_the_opposite_of_the_comparisons_are_what_counts():
    gold = pairs(longer_is_better=1.0)
    judge = Scripted("two-faced", longer_wins().prefer, lambda text: 1 / len(text))

    assert sit_exam(gold, judge, ExamParams()).estimate("agreement").value == 0
    compared = sit_exam(gold, judge, ExamParams(pairs="compare"))
    assert compared.estimate("agreement").value == 1


def test_a_judge_that_was_only_compared_drops_no_row():
    gold = pairs(longer_is_better=0.5)
    judge = copycat(gold)

    scored, compared = (sit_exam(gold, judge, ExamParams(pairs=how)) for how in ("auto", "compare"))

    assert scored.verdict == "pass"
    assert compared.verdict == "fail"
    assert [why for why in compared.why if "answers were compared, not scored" in why]


def test_a_demo_model_only_compares():
    judge = longer_wins()
    judge.identity = judge.identity.model_copy(update={"grade": "demo"})

    found = sit_exam(pairs(), judge, ExamParams(retest=0))

    assert found.compared
    assert judge.asked == [(FEW, 0)]
    assert not [why for why in found.why if "not scored" in why]


def test_equal_scores_are_a_tie():
    gold = pairs()
    gold = gold._replace(labels=np.full((200, 1), 0.5))

    found = sit_exam(gold, Scripted("flat", rate=lambda _: 0.3), ExamParams(pairs="score"))

    assert found.estimate("agreement").value == 1


def test_items_without_a_reply_are_counted_by_reason_and_too_many_fail_the_judge():
    gold = points()
    known = dict(zip(copycat_texts(gold), map(float, gold.labels[:, 0]), strict=True))
    shy = Scripted("shy", rate=lambda text: None if int(text[:4]) % 3 == 0 else known[text])

    found = sit_exam(gold, shy, ExamParams())
    lenient = sit_exam(gold, shy, ExamParams(max_unscored=0.4))

    assert found.unscored == {"refused": 100}
    assert found.estimate("agreement").items == 200
    assert found.verdict == "fail"
    assert any("no reply to 100 of 300 items (refused 100)" in why for why in found.why)
    assert lenient.verdict == "pass"


def test_a_judge_without_any_reply_fails_and_has_no_figures():
    found = sit_exam(points(60), Scripted("mute", rate=lambda _: None), ExamParams())

    assert found.verdict == "fail"
    assert found.why[0] == "it gave no reply to any of 60 items"
    assert all(figure.judge.value is None for figure in found.figures)


def test_a_judge_that_gives_neither_a_reply_nor_a_reason_is_a_fault_of_ours():
    class Broken(Scripted):
        def score(self, rows, sample=0):
            return [Score(None)] * rows.height

    with pytest.raises(StageError, match="neither a reply nor a reason"):
        sit_exam(points(60), Broken("broken"), ExamParams())


def test_too_few_gold_rows_fail_even_a_perfect_judge():
    gold = three(points(40))

    found = sit_exam(gold, copycat(gold), ExamParams())

    assert found.verdict == "fail"
    assert any("on 40 items; 50 are needed" in why for why in found.why)


def test_many_items_of_few_prompts_are_too_few():
    gold = three(points())
    few, enough = (gold._replace(groups=np.arange(300) % n) for n in (19, 20))

    assert sit_exam(enough, copycat(enough), ExamParams()).verdict == "pass"
    found = sit_exam(few, copycat(few), ExamParams())
    assert found.verdict == "fail"
    assert "those items have 19 prompts; 20 are needed" in found.why


def test_a_demo_model_is_asked_little_and_is_called_one_however_well_it_does():
    gold = three(points())
    judge = copycat(gold)
    judge.identity = judge.identity.model_copy(update={"grade": "demo"})

    found = sit_exam(gold, judge, ExamParams())

    assert (found.verdict, found.asked) == ("demo", FEW)
    assert any("demo model" in why for why in found.why)


def test_as_many_rows_are_asked_as_the_run_says_and_some_of_them_again():
    judge = coin()

    found = sit_exam(points(), judge, ExamParams(rows=80, retest=7))

    assert judge.asked == [(80, 0), (7, 1)]
    assert found.asked == 80
    assert found.gold.items == 300
    assert found.estimate("retest_same").items == 7


def test_no_retest_is_said_and_costs_nothing():
    judge = coin()

    found = sit_exam(points(), judge, ExamParams(retest=0))

    assert judge.asked == [(300, 0)]
    why_not = {f.name: f.why_not for f in found.figures}
    assert why_not["retest_same"].startswith("score.exam.retest is 0")


def test_the_same_exam_gives_the_same_passport():
    gold = three(pairs())

    one, other = (sit_exam(gold, coin(), ExamParams()) for _ in range(2))

    assert one.model_dump_json() == other.model_dump_json()
