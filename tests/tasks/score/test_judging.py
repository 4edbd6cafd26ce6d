"""What judges say of rows: scores, reasons, disagreement, references."""

import pytest

from tasks.base.errors import UsageError
from tasks.score.judging import judge_rows
from tasks.score.panel import LONG, SHORT, PanelParams, cost_of, grade_of
from tests.builders import row, table, turn
from tests.tasks.score.scripted import Scripted, data_of, level, prompt_of, weighed

QUALITY = ("relevancy", "task_alignment", "consistency", "format", "correctness")
ROWS = (row("a", "Q1", "good"), row("b", "Q2", "bad"), row("c", "Q3", ""))


def graded(good=5, bad=1, name="scripted", grade="real"):
    """A judge that finds the answer `good` worth level `good` and any other worth `bad`."""
    return Scripted(
        lambda body: level(good if data_of(body).get("answer") in ("good", "Paris.") else bad),
        name, grade,
    )  # fmt: skip


def judged(*models, rows=ROWS, **params):
    return judge_rows(models, table(*rows).collect(), PanelParams(**params))


def column(found, name):
    return found.scores[f"score_judge{name}"].to_list()


def test_good_answers_score_high_and_bad_ones_low():
    found = judged(graded())
    good, bad, none = column(found, "")
    assert (good > 0.95, bad < 0.05, none) == (True, True, None)
    assert column(found, "_reason") == [None, None, "no_answer"]
    assert column(found, "_mass")[:2] == pytest.approx([1, 1])
    assert found.scores["id"].to_list() == ["a", "b", "c"]


def test_figures_say_what_was_judged_by_whom_and_what_not():
    figures = judged(graded()).figures
    assert figures["judged"] == 2
    assert figures["unscored"] == {"no_answer": 1}
    assert figures["judges"] == ["scripted"]
    assert figures["backends"] == ["logprobs"]
    assert figures["mean_mass"] == 1
    assert figures["rubric"].startswith("quality@1:")
    assert (figures["pairs"], figures["order_consistent"]) == (0, None)


def test_complexity_is_told_and_is_no_part_of_the_score():
    def reply(body):
        return level(1 if "How much knowledge" in prompt_of(body) else 5)

    found = judged(Scripted(reply))
    assert column(found, "")[0] > 0.95
    assert column(found, "_complexity")[0] < 0.05


def test_the_score_is_the_mean_over_the_criteria_of_quality():
    def reply(body):
        return level(5 if "Is what the answer states" in prompt_of(body) else 1)

    found = judged(Scripted(reply))
    each = [column(found, f"_{name}")[0] for name in QUALITY]
    assert column(found, "")[0] == pytest.approx(sum(each) / 5)
    assert max(each) == each[-1] > 0.95


def test_the_questions_about_a_row_stand_together():
    model = graded()
    judged(model)
    answers = [data_of(call.body)["answer"] for call in model.asked[1:]]  # the first is the probe
    assert answers == ["good"] * 6 + ["bad"] * 6


def unless(question, said, otherwise):
    return Scripted(lambda body: said if question in prompt_of(body) else otherwise)


@pytest.mark.parametrize(
    ("said", "reason", "waits"),
    [(weighed({"Well": 0.8, "5": 0.2}), "low_mass", 0), ("refused", "refused", 0),
     ("budget_reached", "budget_reached", 2), ("call_rejected", "call_rejected", 2)],
)  # fmt: skip
def test_a_row_with_a_criterion_open_has_no_score_and_the_reason_of_it(said, reason, waits):
    found = judged(unless("Is the answer whole", said, level(5)))
    assert column(found, "") == [None] * 3
    assert column(found, "_reason") == [reason, reason, "no_answer"]
    assert column(found, "_relevancy")[0] > 0.95
    assert column(found, "_format") == [None] * 3
    assert found.unfinished == waits


def test_complexity_left_open_costs_no_score():
    found = judged(unless("How much knowledge", "refused", level(5)))
    assert column(found, "")[0] > 0.95
    assert column(found, "_complexity") == [None] * 3


def test_of_two_reasons_the_one_that_passes_is_told():
    def reply(body):
        asked = prompt_of(body)
        if "address what the last user" in asked and "capital" not in asked:
            return "call_rejected"
        return "rate_limited" if "Is the answer whole" in asked else level(5)

    assert column(judged(Scripted(reply)), "_reason")[0] == "rate_limited"


def test_the_score_of_two_judges_is_their_mean_and_how_far_they_differ_is_kept():
    found = judged(graded(), graded(bad=5))
    low, high = (column(judged(graded(bad=n)), "")[1] for n in (1, 5))
    assert column(found, "")[1] == pytest.approx((low + high) / 2)
    assert column(found, "_disagreement") == pytest.approx([0, high - low, None])
    assert found.figures["mean_disagreement"] == pytest.approx((high - low) / 2, abs=1e-3)


def test_one_judge_disagrees_with_nobody():
    assert column(judged(graded()), "_disagreement") == [None] * 3


def test_a_judge_that_declines_leaves_the_score_to_the_other():
    found = judged(
        Scripted(lambda body: level(1) if "capital" in prompt_of(body) else "refused"), graded()
    )
    assert column(found, "")[0] > 0.95
    assert column(found, "_disagreement") == [None] * 3
    assert column(found, "_reason")[:2] == [None, None]
    assert found.unfinished == 0


def test_a_second_judge_that_is_down_leaves_the_rows_unfinished():
    found = judged(graded(), Scripted(lambda _: "endpoint_failed"))
    assert column(found, "")[0] > 0.95
    assert found.unfinished == 2


def test_a_judge_that_guesses_makes_all_of_it_a_demo():
    assert column(judged(graded(), graded(grade="demo")), "_grade") == ["demo", "demo", None]
    assert column(judged(graded()), "_grade") == ["real", "real", None]
    assert (grade_of([graded()]), grade_of([graded(grade="demo")])) == ("real", "demo")


def test_a_reference_is_shown_where_the_row_has_one():
    model = graded()
    given = (
        row("a", "Q", "good", meta='{"gold": "right"}'),
        row("b", "Q", "good", meta='{"x": 1}'),
    )
    judged(model, rows=given)
    assert [data_of(c.body).get("reference") for c in model.asked[1::6]] == ["right", None]


def test_a_judge_guided_by_a_reference_can_tell_right_from_wrong():
    def reply(body):
        row = data_of(body)
        return level(5 if row["answer"] == row.get("reference", "Paris.") else 1)

    given = [row(i, "2 + 2?", i, meta='{"answer_key": "4"}') for i in ("4", "5")]
    right, wrong = column(judged(Scripted(reply), rows=given, reference_field="answer_key"), "")
    assert right > 0.95
    assert wrong < 0.05


def test_turns_keep_their_roles():
    model = graded()
    turns = [turn("system", "S"), turn("user", "U"), turn("assistant", "A"), turn("user", "V")]
    judged(model, rows=[row("a", *turns, turn("assistant", "good"))])
    assert [t["role"] for t in data_of(model.asked[-1].body)["dialogue"]] == [
        "system", "user", "assistant", "user",
    ]  # fmt: skip


def test_long_rows_are_cut_and_counted():
    model = graded()
    found = judged(model, rows=[row("a", "Q", "x" * 900), row("b", "Q", "y")], max_characters=100)
    assert found.figures["cut"] == 1
    assert isinstance(data_of(model.asked[1].body)["answer"], list)


@pytest.mark.parametrize(
    ("grade", "given", "limit"),
    [("demo", {}, SHORT), ("real", {}, LONG), ("demo", {"max_characters": 0}, None)],
)
def test_a_demo_model_reads_less_of_a_row_unless_told(grade, given, limit):
    model = graded(grade=grade)
    judged(model, rows=[row("a", "Q", "x" * 20_000)], **given)
    answer = data_of(model.asked[1].body)["answer"]
    kept = len(answer) if isinstance(answer, str) else len(answer[0]) + len(answer[2])
    assert kept == (20_000 if limit is None else limit - len("Q"))


PREFERENCE = (
    row("p", "Q", "good", rejected=[turn("assistant", "bad")]),
    row("q", "Q", "bad", rejected=[turn("assistant", "good")]),
    row("r", "Q", "good"),
)


def choosing(body):
    said = data_of(body)
    if "answer" in said:
        return level(5)
    better = said["answer_a"] == "good"
    return weighed({"A": 0.9 if better else 0.1, "B": 0.1 if better else 0.9})


def test_of_preference_rows_it_is_told_how_likely_the_winner_is_the_better_one():
    found = judged(Scripted(choosing), rows=PREFERENCE)
    assert column(found, "_preferred") == pytest.approx([0.9, 0.1, None])
    assert (found.figures["pairs"], found.figures["order_consistent"]) == (2, 1)


def test_a_judge_that_names_the_first_is_told_by_its_orders():
    first = Scripted(
        lambda b: level(5) if "answer" in data_of(b) else weighed({"A": 0.9, "B": 0.1})
    )
    found = judged(first, rows=PREFERENCE)
    assert column(found, "_preferred") == pytest.approx([0.5, 0.5, None])
    assert found.figures["order_consistent"] == 0


def test_pairs_may_be_left_out():
    found = judged(Scripted(choosing), rows=PREFERENCE, pairs=False)
    assert column(found, "_preferred") == [None] * 3
    assert found.figures["pairs"] == 0


def test_just_some_criteria_may_be_asked():
    model = graded()
    found = judged(model, criteria=("format", "relevancy"))
    named = [c for c in found.scores.columns if c.removeprefix("score_judge_") in QUALITY]
    assert named == ["score_judge_relevancy", "score_judge_format"]
    assert len(model.asked) == 1 + 2 * 2


def test_a_criterion_that_is_not_there_is_told_before_anybody_is_asked():
    model = graded()
    with pytest.raises(UsageError, match="did you mean 'format'"):
        judged(model, criteria=("fromat",))
    assert not model.asked


def test_what_was_paid_is_summed_over_the_judges():
    models = [graded(), graded()]
    judged(*models)
    assert cost_of(models).calls == 2 * 13


def test_equal_rows_have_equal_scores_wherever_they_stand():
    straight, back = judged(graded()), judged(graded(), rows=ROWS[::-1])
    assert straight.scores.sort("id").equals(back.scores.sort("id"))
    assert straight.figures == back.figures
