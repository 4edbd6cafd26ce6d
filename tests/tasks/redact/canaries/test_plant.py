"""Canaries go into copies of rows, where the policy applies, and are found or not."""

import json

import pytest

from tasks.redact.canaries.plant import Canary, is_found, plant
from tasks.redact.canaries.values import MAKERS
from tasks.redact.code import code_spans
from tasks.redact.leaks import folded, strings
from tests.builders import row

BREAD = row("a", "How do I bake bread?", "Mix flour and water, and let it rest.")
CODE = row(
    "b",
    "import os\ndef f(x):\n    y = x + 1\n    return y\n",
    "import sys\nx = f(1);\ny = f(2);\nz = f(x, y);\n",
)


def holds(canary):
    return any(folded(canary.value) in folded(text) for text in strings(canary.row))


def test_each_copy_holds_its_value_and_the_row_is_as_it_was():
    before = json.dumps([BREAD, CODE])
    canaries = plant([BREAD, CODE], list(MAKERS), 12, 0)
    assert len(canaries) == 12 * len(MAKERS)
    assert all(map(holds, canaries))
    assert json.dumps([BREAD, CODE]) == before


def test_the_same_seed_plants_the_same_and_another_another():
    assert plant([BREAD], ["US_SSN"], 5, 0) == plant([BREAD], ["US_SSN"], 5, 0)
    assert plant([BREAD], ["US_SSN"], 5, 0) != plant([BREAD], ["US_SSN"], 5, 1)


def test_sentences_stay_out_of_code_and_secrets_go_into_it():
    sentences = [c for c in plant([CODE], ["US_SSN"], 4, 0) if "{v}" in c.wording]
    said = [
        t["content"]
        for c in sentences
        for t in c.row["messages"]
        if folded(c.value) in folded(t["content"])
    ]
    assert len(said) == 4
    assert not any(map(code_spans, said))
    assert any(c.wording.startswith("```") for c in plant([CODE], ["SECRET"], 12, 0))


def test_rows_that_come_and_go_leave_the_other_rows_canaries_where_they_are():
    rows = [row(str(n), f"What is {n} and {n}?", str(2 * n)) for n in range(100)]
    before = plant(rows, ["US_SSN"], 50, 0)
    after = plant([row("new", "And what is 7?", "7"), *rows[1:]], ["US_SSN"], 50, 0)
    assert sum(one == other for one, other in zip(before, after, strict=True)) >= 46


def test_records_and_arguments_of_tools_hold_some():
    canaries = [c for c in plant([BREAD], list(MAKERS), 12, 0) if "{v}" not in c.wording]
    assert {bool(c.row["meta"]) for c in canaries} == {True, False}
    calls = [c.row["messages"][-1]["extra"] for c in canaries if not c.row["meta"]]
    assert all("save_contact" in json.loads(x)["tool_calls"][0]["function"]["name"] for x in calls)


def test_kinds_of_the_users_own_and_no_rows_plant_nothing():
    assert plant([BREAD], ["EMPLOYEE_NO"], 5, 0) == []
    assert plant([], ["US_SSN"], 5, 0) == []


@pytest.mark.parametrize(
    ("kind", "value", "left", "found"),
    [
        ("PERSON", "Joanna Kapoor", "I am <PERSON_1>.", True),
        ("PERSON", "Joanna Kapoor", "I am <PERSON_1> Kapoor.", False),
        ("PERSON", "Joanna Kapoor", "I am joanna  KAPOOR.", False),
        ("PHONE_NUMBER", "(415) 329-8841", "Call 415-555-0142.", True),
        ("SECRET", "sk-proj-ab12cd34ef56gh78", "The key is sk-proj-zz91yy82xx73ww64", True),
        ("STREET_ADDRESS", "9 rue de Verneuil", "Come to 4 rue de Bramwick.", True),
        ("STREET_ADDRESS", "12 Alder Street", "Come to 9 Elm Street.", True),
        ("DATE_OF_BIRTH", "14 March 1978", "Born 2 May 1978.", True),
        ("DATE_OF_BIRTH", "14 March 1978", "Born 14 march, 1978.", False),
    ],
)
def test_found_is_what_is_gone_in_any_spelling_and_in_its_parts(kind, value, left, found):
    canary = Canary(kind, value, "{v}", BREAD, frozenset())
    assert is_found(canary, row("a", left, "Ok")) is found
