"""A language model sits the exam as it would judge rows: over every backend, and over HTTP."""

import json
from functools import partial

import pytest

from tasks.base.errors import UsageError
from tasks.ingest.ingested import Store
from tasks.llm.catalogue import DEFAULT
from tasks.llm.params import BudgetParams, LlmParams, LlmUse
from tasks.score.calibration.candidate import Anew, Candidate, identity_of, judges_of
from tasks.score.calibration.exam import ExamParams, examine, sit_exam
from tasks.score.calibration.examinee import Choice
from tasks.score.calibration.gold import gold_file
from tasks.score.calibration.limits import may_decide
from tasks.score.panel import PanelParams
from tests.fault_server import FaultServer, with_logprobs
from tests.tasks.score.calibration.test_bias import pairs, points
from tests.tasks.score.scripted import Scripted, as_json, data_of, level, prompt_of, tokens

SALT = "salt"
CRITERIA = len(PanelParams().questions().criteria)


def longer(body, long=400):
    """Prefers the longer answer; of one answer it says 5 if it is long, else 1."""
    data = data_of(body)
    if "answer_a" in data:
        a_wins = len(data["answer_a"]) > len(data["answer_b"])
        return tokens(A=0.9, B=0.1) if a_wins else tokens(A=0.1, B=0.9)
    return level(5 if len(data["answer"]) > long else 1)


def candidate(reply, **params) -> tuple[Candidate, Scripted]:
    model = Scripted(reply)
    return Candidate(model, PanelParams(**{"backend": "logprobs", **params})), model


def test_a_pair_is_shown_in_both_orders_and_both_are_told():
    def wants_the_first(body):
        return tokens(A=0.8, B=0.2)

    judge, model = candidate(wants_the_first)

    found = judge.choose(pairs(3).items)

    assert len(model.asked) == 6
    assert [round(c.straight, 6) for c in found] == [0.8] * 3
    assert [round(c.swapped, 6) for c in found] == [0.2] * 3
    assert [round(c.first, 6) for c in found] == [0.5] * 3


def test_the_first_answer_is_the_one_that_the_gold_file_names_first():
    gold = pairs(40)
    judge, _ = candidate(longer)

    found = judge.choose(gold.items)

    is_long = (gold.items["first"].str.len_chars() > gold.items["second"].str.len_chars()).to_list()
    assert [choice.first > 0.5 for choice in found] == is_long


def test_a_row_gets_the_score_that_the_stage_would_give_it():
    gold = points(30)
    judge, _ = candidate(longer)

    found = judge.score(gold.items)

    said = gold.items["messages"].list.last().struct.field("content").str.len_chars()
    assert [score.value > 0.5 for score in found] == (said > 400).to_list()


def test_a_refusal_in_one_order_is_no_choice_and_has_its_reason():
    def refuses_to_see_one_first(body):
        return "refused" if data_of(body)["answer_a"].startswith("One") else tokens(A=0.9, B=0.1)

    judge, _ = candidate(refuses_to_see_one_first)

    assert judge.choose(pairs(2).items) == [Choice(None, reason="refused")] * 2


def test_drawn_answers_do_as_well_as_probabilities():
    judge, model = candidate(
        lambda body: as_json("A" if longer(body) == tokens(A=0.9, B=0.1) else "B"),
        backend="samples", samples=3,
    )  # fmt: skip

    found = judge.choose(pairs(20).items)

    assert len(model.asked) == 20 * 2 * 3
    assert {choice.straight for choice in found} == {0, 1}
    assert all(choice.straight == choice.swapped for choice in found)


def test_what_is_asked_again_is_the_same_question_and_another_sample():
    judge, model = candidate(longer)
    gold = pairs(4)

    judge.choose(gold.items)
    judge.choose(gold.items, sample=1)

    first, again = model.asked[:8], model.asked[8:]
    assert [call.body for call in first] == [call.body for call in again]
    keys = [call.key("m") for call in model.asked]
    assert len(set(keys)) == 16


def test_samples_of_one_asking_are_never_those_of_the_next():
    model = Scripted(lambda _: as_json("A"))
    params = PanelParams(backend="samples", samples=50)

    for sample in (0, 1, 2):
        Candidate(model, params).choose(pairs(1).items, sample)

    for asked in ([call.body["seed"] for call in model.asked], [c.sample for c in model.asked]):
        assert sorted(set(asked)) == [1000 * a + i for a in range(3) for i in range(50)]


def test_a_model_that_is_asked_anew_is_the_same_model():
    model = Scripted(longer, "m", "demo")

    assert (Anew(model, 1).identity, Anew(model, 1).grade) == ("m", "demo")


def test_texts_are_cut_as_the_stage_cuts_them():
    judge, model = candidate(lambda _: tokens(A=0.5, B=0.5), max_characters=40)

    judge.choose(pairs(1).items)

    assert isinstance(data_of(model.asked[0].body)["answer_a"], list) or isinstance(
        data_of(model.asked[0].body)["answer_b"], list
    )
    assert "middle was left out" in prompt_of(model.asked[0].body)


def test_an_exam_of_a_model_that_prefers_length_fails_it():
    judge, model = candidate(partial(longer, long=25))

    found = sit_exam(pairs(), judge, ExamParams())

    assert found.verdict == "fail"
    assert any("leans to longer" in why for why in found.why)
    scored, compared, again = 2 * 200 * CRITERIA, 2 * 200, 2 * 20 * CRITERIA
    assert found.cost.calls == len(model.asked) == scored + compared + again


ASKED = LlmParams(endpoint="http://127.0.0.1:9", model="m-7b")


@pytest.mark.parametrize(
    "other",
    [(PanelParams(backend="samples"), ASKED), (PanelParams(criteria=("relevancy",)), ASKED),
     (PanelParams(hardened=False), ASKED), (PanelParams(model="n"), ASKED),
     (PanelParams(), ASKED.model_copy(update={"revision": "2"}))],
)  # fmt: skip
def test_another_way_to_judge_is_another_judge(other):
    assert identity_of(*other).fingerprint != identity_of(PanelParams(), ASKED).fingerprint


@pytest.mark.parametrize(
    "other",
    [(PanelParams(), ASKED.model_copy(update={"concurrency": 1, "endpoint": "http://other"})),
     (PanelParams(salt=SALT, seed=3), ASKED),
     (PanelParams(judges=(LlmUse(model="n"),)), ASKED)],
)  # fmt: skip
def test_the_same_judge_at_another_address_or_speed_or_in_other_company_is_the_same(other):
    assert identity_of(*other) == identity_of(PanelParams(), ASKED)


def test_the_judge_that_an_exam_sees_is_the_one_that_a_run_looks_up():
    assert Candidate(Scripted(longer, "m-7b"), PanelParams()).identity == identity_of(
        PanelParams(), ASKED
    )


def test_the_local_model_is_known_for_a_demo_before_it_is_started():
    assert identity_of(PanelParams(), LlmParams(endpoint="local")).grade == "demo"


def test_a_panel_is_examined_one_by_one():
    local = LlmUse(endpoint="local", model=DEFAULT)
    panel = PanelParams(judges=(LlmUse(model="n"), local), backend="samples")

    alone = judges_of(panel, ASKED)
    found = [identity_of(one, ASKED) for one in alone]

    assert [one.model for one in found][:2] == ["m-7b", "n"]
    assert [one.grade for one in found] == ["real", "real", "demo"]
    assert {one.backend for one in found} == {"samples"}
    assert {one.judges for one in alone} == {()}
    assert judges_of(PanelParams(), LlmParams()) == []


@pytest.fixture
def gold(tmp_path):
    """A file with sixty pairs, of which people prefer the longer answer."""
    file = tmp_path / "gold.jsonl"
    rows = pairs(60).items.select("prompt", a="first", b="second").rows(named=True)
    lines = [{**row, "label": "a" if len(row["a"]) > len(row["b"]) else "b"} for row in rows]
    file.write_text("\n".join(map(json.dumps, lines)))
    return gold_file(file)


def over_http(gold, tmp_path, reply, **llm):
    with FaultServer(reply) as server:
        params = LlmParams(endpoint=server.url, model="m-7b", key_variable="", **llm)
        judge = PanelParams(backend="logprobs")
        found = examine.fn(gold, ExamParams(retest=10), judge, params, Store(path=str(tmp_path)))
        return found, server


def honest(_path, body):
    data = data_of(body)
    if "answer" in data:
        return with_logprobs({"5": 0.9, "1": 0.1} if len(data["answer"]) > 25 else {"1": 1.0})
    a_wins = len(data["answer_a"]) > len(data["answer_b"])
    return with_logprobs({"A": 0.9, "B": 0.1} if a_wins else {"A": 0.1, "B": 0.9})


def test_a_model_behind_a_real_server_earns_its_passport(gold, tmp_path):
    found, server = over_http(gold, tmp_path, honest)

    assert (found.verdict, may_decide(found, ExamParams())) == ("pass", None)
    assert found.estimate("kappa").value == 1
    assert found.estimate("retest_same").items == 10
    assert found.estimate("order_consistency").value == 1
    # the second asking of ten pairs went to the server too, and was not answered from memory
    scored, compared, again = 2 * 60 * CRITERIA, 2 * 60, 2 * 10 * CRITERIA
    assert found.cost.calls == sum(server.asked.values()) == scored + compared + again


def test_a_second_exam_pays_nothing(gold, tmp_path):
    over_http(gold, tmp_path, honest)

    found, server = over_http(gold, tmp_path, honest)

    assert (found.verdict, found.cost.calls, sum(server.asked.values())) == ("pass", 0, 0)


def test_a_budget_that_is_spent_leaves_items_without_a_reply_and_no_pass(gold, tmp_path):
    found, _ = over_http(gold, tmp_path, honest, budget=BudgetParams(tokens=1_500), concurrency=1)

    assert found.unscored.keys() == {"budget_reached"}
    assert found.unfinished == found.unscored["budget_reached"] > 12
    assert found.verdict == "fail"
    assert any("budget_reached" in why for why in found.why)


def test_an_exam_without_a_model_says_how_to_name_one(gold, tmp_path):
    with pytest.raises(UsageError, match="no language model is named: set "):
        examine.fn(gold, ExamParams(), PanelParams(), LlmParams(), Store(path=str(tmp_path)))
