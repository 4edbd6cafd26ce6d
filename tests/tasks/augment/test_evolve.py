"""Evolutions over real HTTP: what survives, what fails and why, and that nothing is paid twice."""

import json
from collections import Counter

import polars as pl
import pytest

from tasks.augment.eliminate import REASONS
from tasks.augment.evolve import evolve, evolve_prompts
from tasks.augment.evolve_params import FEW, EvolveParams
from tasks.augment.operators import OPERATORS
from tasks.base.dataset import read_dataset
from tasks.llm import limits
from tasks.llm.door import Door
from tasks.llm.params import BudgetParams, LlmParams
from tests.builders import row, table, turn
from tests.fault_server import Fault, FaultServer, chat
from tests.tasks.augment.writer import ANSWER, GROWN, Dear, Writer

ABOUT = ("tides", "bread", "bees", "glass", "rust", "snow", "salt", "ink", "wool", "steam")
ROWS = [row(f"r{n}", f"Why do people like {a} so much?", f"{a} are useful.", source_row=n)
        for n, a in enumerate(ABOUT)]  # fmt: skip
DEPTH = tuple(name for name, one in OPERATORS.items() if one.in_depth)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(limits, "PAUSE", 0.02)
    monkeypatch.setattr(limits, "BACKOFF", 0.01)


def evolved(writer, store, rows=ROWS, llm=None, **params):
    """Made rows with their recipes, and the figures."""
    with FaultServer(writer) as server:
        given = LlmParams(endpoint=server.url, model="w", attempts=2, **(llm or {}))
        with Door(given, str(store), "augment.evolve") as door:
            outcome = evolve(table(*rows), EvolveParams(**{"seeds": 0, **params}), door)
            made = outcome.rows.collect()
            return recipes(made), outcome, door.cost


def recipes(made):
    lines = []
    for one in made.to_dicts():
        recipe = json.loads(one["meta"])["recipe"]
        texts = [t["content"] for t in one["messages"]]
        lines.append({**one, **recipe, "texts": texts})
    return lines


STEPS = (" Name three causes, oldest first.", " Write it as a letter to a sceptical farmer.",
         " Contrast two opposite views from history.", " Stay below ninety syllables throughout.",
         " Close with an open question worth asking.")  # fmt: skip


def further(prompt):
    """The prompt with the next thing to ask for."""
    return prompt + next(step for step in STEPS if step not in prompt)


def faults(lines):
    return Counter(line.get("fault") for line in lines)


def test_every_seed_becomes_a_row_with_origin_parent_and_recipe(tmp_path):
    lines, outcome, _ = evolved(Writer(), tmp_path, operators=DEPTH)
    assert len(lines) == len(ROWS)
    assert faults(lines) == {None: 10}
    for line in lines:
        assert (line["origin"], line["parent"], line["source_row"]) == (
            "augmented", line["parent"], None)  # fmt: skip
        assert line["seed"] == line["parent"]
        assert line["operator"] in DEPTH
        assert (line["model"], line["prompts"], line["generation"]) == ("w", 1, 1)
        assert line["texts"][1] == ANSWER
        assert line["texts"][0].endswith(GROWN)
    assert outcome.unfinished == 0


def test_complexity_gained_is_measured_for_each_operator(tmp_path):
    _, outcome, _ = evolved(Writer(), tmp_path, operators=("constrain",))
    facts = outcome.figures["operators"]["constrain"]
    assert (facts["made"], facts["survived"]) == (10, 10)
    value, low, high = facts["gain"]
    assert 0 < low <= value <= high
    assert facts["harder"]["pairs"] == 10
    assert facts["harder"]["order_consistent"] == 0, "it always says A"
    assert facts["harder"]["share"][0] == 0.5, "and so says nothing"


def plain(text):
    return chat(text)


TABLED = [row("t", "Sum the prices in it, please.\n| tea | 3 |\n| milk | 2 |", "5")]
LONG = [row("d", "Explain to a friend how bread is baked at home, from flour to the finished loaf.",
            "Mix flour, water and salt, knead, wait and bake.")]  # fmt: skip
GERMAN = ("Erkläre einem Freund, wie man zu Hause Brot backt, vom Mehl bis zum fertigen Laib, und "
          "nenne den Fehler, den die meisten Leute dabei machen.")  # fmt: skip

# reason -> what the model does, what it does in a near miss, and the rows
CASES = {
    "no_rewrite": (
        {"rewrite": lambda p: plain("I would rather talk about tides.")},
        {"rewrite": lambda p: plain(f"Well: <rewritten_prompt>{p}{GROWN}")}, ROWS),
    "empty_prompt": (
        {"rewrite": lambda p: " ... "},
        {"rewrite": lambda p: "Tell how ink dries on wool?!"}, ROWS),
    "leaked_wording": (
        {"rewrite": lambda p: f"Rewritten prompt: {p}{GROWN}"},
        {"rewrite": lambda p: f"{p} Ask for a prompt reply with three short arguments."}, ROWS),
    "answered_instead": (
        {"rewrite": lambda p: "Sure, people like it since it is useful to them."},
        {"rewrite": lambda p: f"Surely opinions differ: {p}{GROWN}"}, ROWS),
    "copied_seed": ({"rewrite": str.upper}, {"rewrite": lambda p: p.upper() + GROWN}, ROWS),
    "too_long": (
        {"rewrite": lambda p: p + GROWN * 20}, {"rewrite": lambda p: p + GROWN * 8}, ROWS),
    "no_gain": (
        {"rewrite": lambda p: p + " Name causes."},
        {"rewrite": lambda p: p + " Name old causes."}, ROWS),
    "lost_parts": (
        {"rewrite": lambda p: p.replace("| tea | 3 |", "tea 3") + GROWN},
        {"rewrite": lambda p: p.replace("| tea | 3 |", "|  tea |  3 |") + GROWN}, TABLED),
    "language_drift": (
        {"rewrite": lambda p: GERMAN},
        {"rewrite": lambda p: p + GROWN + " Call the loaf by its German name, Laib."}, LONG),
    "inability": (
        {"answer": lambda p: "I'm sorry, but I can't help with that."},
        {"answer": lambda p: "People say sorry with bread. I can't think of a better gift."}, ROWS),
    "empty_answer": ({"answer": lambda p: "..."}, {"answer": lambda p: "Salt."}, ROWS),
    "cut_answer": (
        {"answer": lambda p: chat("First of", finish="length")},
        {"answer": lambda p: chat("First of", finish="stop")}, ROWS),
    "echoed_answer": ({"answer": lambda p: p}, {"answer": lambda p: p + " Because."}, ROWS),
}  # fmt: skip


def test_every_reason_has_its_case():
    of_records = {"too_similar", "template_failed", "identifies_person", "invalid_answer"}
    of_new = {"known_prompt", "gave_canary_away"}
    assert set(CASES) | of_new | of_records == set(REASONS)


@pytest.mark.parametrize("reason", CASES)
def test_what_fails_is_a_row_with_its_reason_and_costs_no_more_than_it_must(tmp_path, reason):
    case, _, rows = CASES[reason]
    writer = Writer(**case)
    lines, outcome, _ = evolved(writer, tmp_path, rows, operators=("constrain",))
    assert faults(lines) == {reason: len(rows)}
    facts = outcome.figures["operators"]["constrain"]
    assert (facts["survived"], facts["faults"]) == (0, {reason: len(rows)})
    if "rewrite" in case:
        assert writer.calls["answer"] == 0, "what failed is not answered"


@pytest.mark.parametrize("reason", CASES)
def test_a_near_miss_survives(tmp_path, reason):
    _, near, rows = CASES[reason]
    lines, *_ = evolved(Writer(**near), tmp_path, rows, operators=("constrain",))
    if reason == "empty_prompt":  # the same for all
        assert faults(lines) == {None: 1, "known_prompt": len(rows) - 1}
    else:
        assert faults(lines) == {None: len(rows)}


def test_a_model_that_sees_no_gain_eliminates_what_the_rules_let_pass(tmp_path):
    lines, *_ = evolved(Writer(more=0.1), tmp_path, operators=("constrain",))
    assert faults(lines) == {"no_gain": 10}
    lines, *_ = evolved(Writer(more=0.1), tmp_path / "2", operators=("broaden",))
    assert faults(lines) == {None: 10}, "breadth need not ask for more"
    lines, *_ = evolved(Writer(more=0.1), tmp_path / "3", operators=DEPTH, check_gain=False)
    assert faults(lines) == {None: 10}


def test_the_same_prompt_is_made_once(tmp_path):
    same = "Explain in three steps how a lighthouse keeper spends a stormy winter night."
    lines, *_ = evolved(Writer(rewrite=lambda p: same), tmp_path, operators=("broaden",))
    assert faults(lines) == {None: 1, "known_prompt": 9}


def test_of_a_prompt_that_fails_the_next_one_like_it_is_the_first(tmp_path):
    said = (
        "Erkläre in drei Schritten, wie ein Wärter im Leuchtturm eine stürmische Nacht verbringt."
    )
    rows = [
        row("e", "How does a keeper of a light spend a night in a storm?", "Awake."),
        row("g", "Wie verbringt ein Wärter im Leuchtturm eine Nacht bei Sturm?", "Wach."),
    ]
    lines, *_ = evolved(Writer(rewrite=lambda p: said), tmp_path, rows, operators=("broaden",))
    assert {line["seed"]: line.get("fault") for line in lines} == {"e": "language_drift", "g": None}


def test_a_question_without_blanks_has_words(tmp_path):
    rows = [row("zh", "请用三句话解释潮汐是怎样形成的。", "月亮。")]
    _, outcome, _ = evolved(Writer(), tmp_path, rows, operators=("constrain",))
    assert outcome.figures["seeds"] == 1


def test_generations_build_on_survivors_and_failures_keep_their_parent(tmp_path):
    def sometimes(prompt):
        return "..." if "bees" in prompt else further(prompt)

    lines, *_ = evolved(Writer(rewrite=sometimes), tmp_path, operators=DEPTH, generations=3)
    bees = [line for line in lines if line["seed"] == "r2"]
    assert [(line["parent"], line["fault"]) for line in bees] == [("r2", "empty_prompt")] * 3
    tides = sorted((x for x in lines if x["seed"] == "r0"), key=lambda x: x["generation"])
    assert [line["generation"] for line in tides] == [1, 2, 3]
    assert [line["parent"] for line in tides] == ["r0", tides[0]["id"], tides[1]["id"]]
    assert len({line["id"] for line in lines}) == len(lines)


def test_no_seed_takes_over(tmp_path):
    lines, *_ = evolved(
        Writer(rewrite=further), tmp_path, operators=DEPTH, generations=5, max_per_seed=2
    )
    kept = Counter(line["seed"] for line in lines if line.get("fault") is None)
    assert max(kept.values()) == 2


def test_only_plain_questions_of_people_are_seeds(tmp_path):
    odd = [
        row("m", "one two three", "a", "four five six", "b"),
        row("t", "one two three", "a", tools="[]"),
        row("p", "one two three", "a", rejected=[turn("assistant", "b")]),
        row("s", "one two three", "a", origin="synthetic", parent="x"),
        row("w", "one", "a"),
        row("l", "word " * 401, "a"),
        row("e"),
        row("ok", turn("system", "Be brief."), turn("user", "Why is snow white?"),
            turn("assistant", "Light.")),
    ]  # fmt: skip
    lines, outcome, _ = evolved(Writer(), tmp_path, odd, operators=("constrain",))
    assert [line["parent"] for line in lines] == ["ok"]
    assert lines[0]["texts"][0] == "Be brief."
    assert outcome.figures["not_eligible"] == 7


def test_a_restart_makes_the_same_rows_and_pays_nothing(tmp_path):
    first, _, _ = evolved(Writer(), tmp_path, generations=2)
    again, _, cost = evolved(Writer(), tmp_path, generations=2)
    assert again == first
    assert cost.calls == 0


def test_a_budget_that_is_spent_leaves_the_rest_for_another_run(tmp_path):
    cap = {"budget": BudgetParams(tokens=16_000), "concurrency": 1}
    lines, outcome, _ = evolved(Dear(), tmp_path, llm=cap, operators=DEPTH, max_tokens=100)
    assert 0 < len(lines) < 10
    assert outcome.unfinished == outcome.figures["unanswered"]["budget_reached"] == 10 - len(lines)
    whole, *_ = evolved(Dear(), tmp_path, operators=DEPTH, max_tokens=100)
    assert {line["id"] for line in lines} <= {line["id"] for line in whole}


def test_an_endpoint_that_is_down_makes_nothing_and_says_so(tmp_path):
    lines, outcome, _ = evolved(lambda *_: Fault(503), tmp_path)
    assert lines == []
    assert outcome.unfinished == 10
    assert outcome.figures["unanswered"] == {"endpoint_failed": 10}


def test_without_a_model_nothing_is_made():
    outcome = evolve(table(*ROWS), EvolveParams())
    assert outcome.rows.collect().height == 0


def test_of_a_demo_model_little_is_asked(tmp_path):
    class Demo:
        identity, grade = "demo", "demo"

        def __init__(self):
            self.asked = 0

        def ask(self, calls):
            from tasks.llm.call import Answer

            for place, _ in enumerate(calls):
                self.asked += 1
                yield place, Answer(chat("no tags"))

    model = Demo()
    outcome = evolve(table(*ROWS), EvolveParams(), model)
    assert model.asked == FEW
    assert outcome.rows.collect().height == FEW


def test_the_stage_stores_made_rows_behind_the_others(store):
    data = store(*ROWS)
    with FaultServer(Writer()) as server:
        llm = LlmParams(endpoint=server.url, model="w")
        result = evolve_prompts.fn(data, EvolveParams(seeds=4), llm)
    rows = read_dataset(result.data).collect()
    assert (rows.height, result.report.made) == (14, 4)
    assert rows["origin"].to_list() == ["human"] * 10 + ["augmented"] * 4
    assert result.report.cost is not None
    assert result.report.cost.calls > 8
    assert isinstance(rows, pl.DataFrame)


def test_an_unknown_operator_is_a_wrong_setting():
    with pytest.raises(ValueError, match="'deepn' is no operator; known are constrain"):
        EvolveParams(operators=("deepn",))
