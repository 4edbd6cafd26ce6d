"""A hard cap: what a call may take is set aside before it is sent, and settled when it is over."""

from tasks.base.errors import UsageError
from tasks.llm.params import LlmParams
from tasks.llm.prices import Price


class Budget:
    """Tokens and money of one run through one door."""

    def __init__(self, params: LlmParams, price: Price | None) -> None:
        """Start with nothing spent.

        Raises:
            UsageError: There is a cap on money, and no price for the model.
        """
        self.tokens, self.money = params.budget.tokens, params.budget.money
        if self.money and price is None:
            raise UsageError(
                f"llm.budget.money={self.money:g} needs a price for the model {params.model!r}; "
                "name a YAML file with `models: {" + params.model + ": {in: 0.15, out: 0.60}}` "
                "(per million tokens) in llm.prices, or cap llm.budget.tokens"
            )
        self.price = price
        self.spent_tokens = 0
        self.spent_money = 0.0
        self._held_tokens = 0
        self._held_money = 0.0

    def reserve(self, tokens_in: int, tokens_out: int) -> bool:
        """Set aside what a call may take; False if that is more than is left."""
        tokens, money = tokens_in + tokens_out, self._money(tokens_in, tokens_out)
        if self.tokens and self.spent_tokens + self._held_tokens + tokens > self.tokens:
            return False
        if self.money and self.spent_money + self._held_money + money > self.money:
            return False
        self._held_tokens += tokens
        self._held_money += money
        return True

    def settle(self, reserved: tuple[int, int], used: tuple[int, int]) -> float:
        """Give back what was set aside, and book what was used; returns the money for it."""
        self._held_tokens -= sum(reserved)
        self._held_money -= self._money(*reserved)
        money = self._money(*used)
        self.spent_tokens += sum(used)
        self.spent_money += money
        return money

    def _money(self, tokens_in: int, tokens_out: int) -> float:
        return self.price.of(tokens_in, tokens_out) if self.price else 0.0
