"""What a model costs, by the shipped table or one's own."""

import pytest

from tasks.base.errors import UsageError
from tasks.llm.params import LlmParams
from tasks.llm.prices import FREE, price_of


def params(**given):
    return LlmParams(**{"endpoint": "https://x.invalid/v1", "model": "gpt-4o-mini", **given})


def test_the_shipped_table_has_a_price_per_token():
    price = price_of(params())
    assert price.of(1_000_000, 0) == pytest.approx(0.15)
    assert price.of(0, 1_000_000) == pytest.approx(0.60)
    assert price.of(1_000_000, 0, batched=True) == pytest.approx(0.075)


def test_a_model_like_one_of_the_table_has_no_price():
    assert price_of(params(model="gpt-4o-mini-mini")) is None


def test_the_local_model_is_free():
    assert price_of(params(endpoint="local", model="")) == FREE


def test_ones_own_table_goes_before_and_leaves_the_others(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("currency: EUR\nmodels: {gpt-4o-mini: {in: 1, out: 2}, mine: {in: 3, out: 4}}")
    assert price_of(params(prices=str(own))).of(1_000_000, 1_000_000) == 3
    assert price_of(params(prices=str(own))).currency == "EUR"
    assert price_of(params(prices=str(own), model="mine")).of(1_000_000, 0) == 3
    assert price_of(params(prices=str(own), model="gpt-4o")).of(1_000_000, 0) == 2.5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("models: {m: {in: 1}}", "models.m.out"),
        ("models: {m: {in: -1, out: 1}}", "models.m.in"),
        ("models: {m: {in: 1, out: 1, batch: 2}}", "models.m.batch"),
        ("- a list", "the file"),
        ("models: {m: [", "cannot be read"),
    ],
)
def test_a_table_of_another_shape_is_a_clear_error(tmp_path, text, told):
    own = tmp_path / "own.yaml"
    own.write_text(text)
    with pytest.raises(UsageError, match=told) as error:
        price_of(params(prices=str(own)))
    assert "per million tokens" in str(error.value)


def test_a_table_that_is_not_there_is_a_clear_error():
    with pytest.raises(UsageError, match="cannot be read"):
        price_of(params(prices="/nowhere/prices.yaml"))
