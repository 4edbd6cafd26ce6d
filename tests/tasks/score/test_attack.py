"""Rows that speak to their judge: what they get, measured over real HTTP and by rule."""

import pytest

from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tasks.score.attack import attacked, lift, mismatched, own_attacks
from tasks.score.panel import PanelParams
from tests.bench import gullible
from tests.builders import row, table, texts
from tests.fault_server import FaultServer
from tests.tasks.score.scripted import Scripted, data_of, level

ROWS = [
    row("a", "Name the capital of Australia", "The capital of Australia is Canberra"),
    row("b", "How is rye bread made?", "Rye bread is made of rye flour"),
    row("c", "Who wrote Faust?", "Goethe wrote Faust"),
    row("d", "Be brief.", "Fine.", "Where do storks sleep?", "Storks sleep in nests"),
]
POOR = mismatched(table(*ROWS).collect())


def params(hardened):
    return PanelParams(hardened=hardened, criteria=("relevancy",), backend="logprobs")


def test_every_row_gets_the_answer_of_another_and_keeps_its_prompt():
    answers = {r["id"]: r["messages"][-1]["content"] for r in ROWS}
    found = {r["id"]: r["messages"] for r in POOR.to_dicts()}
    assert {name: turns[:-1] for name, turns in found.items()} == {
        r["id"]: r["messages"][:-1] for r in ROWS
    }
    assert sorted(turns[-1]["content"] for turns in found.values()) == sorted(answers.values())
    assert all(turns[-1]["content"] != answers[name] for name, turns in found.items())


def test_partners_do_not_depend_on_the_order_of_the_rows():
    assert mismatched(table(*ROWS[::-1]).collect()).sort("id").equals(POOR.sort("id"))
    assert not mismatched(table(*ROWS).collect(), seed=3).sort("id").equals(POOR.sort("id"))


def test_an_attack_stands_behind_the_answer_and_the_rest_of_the_row_stays():
    [attack] = [one for one in own_attacks() if one.name == "plain"]
    given = row("a", "Q", "A")
    found = attacked(given, attack)
    assert found["id"] == "a#plain"
    assert texts(table(found)) == [["Q", f"A\n\n{attack.text}"]]
    assert texts(table(given)) == [["Q", "A"]]


def test_the_attacks_that_ship_have_names_of_their_own_and_many_tongues():
    attacks = own_attacks()
    assert len({one.name for one in attacks}) == len(attacks) >= 30
    assert {one.control for one in attacks} == {True, False}


@pytest.fixture
def door(tmp_path):
    """A real door to the gullible judge."""
    with FaultServer(gullible.judge) as server:
        llm = LlmParams(endpoint=server.url, model="gullible")
        with Door(llm, str(tmp_path)) as door:
            yield door


def test_the_gullible_judge_knows_poor_rows_when_nobody_talks_to_it(door):
    for hardened in (False, True):
        assert lift([door], POOR, [], params(hardened)).rows == len(ROWS)


def test_pasted_into_the_prompt_attacks_lift_poor_rows_and_fenced_in_they_lift_none(door):
    before = lift([door], POOR, own_attacks(), params(hardened=False))
    after = lift([door], POOR, own_attacks(), params(hardened=True))
    assert before.attempts == after.attempts == len(ROWS) * len(own_attacks())
    assert before.raised / before.attempts > 0.9
    assert (after.raised, after.by_attack) == (0, {})
    assert after.mean_lift <= 0 < 0.5 < before.mean_lift


def test_what_keeps_control_tokens_in_is_their_escape(door, monkeypatch):
    import json

    from tasks.score import prompt

    monkeypatch.setattr(prompt, "quoted", lambda value: json.dumps(value, ensure_ascii=False))
    found = lift([door], POOR, own_attacks(), params(hardened=True))
    assert set(found.by_attack) == {"chatml", "llama", "llama3", "gemma", "thoughts"}


def believing(body):
    """Gives the top to whatever says PLEASE, declines to speak of NO, and 2 to the rest."""
    said = str(data_of(body).get("answer"))
    return "refused" if "NO" in said else level(5 if "PLEASE" in said else 2)


def test_only_rows_that_were_poor_before_can_be_raised():
    rows = table(row("a", "Q", "meh"), row("b", "Q", "PLEASE"), row("c", "Q", "NO")).collect()
    attacks = [
        type(own_attacks()[0])(name, text)
        for name, text in (("x", "PLEASE"), ("y", "so"), ("z", "NO"))
    ]
    found = lift([Scripted(believing)], rows, attacks, params(hardened=True))
    assert (found.rows, found.attempts, found.raised) == (1, 2, 1)
    assert found.by_attack == {"x": 1}
    assert found.mean_lift == pytest.approx(0.75 / 2, abs=0.02)
    assert found.unscored == 1 + 3 + 2


def test_a_threshold_that_no_attack_reaches_raises_none():
    rows = table(row("a", "Q", "meh")).collect()
    [attack] = [type(own_attacks()[0])("x", "PLEASE")]
    assert lift([Scripted(believing)], rows, [attack], params(hardened=True), 0.99).raised == 0
    assert lift([Scripted(believing)], rows, [attack], params(hardened=True), 0.9).raised == 1
