"""What a report says of redaction: figures by kind, and no value."""

import json

import pytest

from tasks.base.dataset import write_dataset
from tasks.publish.private import kinds, redactions, worst_kind
from tasks.publish.report import render
from tasks.publish.risk import Risk
from tasks.redact.canaries.recall import Recall
from tasks.redact.interval import Share
from tasks.redact.mask import mask_texts
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact_pii
from tests.builders import row, table

FOUND = Recall(
    planted={"US_SSN": 10, "PERSON": 10}, found={"US_SSN": 10, "PERSON": 7},
    missed={"PERSON": ["Dear {v},", "full_name"]}, rows=5,
)  # fmt: skip
ROWS = (
    row("a", "I am tim@lumetra.net. Dear Albert Einstein and Max Planck, hello.", "Ok",
        meta='{"tim@lumetra.net": 1}'),
    row("b", "I am ann@lumetra.net.", "Ok", meta='{"ann@lumetra.net": 1}'),
    row("c", "Hi", "Ho"),
)  # fmt: skip


@pytest.fixture(scope="module")
def facts(plan, tmp_path_factory):
    """The facts of a redaction whose second row was dropped later."""
    store = str(tmp_path_factory.mktemp("private"))
    result = redact_pii.fn(write_dataset(table(*ROWS).collect(), store), RedactParams())
    kept = write_dataset(table(ROWS[0], ROWS[2]).collect(), store)
    risk = Risk(rows=Share(hits=1, of=50), by_kind={"PERSON": 1}, ids=("c",))
    changed = plan.model_copy(
        update={"results": (result,), "kept": kept, "canaries": FOUND, "risk": risk,
                "residues": {"IBAN_CODE": 2}}
    )  # fmt: skip
    return redactions(changed, mask_texts)


def test_leaks_are_those_of_released_rows(facts):
    lines = {line["kind"]: line for line in facts["kinds"]}
    assert facts["leaked_rows"] == 1
    assert lines["EMAIL_ADDRESS"]["replaced"] == 2
    assert lines["EMAIL_ADDRESS"]["leaked"] == 1
    assert lines["IBAN_CODE"]["left"] == 2


def test_a_name_that_stays_is_a_block_in_its_sentence_and_so_are_others(facts):
    [kept] = facts["kept_names"]
    assert (kept["why"], kept["rows"], kept["sampled"]) == ("figure", 1, 0)
    assert "Dear █████ and " in kept["examples"][0]["text"]
    told = json.dumps(facts, ensure_ascii=False)
    assert not [v for v in ("Einstein", "Planck", "lumetra") if v in told]


def test_canaries_and_risk_have_their_intervals(facts):
    assert facts["canaries"]["recall"]["hits"] == 17
    wordings = [one["wording"] for one in facts["canaries"]["missed"]]
    assert wordings == ["Dear █████,", '{"full_name": "█████"}']
    assert (facts["risk"]["value"], facts["risk"]["of"]) == (0.02, 50)
    assert facts["risk"]["low"] < 0.02 < facts["risk"]["high"]


def test_the_page_shows_all_of_it(facts):
    page = render({"redactions": facts})
    for shown in ("17 of 20", "7 of 10", "Residual risk: 2.0 % of rows", "Dear █████",
                  "a public or fictional figure"):  # fmt: skip
        assert shown in page, shown


def test_without_a_self_test_the_page_has_no_column_for_it(plan):
    page = render({"redactions": redactions(plan, mask_texts)})
    assert "EMAIL_ADDRESS" in page
    assert "canaries" not in page
    assert "Residual risk" not in page


def test_kinds_are_ordered_by_what_was_replaced_and_those_not_planted_have_no_recall():
    lines = kinds({"PERSON": 1, "EMPLOYEE_NO": 4}, {}, {}, FOUND)
    assert [line["kind"] for line in lines] == ["EMPLOYEE_NO", "PERSON", "US_SSN"]
    assert lines[0]["recall"] is None


def test_the_worst_kind_is_that_of_the_lowest_share():
    assert worst_kind(FOUND) == ("PERSON", 7, 10)
    assert worst_kind(None) is None


def test_a_run_without_redaction_says_nothing(open_plan):
    assert redactions(open_plan, mask_texts) == {}
