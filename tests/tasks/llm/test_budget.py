"""A cap that holds, and what is set aside for it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tasks.base.errors import UsageError
from tasks.llm.budget import Amount, Budget, Purse
from tasks.llm.params import BudgetParams, LlmParams
from tasks.llm.prices import Price


def budget(price=None, purse=None, **cap):
    given = LlmParams(endpoint="https://x.invalid/v1", model="m", budget=BudgetParams(**cap))
    return Budget(given, price, purse)


def test_exactly_the_cap_may_be_reserved_and_not_one_token_more():
    one = budget(tokens=100)
    assert one.reserve(Amount(60, 40))
    assert not one.reserve(Amount(1, 0))
    one.release(Amount(60, 40))
    assert not one.reserve(Amount(60, 41))


def test_what_was_used_counts_and_not_what_was_set_aside():
    one = budget(tokens=100)
    one.reserve(Amount(60, 40))
    one.settle(Amount(60, 40), Amount(10, 5))
    assert one.spent == (10, 5, 0)
    assert one.reserve(Amount(50, 35))
    assert not one.reserve(Amount(1, 0))


def test_money_is_capped_by_the_price():
    one = budget(Price(0.5, 2.0, batch=0.5), money=10)
    assert one.worth(4, 4) == (4, 4, 10.0)
    assert one.worth(4, 4, batched=True) == (4, 4, 5.0)
    assert one.reserve(one.worth(4, 4))
    assert not one.reserve(one.worth(1, 0))


def test_without_a_cap_everything_may_be_reserved_and_is_counted():
    one = budget()
    assert one.reserve(Amount(10**9, 10**9))
    one.settle(Amount(10**9, 10**9), Amount(1, 2))
    assert one.spent == (1, 2, 0)


def test_a_cap_on_money_without_a_price_is_an_error_and_one_on_tokens_is_not():
    with pytest.raises(UsageError, match=r"llm\.budget\.money=5 needs a price.*llm\.prices"):
        budget(money=5)
    budget(tokens=5)


def test_those_of_one_purse_share_what_is_left_and_others_do_not():
    purse = Purse()
    one, two = budget(tokens=100, purse=purse), budget(tokens=100, purse=purse)
    assert one.reserve(Amount(80, 0))
    assert not two.reserve(Amount(30, 0))
    one.settle(Amount(80, 0), Amount(70, 0))
    assert two.reserve(Amount(30, 0))
    assert (one.spent, two.spent) == ((70, 0, 0), (0, 0, 0))
    assert budget(tokens=100).reserve(Amount(100, 0))


def test_many_threads_never_pass_the_cap_together():
    one = budget(tokens=1000)
    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(lambda _: one.reserve(Amount(3, 0)), range(2000)))
    assert sum(granted) == 333
