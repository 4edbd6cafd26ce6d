"""Every backend: what it sends, what it makes of an answer, and of what is none."""

import pytest

from tasks.score.backends import decisions, logprobs, samples
from tasks.score.backends.asking import Asking, Item
from tasks.score.backends.choose import PROBE, choose, decide
from tasks.score.case import Case, Turn
from tasks.score.decision import Question
from tests.tasks.score.scripted import Scripted, as_json, chat, level, prompt_of, weighed

ASKING = Asking()
LEVELS = Question(name="level", text="How good?", options=("bad", "poor", "fair", "good", "best"))
CHOICE = Question(name="pick", text="Which?", kind="choice", options=("this", "that"))
PREDICATE = Question(name="is", text="Is it?", kind="predicate")
CASE = Case((Turn("user", "Hi"),), ("Yo",))


def one(backend, said, question=LEVELS, asking=ASKING):
    """The only decision of `backend` when the model says `said`."""
    reply = said if callable(said) else lambda _: said
    [(place, found)] = backend.decide(Scripted(reply), [Item(CASE, question)], asking)
    assert place == 0
    return found


def test_probabilities_of_the_labels_are_made_to_sum_to_one_and_what_they_summed_to_is_kept():
    found = one(logprobs, weighed({"4": 0.5, "5": 0.25, "The": 0.25}))
    assert found.probabilities == pytest.approx((0, 0, 0, 2 / 3, 1 / 3))
    assert found.mass == pytest.approx(0.75)
    assert found.value == pytest.approx((2 / 3 * 3 + 1 / 3 * 4) / 4)


def test_all_ways_to_write_a_label_count_and_longer_tokens_do_not():
    told = {
        "4": 0.2,
        " 4": 0.2,
        "▁4": 0.1,
        "Ġ4": 0.1,
        "4\n": 0.1,
        "44": 0.1,
        "4.": 0.1,
        "four": 0.1,
    }
    assert one(logprobs, weighed(told)).mass == pytest.approx(0.7)
    found = one(logprobs, weighed({"Yes": 0.4, " yes": 0.2, "YES": 0.1, "No": 0.3}), PREDICATE)
    assert found.probabilities == pytest.approx((0.3, 0.7))


def test_one_token_is_asked_for_with_twenty_likely_ones():
    model = Scripted(lambda _: level(3))
    list(logprobs.decide(model, [Item(CASE, LEVELS)], ASKING))
    body = model.asked[0].body
    assert (body["max_tokens"], body["top_logprobs"], body["temperature"]) == (1, 20, 0)


@pytest.mark.parametrize(("mass", "reason"), [(0.49, "low_mass"), (0.51, None)])
def test_little_mass_on_the_labels_is_no_answer(mass, reason):
    found = one(logprobs, weighed({"5": mass, "Sure": 1 - mass}))
    assert (found.reason, found.value) == (reason, None if reason else 1.0)
    assert found.mass == pytest.approx(mass)


def test_no_label_among_the_likely_tokens_is_no_answer_however_little_is_asked():
    found = one(logprobs, weighed({"Sure": 0.9}), asking=ASKING._replace(min_mass=0))
    assert (found.reason, found.probabilities) == ("low_mass", None)


NO_ANSWER = {
    "refused in a field": (chat("", refusal="No."), "refused"),
    "taken by a filter": (chat("", finish="content_filter"), "refused"),
    "no log-probabilities": (chat("5", finish="length"), "unparsable"),
    "no choices": ({"choices": []}, "unparsable"),
    "budget": ("budget_reached", "budget_reached"),
    "rejected": ("call_rejected", "call_rejected"),
}


@pytest.mark.parametrize(("said", "reason"), NO_ANSWER.values(), ids=NO_ANSWER)
def test_what_is_no_answer_leaves_the_question_open_with_a_reason(said, reason):
    found = one(logprobs, said)
    assert (found.probabilities, found.reason) == (None, reason)


def drawn(labels):
    """A model that draws these labels in turn."""
    left = iter(labels)
    return lambda _: as_json(said) if len(said := next(left)) < 4 else said


def test_shares_of_the_draws_stand_for_probabilities():
    found = one(samples, drawn("54455"))
    assert found.probabilities == pytest.approx((0, 0, 0, 0.4, 0.6))
    assert found.mass == 1


def test_draws_are_asked_for_apart_at_a_temperature_and_a_single_one_at_none():
    model = Scripted(lambda _: as_json("3"))
    list(samples.decide(model, [Item(CASE, LEVELS)], Asking(samples=3, seed=7)))
    assert [c.sample for c in model.asked] == [0, 1, 2]
    assert [c.body["seed"] for c in model.asked] == [7, 8, 9]
    assert {c.body["temperature"] for c in model.asked} == {1.0}
    model.asked.clear()
    list(samples.decide(model, [Item(CASE, LEVELS)], Asking(samples=1)))
    assert [c.body["temperature"] for c in model.asked] == [0.0]


def test_a_demo_model_draws_once():
    model = Scripted(lambda _: as_json("3"), grade="demo")
    list(samples.decide(model, [Item(CASE, LEVELS)], Asking(samples=5)))
    assert [c.body["temperature"] for c in model.asked] == [0.0]


def test_the_schema_offers_the_labels_and_no_more():
    model = Scripted(lambda _: as_json("3"))
    list(samples.decide(model, [Item(CASE, LEVELS)], ASKING))
    schema = model.asked[0].body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["answer"]["enum"] == ["1", "2", "3", "4", "5"]
    assert prompt_of(model.asked[0].body).endswith("LABEL is one of 1, 2, 3, 4, 5.")


def test_a_draw_that_answers_something_else_is_asked_again_and_then_left_out():
    model = Scripted(lambda body: as_json({0: "5", 1: "9", 2: "4"}[body["seed"]]))
    [(_, found)] = samples.decide(model, [Item(CASE, LEVELS)], Asking(samples=3))
    assert found.probabilities == pytest.approx((0, 0, 0, 0.5, 0.5))
    assert found.mass == pytest.approx(2 / 3)
    assert [call.body["seed"] for call in model.asked] == [0, 1, 2, 1]


@pytest.mark.parametrize(
    ("draws", "reason"),
    [(["refused", "refused", "5"], "refused"), (["cut_short", "5", "5"], None),
     (["5", "budget_reached", "5"], "budget_reached"), (["refused"] * 3, "refused")],
    ids=["most refused", "one cut", "one not paid for", "all refused"],
)  # fmt: skip
def test_too_few_draws_are_no_answer(draws, reason):
    found = one(samples, drawn(draws), asking=Asking(samples=3))
    assert found.reason == reason
    assert (found.probabilities is None) == (reason is not None)


def test_questions_with_other_labels_are_told_apart():
    items = [Item(CASE, LEVELS), Item(CASE, PREDICATE), Item(CASE, LEVELS)]
    model = Scripted(lambda body: as_json("yes" if "Is it?" in prompt_of(body) else "5"))
    found = dict(samples.decide(model, items, Asking(samples=2)))
    assert [found[place].value for place in range(3)] == [1, 1, 1]


def told(*answers):
    return {"answers": list(answers), "model": "gpt-6-luna"}


SCORED = {
    "type": "score", "name": "level", "score": 3.2, "confidence": 0.5,
    "probabilities": [{"label": str(i), "value": i, "probability": p}
                      for i, p in zip((5, 4, 3, 2, 1), (0.4, 0.3, 0.2, 0.1, 0.0), strict=True)],
}  # fmt: skip
PICKED = {
    "type": "choice", "name": "pick", "choice": "A", "confidence": 0.9,
    "probabilities": [{"value": "A", "probability": 0.9}, {"value": "B", "probability": 0.1}],
}  # fmt: skip
SURE = {"type": "predicate", "name": "is", "probability": 0.75}


def test_a_decision_is_read_by_its_labels_whatever_their_order():
    assert one(decisions, told(SCORED)).probabilities == pytest.approx((0, 0.1, 0.2, 0.3, 0.4))
    assert one(decisions, told(PICKED), CHOICE).probabilities == pytest.approx((0.9, 0.1))
    assert one(decisions, told(SURE), PREDICATE).probabilities == pytest.approx((0.25, 0.75))
    assert one(decisions, told(SCORED)).mass is None


def test_all_questions_about_a_case_go_in_one_call_of_the_documented_shape():
    items = [Item(CASE, q) for q in (LEVELS, CHOICE, PREDICATE)]
    items += [Item(CASE._replace(answers=("No",)), LEVELS)]
    model = Scripted(lambda body: told(*[SCORED, PICKED, SURE][: len(body["questions"])]))
    found = dict(decisions.decide(model, items, ASKING))
    assert sorted(found) == [0, 1, 2, 3]
    assert [(c.path, len(c.body["questions"])) for c in model.asked] == [
        ("/decisions", 3),
        ("/decisions", 1),
    ]
    score, choice, predicate = model.asked[0].body["questions"]
    assert score["levels"][0] == {"label": "1", "description": "bad"}
    assert choice["choices"][1] == {"value": "B", "description": "that"}
    assert set(predicate) == {"type", "name", "instructions"}
    assert '"answer": "Yo"' in model.asked[0].body["input"]


def test_the_shape_is_that_of_the_sdk():
    from openai.types.decision import Decision as Documented
    from openai.types.decision_create_params import DecisionCreateParams
    from pydantic import TypeAdapter

    items = [Item(CASE, q) for q in (LEVELS, CHOICE, PREDICATE)]
    body = decisions.call(items, ASKING).body
    TypeAdapter(DecisionCreateParams).validate_python({"model": "gpt-6-luna", **body})
    usage = {"input_tokens": 1, "output_tokens": 0, "total_tokens": 1,
             "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
             "output_tokens_details": {"reasoning_tokens": 0}}  # fmt: skip
    Documented.model_validate({**told(SCORED, PICKED, SURE), "usage": usage})


BROKEN = {
    "refused": ({"type": "refusal", "name": "level"}, "refused"),
    "another kind": (SURE, "unparsable"),
    "a level missing": ({**SCORED, "probabilities": SCORED["probabilities"][1:]}, "unparsable"),
    "no probabilities": ({**SCORED, "probabilities": []}, "unparsable"),
    "no numbers": (
        {**SCORED, "probabilities": [{"label": str(i), "probability": "x"} for i in range(1, 6)]},
        "unparsable",
    ),
    "below nothing": (
        {**SCORED, "probabilities": [{"label": str(i), "probability": i - 2} for i in range(1, 6)]},
        "unparsable",
    ),
    "all nothing": (
        {**SCORED, "probabilities": [{"label": str(i), "probability": 0} for i in range(1, 6)]},
        "unparsable",
    ),
    "no object": ("5", "unparsable"),
}


@pytest.mark.parametrize(("answer", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_decision_that_is_none_leaves_the_question_open(answer, reason):
    assert one(decisions, told(answer)).reason == reason


def test_one_answer_too_few_leaves_all_open_for_which_belongs_to_which_is_not_known():
    model = Scripted(lambda _: told(SCORED))
    items = [Item(CASE, LEVELS), Item(CASE, LEVELS)]
    assert [d.reason for _, d in decisions.decide(model, items, ASKING)] == ["unparsable"] * 2


def test_auto_reads_log_probabilities_where_there_are_some_with_mass():
    assert choose(Scripted(lambda _: level(5)), ASKING).name == "logprobs"


@pytest.mark.parametrize(
    "said",
    [chat("5"), weighed({"Well": 0.9, "5": 0.1}), "call_rejected"],
    ids=["none given", "little mass", "endpoint knows no such field"],
)
def test_auto_draws_answers_where_log_probabilities_tell_nothing(said):
    assert choose(Scripted(lambda _: said), ASKING).name == "samples"


def test_auto_asks_the_decisions_endpoint_of_the_model_that_it_serves():
    model = Scripted(lambda _: told(SCORED), name="gpt-6-luna")
    assert choose(model, ASKING).name == "decisions"
    assert not model.asked
    assert choose(Scripted(lambda _: level(1), name="gpt-6-luna-mini"), ASKING).name == "logprobs"


def test_the_choice_does_not_depend_on_the_rows():
    model = Scripted(lambda _: level(5))
    choose(model, ASKING)
    assert [call.body for call in model.asked] == [logprobs.call(PROBE, ASKING).body]


def test_an_endpoint_that_is_down_leaves_all_open_and_is_asked_once():
    model = Scripted(lambda _: "endpoint_failed")
    found, used = decide(model, [Item(CASE, LEVELS)] * 3, ASKING)
    assert ([d.reason for d in found], used) == (["endpoint_failed"] * 3, None)
    assert len(model.asked) == 1


@pytest.mark.parametrize("name", ["logprobs", "samples"])
def test_decisions_come_in_the_order_of_their_items(name):
    cases = [CASE._replace(answers=(str(n),)) for n in range(1, 6)]

    def reply(body):
        n = int(prompt_of(body).split('"answer": "')[1][0])
        return level(n) if body.get("logprobs") else as_json(str(n))

    found, used = decide(Scripted(reply), [Item(c, LEVELS) for c in cases], ASKING, name)
    assert [d.choice for d in found] == [0, 1, 2, 3, 4]
    assert used == name
