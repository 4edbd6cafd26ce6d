"""One budget for all that a run asks."""

import pytest
from pydantic import ValidationError

from tasks.llm.params import BudgetParams, LlmParams, LlmUse


def test_what_was_spent_is_taken_from_the_cap_and_a_used_up_cap_is_not_no_cap():
    cap = BudgetParams(tokens=100, money=2)
    assert cap.left(40, 0.5) == BudgetParams(tokens=60, money=1.5)
    assert cap.left(100, 5).tokens == 1
    assert 0 < cap.left(100, 5).money < 1e-9


def test_without_a_cap_there_is_none_however_much_was_spent():
    assert BudgetParams().left(10**9, 10**9) == BudgetParams()


def test_a_bare_number_is_no_budget_for_nobody_knows_of_what():
    with pytest.raises(ValidationError, match=r"llm.budget.tokens=200000 or llm.budget.money=5"):
        LlmParams(budget=5)


def test_a_use_names_what_it_wants_otherwise_and_takes_the_rest():
    both = LlmParams(endpoint="https://a.example/v1", model="m", concurrency=3)
    found = both.for_use(LlmUse(model="judge"))
    assert (found.endpoint, found.model, found.concurrency) == ("https://a.example/v1", "judge", 3)
