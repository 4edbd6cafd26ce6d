"""A passport is kept for its judge alone, and what is in it decides."""

import json

import pytest

from tasks.base.errors import StageError
from tasks.score.bar import Bar
from tasks.score.calibration.exam import ExamParams, sit_exam
from tasks.score.calibration.examinee import JudgeIdentity
from tasks.score.calibration.figures import shown
from tasks.score.calibration.limits import Limits, may_decide
from tasks.score.calibration.passport import load_passport, store_passport
from tests.tasks.score.calibration.judges import Scripted, coin, copycat, first_wins
from tests.tasks.score.calibration.test_bias import pairs, points

GOLD = points()
GOOD = sit_exam(GOLD, copycat(GOLD), ExamParams())
POOR = sit_exam(GOLD, coin(), ExamParams())


def test_a_passport_is_found_again_as_it_was(tmp_path):
    store_passport(GOOD, tmp_path)

    assert load_passport(tmp_path, GOOD.judge) == GOOD


@pytest.mark.parametrize("field", list(JudgeIdentity.model_fields))
def test_another_judge_has_no_passport(tmp_path, field):
    store_passport(GOOD, tmp_path)

    other = GOOD.judge.model_copy(update={field: "demo" if field == "grade" else "other"})

    assert load_passport(tmp_path, other) is None


def test_a_later_exam_takes_the_place_of_an_earlier_one(tmp_path):
    store_passport(GOOD, tmp_path)
    later = POOR.model_copy(update={"judge": GOOD.judge})
    store_passport(later, tmp_path)

    assert load_passport(tmp_path, GOOD.judge) == later
    assert len(list((tmp_path / "passports").iterdir())) == 1


def test_an_exam_that_was_cut_short_takes_no_place_of_a_whole_one(tmp_path):
    short = POOR.model_copy(update={"judge": GOOD.judge, "unscored": {"endpoint_failed": 40}})
    store_passport(GOOD, tmp_path)
    store_passport(short, tmp_path)

    assert load_passport(tmp_path, GOOD.judge) == GOOD
    shy = short.model_copy(update={"unscored": {"refused": 40}})
    store_passport(shy, tmp_path)
    assert load_passport(tmp_path, GOOD.judge) == shy, "it will say no more another time"


def test_a_damaged_passport_is_not_taken_for_none(tmp_path):
    file = store_passport(GOOD, tmp_path)
    file.write_text(file.read_text()[:-40])

    with pytest.raises(StageError, match=rf"passports/{file.name} .* is damaged; delete it"):
        load_passport(tmp_path, GOOD.judge)


def test_a_judge_without_a_passport_may_not_decide():
    assert "has no passport" in str(may_decide(None, Limits()))


def test_a_judge_that_passed_may_decide_and_one_that_failed_may_not():
    assert may_decide(GOOD, Limits()) is None
    assert "kappa" in str(may_decide(POOR, Limits()))


def test_other_limits_decide_otherwise_over_the_same_passport():
    low = GOOD.estimate("kappa").low

    assert may_decide(GOOD, Limits(min_kappa=low)) is None
    assert may_decide(GOOD, Limits(min_rows=300)) is None
    assert "300 items; 301 are needed" in str(may_decide(GOOD, Limits(min_rows=301)))
    assert may_decide(POOR, Limits(min_kappa=-1)) is None


def test_kappa_is_held_to_its_lower_end_and_not_to_its_middle():
    kappa = sit_exam(GOLD.sample(60, 0), halting(), ExamParams()).estimate("kappa")
    passport = sit_exam(GOLD.sample(60, 0), halting(), ExamParams())

    assert kappa.low < kappa.value - 0.05
    assert may_decide(passport, Limits(min_kappa=kappa.value)) is not None
    assert may_decide(passport, Limits(min_kappa=kappa.low)) is None


def halting() -> Scripted:
    """Right on four rows of five."""
    known = copycat(GOLD).rate
    return Scripted("halting", rate=lambda t: known(t) if int(t[:4]) % 5 else 1 - known(t))


def test_a_demo_grade_is_refused_whatever_its_figures():
    demo = GOOD.model_copy(update={"judge": GOOD.judge.model_copy(update={"grade": "demo"})})

    assert str(may_decide(demo, Limits())) == (
        "it is a demo model: it shows that all works, and no score of it may decide anything"
    )


def test_order_consistency_just_below_the_limit_is_refused_and_at_the_limit_is_not():
    passport = sit_exam(pairs(), first_wins(), ExamParams())
    share = passport.estimate("order_consistency").value

    assert "change places" in str(may_decide(passport, Limits(min_kappa=-1)))
    assert may_decide(passport, Limits(min_kappa=-1, min_consistency=share)) is None


def test_every_shortcoming_is_told_and_not_the_first_alone():
    refusal = may_decide(
        sit_exam(pairs(40), first_wins(), ExamParams()), Limits(min_kappa=0.4, min_rows=50)
    )

    assert refusal is not None
    assert len(refusal.why) == 3


def test_a_run_with_another_threshold_wants_another_exam():
    assert may_decide(GOOD, Limits(), Bar(threshold=0.5)) is None
    assert "for a threshold of 0.5, and this run's is 0.6" in str(
        may_decide(GOOD, Limits(), Bar(threshold=0.6))
    )
    pair_exam = sit_exam(pairs(), copycat(pairs()), ExamParams())
    assert may_decide(pair_exam, Limits(), Bar(threshold=0.6)) is None, "pairs have no threshold"


def test_what_another_exam_may_answer_is_counted_as_unfinished():
    passport = GOOD.model_copy(update={"unscored": {"budget_reached": 3, "refused": 2}})

    assert passport.unfinished == 3
    assert GOOD.unfinished == 0


def test_losses_follow_from_the_errors_of_the_exam_at_its_threshold_only():
    known = copycat(GOLD).rate
    judge = Scripted("x", rate=lambda t: known(t) if int(t[:4]) % 5 else 1 - known(t))
    passport = sit_exam(GOLD, judge, ExamParams())

    found = passport.losses(1000, 400, 0.5)

    assert found.good_dropped.low < found.good_dropped.value < found.good_dropped.high
    assert passport.losses(1000, 400, 0.6).why_not == "its exam was for a threshold of 0.5, not 0.6"
    assert "pairs" in sit_exam(pairs(), coin(), ExamParams()).losses(1000, 400, 0.5).why_not


def test_the_facts_for_a_report_are_plain_and_whole():
    facts = sit_exam(pairs(), coin(), ExamParams()).facts()

    assert json.loads(json.dumps(facts)) == facts
    assert (facts["judge"], facts["verdict"]) == ("coin", "fail")
    assert len(facts["why"]) >= 2
    figures = {figure["name"]: figure for figure in facts["figures"]}
    assert figures["kappa"].keys() == {"name", "value", "interval", "people", "what", "numbers"}
    assert figures["own leaning"]["value"] == "not tested"
    assert "no pair with one answer by coin" in figures["own leaning"]["what"]
    value = figures["kappa"]["numbers"]["judge"]["value"]
    assert figures["kappa"]["value"] == f"{value:.2f}"


def test_a_nought_has_no_sign():
    assert (shown(-0.001), shown(-0.006), shown(None)) == ("0.00", "-0.01", "–")


def test_people_stand_beside_the_judge_in_the_figures_that_they_have_too():
    gold = GOLD._replace(labels=GOLD.labels.repeat(2, axis=1))
    figures = {f["name"]: f for f in sit_exam(gold, coin(), ExamParams()).facts()["figures"]}

    assert figures["kappa"]["people"] == "1.00"
    assert figures["length leaning"]["people"] == "–"
