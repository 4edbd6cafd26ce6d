"""Rewards over real HTTP: every route, every bad body, and no row without a reward or a reason."""

import math

import polars as pl
import pytest

from tasks.base.dataset import read_dataset
from tasks.base.errors import UsageError
from tasks.llm import limits
from tasks.llm.call import Answer, Call
from tasks.llm.params import BudgetParams, LlmParams
from tasks.score.reward import add_rewards, score_reward
from tasks.score.reward_endpoint import EndpointScorer
from tasks.score.reward_params import RewardParams
from tasks.score.reward_routes import ROUTES, as_pair, as_text, reward_of
from tests.builders import row, table, turn
from tests.fault_server import Fault, FaultServer, chat

LINE = (row("a", "Two and two?", "Four"), row("b", "Two and two?", "Five or so"),
        row("c", "Capital of France?", "Paris"))  # fmt: skip
GONE = Fault(404, body={"detail": "Not Found"})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(limits, "BACKOFF", 0.01)
    monkeypatch.setattr(limits, "PAUSE", 0.01)


def length(body):
    """A reward model that likes long answers: where it looks depends on how it is asked."""
    if "messages" in body:
        return float(len(body["messages"][-1]["content"]))
    if "text_2" in body:
        return float(len(body["text_2"]))
    if "documents" in body:
        return float(len(body["documents"][0]))
    return float(len((body.get("input") or body["inputs"]).rpartition("Assistant: ")[2]))


SERVED = {
    "/classify": lambda b: {"data": [{"index": 0, "label": "LABEL_0", "num_classes": 1,
                                      "probs": [length(b)]}]},
    "/pooling": lambda b: {"data": [{"index": 0, "object": "pooling", "data": [length(b)]}]},
    "/score": lambda b: {"data": [{"index": 0, "object": "score", "score": length(b)}]},
    "/predict": lambda b: [{"label": "LABEL_0", "score": length(b)}],
    "/rerank": lambda b: {"results": [{"index": 0, "relevance_score": length(b)}]},
}  # fmt: skip


def serving(*paths, messages=True):
    """A server with these paths alone, with or without a chat template."""

    def reply(path, body):
        if path not in paths:
            return GONE
        if "messages" in body and not messages:
            return Fault(400, body={"detail": "field required: input"})
        return SERVED[path](body)

    return reply


@pytest.fixture
def rewards(store):
    """Run the stage against a server that replies so; its rows, its report and the server."""

    def run(reply, *rows, below="", **params):
        llm = params.pop("llm", {})
        with FaultServer(reply) as server:
            given = RewardParams(endpoint=server.url + below, model="rm", **params)
            result = score_reward.fn(
                store(*rows), given, LlmParams(**{"attempts": 2, "timeout": 2, **llm})
            )
            asked = dict(server.asked)
        return read_dataset(result.data).collect(), result.report, sum(asked.values())

    return run


@pytest.mark.parametrize("path", SERVED)
@pytest.mark.parametrize("route", ["auto", "named"])
def test_every_route_is_found_and_read(rewards, path, route):
    rows, report, _ = rewards(
        serving(path), *LINE, route=path.strip("/") if route == "named" else "auto"
    )
    assert rows["score_reward"].to_list() == [4.0, 10.0, 5.0]
    assert rows["score_reward_rank"].to_list() == pytest.approx([1 / 6, 5 / 6, 3 / 6])
    assert rows["score_reward_reason"].to_list() == [None] * 3
    assert rows["score_reward_margin"].to_list() == [None] * 3
    assert report.figures == {
        "scored": 3, "unscored": {}, "distinct": 3, "pairs": 0, "pairs_in_order": 0,
    }  # fmt: skip
    assert report.unfinished == 0


@pytest.mark.parametrize("path", ["/classify", "/pooling"])
def test_a_model_without_a_chat_template_is_asked_in_plain_text(rewards, path):
    rows, _, _ = rewards(serving(path, messages=False), *LINE)
    assert rows["score_reward"].to_list() == [4.0, 10.0, 5.0]


def test_a_route_beside_v1_is_found_from_an_endpoint_below_it(rewards):
    """VLLM serves /classify at its root; the server takes one /v1 off by itself."""
    rows, _, asked = rewards(serving("/classify"), *LINE, below="/v1")
    assert rows["score_reward"].to_list() == [4.0, 10.0, 5.0]
    assert asked == 3 + 3, "the samples in vain, and every row once"


def test_the_whole_conversation_is_sent_with_what_a_template_may_read(rewards):
    seen = []

    def reply(path, body):
        seen.append(body)
        return SERVED[path](body)

    call = '{"tool_calls": [{"id": "c1"}], "weight": 1}'
    turns = [("user", "Hi"), ("assistant", "", call), ("tool", "3"), ("assistant", "Yo")]
    rewards(reply, row("a", turn("system", "Brief."), *(turn(*t) for t in turns)))
    assert seen[0]["model"] == "rm"
    assert seen[0]["messages"][2] == {
        "role": "assistant", "content": "", "tool_calls": [{"id": "c1"}],
    }  # fmt: skip
    assert seen[0]["use_activation"] is False


def test_of_a_preference_row_both_answers_are_scored(rewards):
    rows, report, _ = rewards(
        serving("/classify"),
        row("a", "Q", "A good answer", rejected=[turn("assistant", "Bad")]),
        row("b", "Q", "Good", rejected=[turn("assistant", "A bad answer")]),
        row("c", "Q", "None lost"),
        row("d", "Q", "None lost", rejected=[]),
    )
    assert rows["score_reward"].to_list() == [13.0, 4.0, 9.0, 9.0]
    assert rows["score_reward_margin"].to_list() == [10.0, -8.0, None, None]
    assert (report.figures["pairs"], report.figures["pairs_in_order"]) == (2, 1)


def bad(body):
    """Answers that hold no reward, each over /classify unless it says so."""
    return lambda path, asked: body if path == "/classify" else GONE


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": []},
        {"data": None},
        {"data": [{"probs": [1.0]}, {"probs": [1.0]}]},
        {"data": [{"probs": []}]},
        {"data": [{"probs": None}]},
        {"data": [{"probs": ["high"]}]},
        {"data": [{"probs": [None]}]},
        {"data": [{"score": 1.0}]},
        {"data": ["high"]},
        {"data": [{"probs": [0.1] * 384}]},
        {"data": [{"probs": [[1.0], [1.0, 2.0]]}]},
        chat("4"),
    ],
)
def test_an_answer_that_holds_no_reward_is_unparsable(rewards, body):
    rows, report, _ = rewards(bad(body), *LINE)
    assert rows["score_reward"].to_list() == [None] * 3
    assert rows["score_reward_reason"].to_list() == ["unparsable"] * 3
    assert report.figures["unscored"] == {"unparsable": 3}
    assert report.unfinished == 0, "another run would get the same"


def test_one_bad_answer_spoils_no_other(rewards):
    def reply(path, body):
        good = SERVED[path](body)
        is_bad = body["messages"][-1]["content"] == "Four"
        return {"data": []} if is_bad else good

    rows, _, _ = rewards(reply, *LINE)
    assert rows["score_reward"].to_list() == [None, 10.0, 5.0]
    assert rows["score_reward_rank"].to_list() == [None, 0.75, 0.25]
    assert rows["score_reward_reason"].to_list() == ["unparsable", None, None]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(Fault(500), "endpoint_failed"), (Fault(429), "rate_limited"), (Fault(401), "key_rejected"),
     (Fault(reset=True), "endpoint_failed"), (Fault(body=b'{"data": [{"probs": [NaN]}]}'),
                                              "endpoint_failed")],
    ids=["500", "429", "401", "reset", "no JSON"],
)  # fmt: skip
def test_an_endpoint_that_fails_leaves_the_rows_to_another_run(rewards, fault, reason):
    rows, report, _ = rewards(lambda *_: fault, *LINE)
    assert rows["score_reward_reason"].to_list() == [reason] * 3
    assert report.unfinished == 3


def test_a_budget_that_is_spent_leaves_the_rest_unscored(rewards):
    rows = [row(f"r{i}", "Q", f"answer {i}") for i in range(30)]
    scored, report, _ = rewards(
        serving("/classify"), *rows, llm={"budget": BudgetParams(tokens=200), "concurrency": 1}
    )
    reasons = scored["score_reward_reason"].value_counts().to_dicts()
    assert {r["score_reward_reason"] for r in reasons} == {None, "budget_reached"}
    assert 0 < report.unfinished < 30
    assert report.cost.tokens_in <= 200
    assert report.cost.calls == 30 - report.unfinished


def test_an_endpoint_that_scores_nothing_is_a_wrong_setting(rewards):
    with pytest.raises(UsageError, match=r"'rm' scores nothing.*status 404.*score\.reward"):
        rewards(lambda *_: GONE, *LINE)


def test_a_row_that_the_model_rejects_has_that_reason(rewards):
    def reply(path, body):
        if body["messages"][-1]["content"].startswith("Five"):
            return Fault(400, body={"error": {"message": "maximum context length"}})
        return SERVED[path](body)

    rows, _, _ = rewards(reply, *LINE, route="classify")
    assert rows["score_reward_reason"].to_list() == [None, "call_rejected", None]


def test_the_first_rows_may_be_the_odd_ones(rewards):
    """The route is looked for with the shortest rows, and not with one alone."""

    def reply(path, body):
        if body["messages"][-1]["content"] == "Four":
            return Fault(400, body={"error": {"message": "no such role"}})
        return SERVED[path](body)

    rows, _, _ = rewards(reply, *LINE)
    assert rows["score_reward"].to_list() == [None, 10.0, 5.0]


def test_rows_without_an_answer_or_too_long_are_not_sent(rewards):
    rows, _, asked = rewards(
        serving("/classify"),
        row("a", "Q", "Good"),
        row("b", "Q", " \n"),
        row("c", "Q"),
        row("d"),
        row("e", "Q", "x" * 99),
        row("f", "Q", "x" * 100),
        row("g", "Q", "Yo", rejected=[turn("assistant", "x" * 100)]),
        max_characters=100,
    )
    assert rows["score_reward_reason"].to_list() == [
        None, "no_answer", "no_answer", "no_answer", None, "too_long", None,
    ]  # fmt: skip
    assert rows["score_reward_margin"].to_list() == [None] * 7
    assert asked == 3


def test_a_sample_depends_on_ids_and_seed_alone(rewards):
    rows = [row(f"r{i}", "Q", f"answer {i}") for i in range(40)]

    def chosen(given, **params):
        scored, report, _ = rewards(serving("/classify"), *given, rows=10, **params)
        left = scored.filter(pl.col("score_reward_reason").is_null())["id"].to_list()
        assert report.figures["unscored"] == {"not_sampled": 30}
        return set(left)

    first = chosen(rows)
    assert len(first) == 10
    assert chosen(rows[::-1]) == first
    assert chosen(rows, seed=1) != first


def test_rows_that_cannot_be_scored_take_no_place_in_a_sample(rewards):
    rows = [row(f"r{i}", "Q", "answer" if i % 2 else "") for i in range(20)]
    _, report, _ = rewards(serving("/classify"), *rows, rows=10)
    assert report.figures["unscored"] == {"no_answer": 10}


def test_a_second_run_pays_nothing(rewards):
    _, first, _ = rewards(serving("/classify"), *LINE)
    rows, again, asked = rewards(serving(), *LINE)
    assert (first.cost.calls, again.cost.calls, asked) == (3, 0, 0)
    assert rows["score_reward"].to_list() == [4.0, 10.0, 5.0]


def test_another_revision_is_another_model(rewards):
    rewards(serving("/classify"), *LINE)
    _, report, _ = rewards(serving("/classify"), *LINE, revision="2")
    assert report.cost.calls == 3


def test_without_a_model_no_row_is_scored_and_each_says_why():
    found = add_rewards(table(*LINE, row("d")), RewardParams()).rows.collect()
    assert found["score_reward"].to_list() == [None] * 4
    assert found["score_reward_reason"].to_list() == ["no_model"] * 3 + ["no_answer"]


def test_the_runs_chat_model_is_not_taken_for_a_reward_model(store):
    llm = LlmParams(endpoint="http://127.0.0.1:9/v1", model="chat")
    result = score_reward.fn(store(*LINE), RewardParams(), llm)
    assert result.report.figures["unscored"] == {"no_model": 3}


def test_a_model_without_an_endpoint_is_a_wrong_setting(store):
    with pytest.raises(UsageError, match=r"score\.reward\.endpoint"):
        score_reward.fn(store(*LINE), RewardParams(model="rm"))


class Scripted:
    """A model whose answers are given."""

    identity, grade = "scripted", "real"

    def __init__(self, reply):
        self.reply = reply

    def ask(self, calls):
        for place, call in enumerate(calls):
            yield place, self.reply(call)


def test_an_answer_in_an_odd_form_is_the_last_resort():
    def reply(call: Call) -> Answer:
        if call.path == "/classify":
            return Answer({"data": "?"})
        return (
            Answer({"data": [{"score": 0.5}]})
            if call.path == "/score"
            else Answer(None, "call_rejected", "status 404")
        )

    scorer = EndpointScorer([Scripted(reply)], "auto", -1)
    said = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
    assert [s.value for _, s in scorer.score([said], [said])] == [0.5]


@pytest.mark.parametrize(
    ("values", "label", "reward"),
    [
        (3.5, -1, 3.5),
        ([-2.5], -1, -2.5),
        ([-2.5], 0, -2.5),
        ([0.25, 0.75], -1, 0.75),
        ([0.25, 0.75], 0, 0.25),
        ([0.0, math.log(3)], 1, 0.75),
        ([[1.0], [2.0], [3.0]], -1, 3.0),  # per token
        ([[9.0, 9.0], [0.0, math.log(3)]], 1, 0.75),
        ([1000.0, 0.0], 0, 1.0),
        ([], -1, None),
        (None, -1, None),
        (math.nan, -1, None),
        ([math.inf], -1, None),
        ([0.5, math.nan], 0, None),
        ("3.5", -1, None),
        (True, -1, None),
        ([[[1.0]]], -1, None),
        ([0.5] * 65, -1, None),
    ],
)
def test_what_a_head_says_is_read_as_one_number(values, label, reward):
    found = ROUTES[0].reward({"data": [{"probs": values}]}, label)
    assert found == (None if reward is None else pytest.approx(reward))


@pytest.mark.parametrize("label", [2, -3])
def test_a_class_that_the_model_has_not_is_a_wrong_setting(label):
    with pytest.raises(UsageError, match=f"score.reward.label={label}: the model has 2 classes"):
        reward_of([0.25, 0.75], label)


def test_classes_of_predict_are_told_by_their_names_not_by_their_order():
    predict = next(route for route in ROUTES if route.name == "predict")
    best_first = [{"label": "LABEL_1", "score": 0.8}, {"label": "LABEL_0", "score": 0.2}]
    assert predict.reward({"data": best_first}, -1) == 0.8
    assert predict.reward({"data": best_first}, 0) == 0.2
    assert predict.reward({"data": [best_first]}, 0) == 0.2
    assert predict.reward({"data": [*best_first, "x"]}, 0) is None


def test_a_pair_of_texts_keeps_who_said_what():
    asked = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]
    assert as_pair(asked) == ("Hi", "Yo")
    assert as_text(asked) == "User: Hi\n\nAssistant: Yo"
    longer = [*asked, {"role": "user", "content": "And?"}, {"role": "assistant", "content": "No"}]
    assert as_pair(longer) == ("User: Hi\n\nAssistant: Yo\n\nUser: And?", "No")


def test_a_plain_number_is_no_special_case():
    assert reward_of(2, 0) == 2.0
