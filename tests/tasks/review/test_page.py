"""From submissions to a page: decisions, agreement, and how often rules were wrong."""

from tasks.redact.mask import mask_texts
from tasks.review.page import page, summary
from tasks.review.tally import tally
from tasks.review.votes import Vote
from tests.tasks.review.cases import asked

DRAWN = {
    "sign": "random", "suggestion": "drop", "wanted": 2, "population": 100,
    "stratum": "dedup.near/near_duplicate",
}  # fmt: skip
ITEMS = [*(asked(f"r{n}", **DRAWN) for n in range(4)), asked("j", sign="judge")]
VOTES = [
    *(Vote(f"r{n}", who, "drop" if n else "keep") for n in range(4) for who in ("anna", "ben")),
    Vote("j", "anna", "drop", reason="ask bob.miller@example.org"),
    Vote("z", "ben", "keep"),
]


def told():
    found = tally(VOTES, ITEMS, mask_texts)
    return found, {"release": "abc", **found.facts}


def test_decisions_and_figures_of_a_review():
    found, facts = told()
    assert facts["decisions"] == {"keep": 1, "drop": 4, "edit": 0, "overturned": 2, "undecided": {}}
    assert facts["false_drops"]["overall"]["value"] == 0.25
    assert facts["agreement"]["value"] == 1.0
    assert [fault["fault"] for fault in facts["faults"]] == ["unknown_item"]
    assert [(one["sign"], one["overturned"]) for one in facts["by_sign"]] == [
        ("judge", 1), ("random", 1),
    ]  # fmt: skip
    assert found.decisions.height == 5


def test_nobody_is_named_and_no_personal_data_is_written():
    found, facts = told()
    written = found.decisions.write_json() + page(facts) + str(facts)
    for value in ("anna", "ben", "bob.miller"):
        assert value not in written
    assert "<EMAIL_ADDRESS_1>" in written


def test_the_page_says_what_was_found_and_what_was_not_asked():
    _, facts = told()
    text = page(facts)
    assert summary(facts) in text
    assert "an estimated 25.0 % (" in text
    assert "| `dedup.near/near_duplicate` | 100 | 4 | 1 |" in text
    assert "Cohen's kappa is 1.00" in text
    assert "its id was never asked about" in text


def test_a_review_of_one_person_says_that_agreement_is_not_known():
    found = tally([Vote("j", "anna", "keep")], ITEMS, mask_texts)
    text = page({"release": "abc", **found.facts})
    assert "how far they agree is not known" in text
    assert "Nobody has judged a row that was drawn at random." in text
